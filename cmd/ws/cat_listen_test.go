package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestCatListens lets ws cat talk to ws cat.
func TestCatListens(t *testing.T) {
	server := start(t, nil, "-listen", "localhost:0", "-s", "b,a", "-deflate", "-v", long)
	url := server.errs.wait(t, `ws://localhost:\d+/`)
	resp, err := http.Get("http" + strings.TrimPrefix(url, "ws"))
	if err != nil || resp.StatusCode != http.StatusUpgradeRequired {
		t.Fatalf("%+v, %v", resp, err)
	}
	resp.Body.Close()
	client := start(t, nil, "-s", "a,b", "-deflate", url)
	io.WriteString(client.input, "from the client\n")
	server.out.wait(t, "^from the client\n$")
	io.WriteString(server.input, "from the server\n")
	client.out.wait(t, "^from the server\n$")
	client.interrupt()
	<-client.ended
	<-server.ended
	if client.status != 0 || server.status != 0 {
		t.Errorf("status %d and %d, %q and %q", client.status, server.status, &client.errs, &server.errs)
	}
	for _, want := range []string{"refused: ", "< GET / HTTP/1.1", "> Sec-WebSocket-Protocol: b", `< text "from the client"`, `> text "from the server"`} {
		if !strings.Contains(server.errs.String(), want) {
			t.Errorf("no %q in %s", want, &server.errs)
		}
	}
}

// TestCatOverUnixSocket does the same without TCP.
func TestCatOverUnixSocket(t *testing.T) {
	folder, err := os.MkdirTemp("", "ws") // a socket's path has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	path := filepath.Join(folder, "s")
	server := start(t, nil, "-listen", "unix:"+path, "-v")
	server.errs.wait(t, "listening on")
	status, _, errs := callCat(t, "Hello\n", "-n=0", "--unix-socket", path, "ws://chat.example/room")
	<-server.ended
	if status != 0 || server.status != 0 || server.out.String() != "Hello\n" || !strings.Contains(server.errs.String(), "< GET /room HTTP/1.1\n< Host: chat.example\n") {
		t.Errorf("status %d and %d, %q, %q and %q", status, server.status, &server.out, errs, &server.errs)
	}
}

// TestCatListensToNoPage shows that a page from elsewhere gets nowhere, unless told.
func TestCatListensToNoPage(t *testing.T) {
	s := start(t, nil, "-listen", "localhost:0", "-origin", "http://dev.example", "-n=1", long)
	url := s.errs.wait(t, `ws://localhost:\d+/`)
	for origin, want := range map[string]string{"http://evil.example": "Origin is neither", "http://rebound.example": "Host is neither loopback"} {
		args := []string{"-origin", origin, url}
		if strings.Contains(want, "Host") {
			port := strings.TrimPrefix(url, "ws://localhost")
			args = []string{"-origin", origin + strings.TrimSuffix(port, "/"), "-x", proxyTo(t, url), "-remote", "ws://rebound.example" + port}
		}
		if status, _, errs := callCat(t, "", args...); status != 1 || !strings.Contains(errs, want) {
			t.Errorf("%s: status %d, %q", origin, status, errs)
		}
	}
	s.input.Close()
	if status, _, errs := callCat(t, "mine\n", "-origin", "http://dev.example", "-n=0", url); status != 0 {
		t.Errorf("status %d, %q", status, errs)
	}
	<-s.ended
	if s.status != 0 || s.out.String() != "mine\n" {
		t.Errorf("status %d, %q, %q", s.status, &s.out, &s.errs)
	}
}

// proxyTo is an HTTP proxy that leads to the host of url whatever it is asked for.
func proxyTo(t *testing.T, url string) string {
	t.Helper()
	host := strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to, err := net.Dial("tcp", host)
		if err != nil || r.Method != http.MethodConnect {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer to.Close()
		from, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer from.Close()
		io.WriteString(from, "HTTP/1.1 200 OK\r\n\r\n")
		var back sync.WaitGroup
		back.Go(func() { io.Copy(from, to); from.Close() })
		io.Copy(to, from)
		to.Close()
		back.Wait()
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestCatThroughProxy shows -x.
func TestCatThroughProxy(t *testing.T) {
	url := serve(t, none)
	status, out, errs := callCat(t, "Hello\n", "-n=1", long, "-x", proxyTo(t, url), "ws://localhost:1/")
	if status != 0 || out != "Hello\n" {
		t.Errorf("status %d, %q, %q", status, out, errs)
	}
	if status, _, errs := callCat(t, "", "-x", proxyTo(t, "ws://127.0.0.1:1/"), url); status != 3 || !strings.Contains(errs, "no tunnel: 502") {
		t.Errorf("status %d, %q", status, errs)
	}
}

// TestCatListensInVain shows that waiting can be ended.
func TestCatListensInVain(t *testing.T) {
	s := start(t, nil, "-listen", "localhost:0")
	s.errs.wait(t, "listening on")
	s.interrupt()
	<-s.ended
	if s.status != 1 || !strings.Contains(s.errs.String(), "interrupted before there was a connection") {
		t.Errorf("status %d, %q", s.status, &s.errs)
	}
}
