package main

import (
	"crypto/tls"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rfc6455/cmd/chat/internal/selfsigned"
	"rfc6455/handshake"
	v1 "rfc6455/server/chat"
	"rfc6455/server/conn"
	"rfc6455/testdata/outside"
)

// nginxConf is what an operator copies.
const nginxConf = "deploy/nginx.conf"

// An nginx is a running one, set up by nginxConf, with a chat behind it.
type nginx struct {
	t    *testing.T
	dir  string
	host string // "localhost:PORT", by https
	open string // the same by http
	pair selfsigned.Pair
}

// around is what the rest of an nginx's configuration needs to run by itself, as
// anybody, below one folder.
const around = `daemon off;
pid nginx.pid;
error_log stderr notice;
events { worker_connections 256; }
http {
	client_body_temp_path body;
	proxy_temp_path proxy;
	fastcgi_temp_path fastcgi;
	uwsgi_temp_path uwsgi;
	scgi_temp_path scgi;
	include chat.conf;
}
`

// startNginx starts an nginx before the chat whose upstream's address is given. What
// it changes in nginxConf are paths and addresses.
func startNginx(t *testing.T, upstream string) *nginx {
	t.Helper()
	program := outside.Program(t, "apt-get install nginx-light", "nginx", "/usr/sbin/nginx")
	n := &nginx{t: t, dir: t.TempDir()}
	var err error
	if n.pair, err = selfsigned.Write(n.dir); err != nil {
		t.Fatal(err)
	}
	n.host, n.open, n.dir = named(freeAddress(t)), named(freeAddress(t)), filepath.ToSlash(n.dir)
	text, err := os.ReadFile(nginxConf)
	if err != nil {
		t.Fatal(err)
	}
	conf := string(text)
	for _, change := range [][2]string{
		{"unix:/run/chat/chat.sock;", upstream + ";"},
		{"listen 443 ssl;", "listen " + numeric(n.host) + " ssl;"},
		{"listen 80;", "listen " + numeric(n.open) + ";"},
		{"/etc/ssl/chat/fullchain.pem", n.pair.Cert},
		{"/etc/ssl/chat/key.pem", n.pair.Key},
		{"/var/log/nginx/", n.dir + "/"},
	} {
		if !strings.Contains(conf, change[0]) {
			t.Fatalf("%s has no %q", nginxConf, change[0])
		}
		conf = strings.ReplaceAll(conf, change[0], change[1])
	}
	main := around
	if os.Geteuid() == 0 {
		main = "user root;\n" + main // else its workers are somebody who may not reach the socket
	}
	for name, text := range map[string]string{"chat.conf": conf, "nginx.conf": main} {
		if err := os.WriteFile(filepath.Join(n.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	n.run(program)
	return n
}

// run starts nginx, waits until it answers, and ends it with the test.
func (n *nginx) run(program string) {
	n.t.Helper()
	var said strings.Builder
	cmd := exec.Command(program, "-p", n.dir, "-e", "stderr", "-c", filepath.Join(n.dir, "nginx.conf"))
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	n.t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM) // an error: it has ended
		<-ended
	})
	for start := time.Now(); time.Since(start) < patience; {
		nc, err := net.Dial("tcp", numeric(n.host))
		if err == nil {
			nc.Close()
			return
		}
		select {
		case <-ended:
			n.t.Fatalf("nginx ended:\n%s", said.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
	n.t.Fatal("nginx does not listen")
}

// numeric is a host that nobody has to look up.
func numeric(host string) string { return strings.Replace(host, "localhost", "127.0.0.1", 1) }

// named is the host that numeric makes an address of.
func named(addr string) string { return strings.Replace(addr, "127.0.0.1", "localhost", 1) }

// cfg is how a client comes by wss, as a page of this host's.
func (n *nginx) cfg(fields http.Header) conn.Config {
	n.t.Helper()
	f, err := handshake.NewFields(fields)
	if err != nil {
		n.t.Fatal(err)
	}
	return conn.Config{TLS: &tls.Config{RootCAs: n.pair.Roots}, Origin: "https://" + n.host, Fields: f, Proxy: direct, Subprotocols: []string{v1.Protocol}}
}

// web is HTTP's client.
func (n *nginx) web() *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: n.pair.Roots}, DisableKeepAlives: true}}
}

// log gives what nginx logged in all.
func (n *nginx) log() string {
	n.t.Helper()
	var all strings.Builder
	for _, name := range []string{"chat.access.log", "chat.error.log"} {
		text, err := os.ReadFile(filepath.Join(n.dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			n.t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// TestNginx has a chat behind nginx, by a unix socket and by TCP: what comes by wss
// talks, resumes, and is said goodbye to; nobody says for himself where he comes from.
func TestNginx(t *testing.T) {
	t.Run("unix", func(t *testing.T) {
		path := socketPath(t)
		args := []string{"-addr", "unix:" + path, "-trusted-proxies", "unix"}
		behindNginx(t, startNginx(t, "unix:"+path), args)
	})
	t.Run("tcp", func(t *testing.T) {
		addr := freeAddress(t)
		args := []string{"-addr", addr, "-trusted-proxies", "127.0.0.1", "-host", "localhost"}
		behindNginx(t, startNginx(t, addr), args)
	})
}

func behindNginx(t *testing.T, n *nginx, args []string) {
	c := startChat(t, append(args, "-name-header", "X-Remote-User")...)
	if status, body := get(t, n.web(), "https://"+n.host+"/?room=hidden&me="+secret); status != 200 || !strings.Contains(body, "<script") {
		t.Errorf("the page: %d %.200q", status, body)
	}
	web := fresh()
	web.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if status, _ := get(t, web, "http://"+n.open+"/?me="+secret); status != 308 {
		t.Errorf("by http: %d, want 308", status)
	}
	url := "wss://" + n.host + "/chat?room=hidden&me=" + secret
	a := dial(t, url, n.cfg(nil))
	a.hearsV1("live")
	b := dial(t, url+"&name=b", n.cfg(http.Header{"X-Forwarded-For": {"192.0.2.1"}, "X-Forwarded-Proto": {"http"}, "X-Remote-User": {"root"}}))
	if you := b.hearsV1("welcome")["you"].(map[string]any); you["name"] != "b" {
		t.Errorf("who says that he is root is %q", you["name"])
	}
	b.hearsV1("live")
	after := a.sayV1("by wss")
	b.hearsText("by wss")
	c.waitLog(has("새로운 클라이언트 연결됨!", "client=127.0.0.1"))
	if log := strings.Join(c.lines(), ""); strings.Contains(log, "192.0.2.1") {
		t.Errorf("what a client said about itself was believed:\n%s", log)
	}

	// Resume: what was said meanwhile comes, and nothing twice.
	a.NetConn().Close()
	a.end()
	b.sayV1("meanwhile")
	a = dial(t, url+"&after="+after, n.cfg(nil))
	if got := a.hearsV1("message")["text"]; got != "meanwhile" {
		t.Errorf("after resuming comes %q first", got)
	}
	foreign := n.cfg(nil)
	foreign.Origin = "https://evil.example"
	if _, err := conn.Dial(t.Context(), url, &foreign); err == nil {
		t.Error("a foreign origin was taken")
	}

	c.stop()
	for _, m := range []*member{a, b} {
		wantGoodbye(t, m)
	}
	if status, _ := get(t, n.web(), "https://"+n.host+"/?me="+secret); status != 502 {
		t.Errorf("without a chat: %d, want 502", status)
	}
	n.wantQuiet()
}

// wantQuiet waits for the requests to be logged, and demands that their queries are
// not.
func (n *nginx) wantQuiet() {
	n.t.Helper()
	want := []string{`"GET / HTTP/1.1" 200 `, `"GET /chat HTTP/1.1" 101 `, `"GET /chat HTTP/1.1" 403 `, `"GET / HTTP/1.1" 502 `, `"GET / HTTP/1.1" 308 `}
	log := n.log()
	for start := time.Now(); !has(want...)(log) || strings.Count(log, "/chat ") < 4; log = n.log() {
		if time.Since(start) > patience {
			n.t.Fatalf("nginx's log lacks some of %q\n%s", want, log)
		}
		time.Sleep(10 * time.Millisecond)
	}
	for _, hidden := range []string{secret, "?", "hidden"} {
		if strings.Contains(log, hidden) {
			n.t.Errorf("%q is in nginx's log\n%s", hidden, log)
		}
	}
}
