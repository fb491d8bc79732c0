package main

import (
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// echoes replies to all that comes.
func echoes(c *conn.Conn) {
	for ev := range c.Messages() {
		c.Reply(ev)
	}
}

// long is a linger that no test waits for.
const long = "-linger=1h"

func TestCatEchoes(t *testing.T) {
	url := serve(t, none)
	dir := t.TempDir()
	file := func(name, content string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	one, two := file("1", "one\nfile"), file("2", "\x00\xff")
	for _, tt := range []struct{ args, in, out string }{
		{"-n 3", "a\n\nc", "a\n\nc\n"},
		{"-n 1 -binary", "a\n\xff\n", "a\n\xff\n"},
		{"-n 1 -file " + one, "not this", "one\nfile\n"},
		{"-n 2 -binary -file " + one + " -file " + two, "", "one\nfile\x00\xff"},
		{"-n 1", strings.Repeat("x", 100_000), strings.Repeat("x", 100_000) + "\n"},
		{"-n 2 -deflate", strings.Repeat("hello", 100) + "\nb\n", strings.Repeat("hello", 100) + "\nb\n"},
		{"-n 0", "", ""},
		{"-linger 1ms", "", ""},
	} {
		if !strings.Contains(tt.args, "linger") {
			tt.args += " " + long
		}
		status, out, errs := callCat(t, tt.in, append(strings.Fields(tt.args), url)...)
		if status != 0 || out != tt.out || errs != "" {
			t.Errorf("%s: status %d, %q, %q", tt.args, status, out, errs)
		}
	}
}

// TestCatTakesNoMore shows that -n is kept to the message.
func TestCatTakesNoMore(t *testing.T) {
	url := accept(t, nil, func(c *conn.Conn) {
		for range 10 {
			c.Send(frame.Text, []byte("news"))
		}
		echoes(c)
	})
	if status, out, errs := callCat(t, "", "-n", "3", long, url); status != 0 || out != "news\nnews\nnews\n" || errs != "" {
		t.Errorf("status %d, %q, %q", status, out, errs)
	}
}

// TestCatShowsFrames shows what -v tells.
func TestCatShowsFrames(t *testing.T) {
	cfg := &conn.Config{Subprotocols: []string{"chat"}, Deflate: handshake.DeflateConfig{Enabled: true}}
	url := accept(t, cfg, func(c *conn.Conn) {
		c.Send(frame.Ping, []byte("hi"))
		echoes(c)
	})
	text := strings.Repeat("Hello ", 20)
	status, out, errs := callCat(t, text+"\n", "-v", "-n=1", long, "-deflate", "-s", "soap,chat", "-u", "me:secret", url)
	if status != 0 || out != text+"\n" {
		t.Errorf("status %d, %q", status, out)
	}
	for _, want := range []string{
		`(?m)^> GET / HTTP/1.1$`, `(?m)^> Sec-WebSocket-Protocol: soap, chat$`, `(?m)^> Authorization: \(not shown\)$`,
		`(?m)^< HTTP/1.1 101 Switching Protocols$`, `(?m)^< Sec-WebSocket-Protocol: chat$`,
		`(?m)^\d+\.\d{6} > text rsv1 0x[0-9a-f]+ +\d+ bytes, key [0-9a-f]{8}, inflates to 120: "Hello `,
		`(?m)^\d+\.\d{6} < ping "hi" +2 bytes$`, `(?m)^\d+\.\d{6} > pong "hi" +2 bytes, key [0-9a-f]{8}$`,
		`(?m)^\d+\.\d{6} < text rsv1 0x[0-9a-f]+ +\d+ bytes, inflates to 120: "Hello `,
		`(?m)^\d+\.\d{6} > close 1000 +2 bytes, key`, `(?m)^\d+\.\d{6} < close 1000 +2 bytes$`, `(?m)^\d+\.\d{6} < end$`,
	} {
		if !regexp.MustCompile(want).MatchString(errs) {
			t.Errorf("no %s in\n%s", want, errs)
		}
	}
}

// TestCatFrames shows that frames are sent as they are written, and what comes of it.
func TestCatFrames(t *testing.T) {
	for _, tt := range []struct {
		in     string
		status int
		out    string
		errs   string
	}{
		{"# two frames\ntext more \"Hel\"\nping\ncont \"lo\"\n", 0, "Hello\n", "< pong"},
		{"text unmasked \"x\"\n", 1, "", `closed by the peer, code 1002: "client frame is not masked (RFC 6455 §5.1)"`},
		{"op3 rsv2\n", 1, "", `closed by the peer, code 1002: "opcode is reserved (RFC 6455 §5.2)"`},
		{"text 0xff\n", 1, "", "code 1007"},
		{"binary len=0x7fffffffffffffff \"x\"\n", 1, "", "code 1009"},
		{"close 3000 \"bye\"\n", 1, "", "code 3000"},
		{"close 1000\n", 0, "", "< close 1000"},
		{"close\n", 0, "", "< close"},
		{"tekst\n", 1, "", `ws cat: line 1: notation: "tekst" is no opcode`},
	} {
		n := "-n=-1" // the server ends it
		switch {
		case tt.out != "":
			n = "-n=1"
		case strings.Contains(tt.errs, "notation"):
			n = "-n=0"
		}
		status, out, errs := callCat(t, tt.in, "-frames", "-v", n, long, serve(t, none))
		if status != tt.status || out != tt.out || !strings.Contains(errs, tt.errs) {
			t.Errorf("%q: status %d, %q, %s", tt.in, status, out, errs)
		}
	}
}

// TestCatRefuses shows what is not sent, and told of.
func TestCatRefuses(t *testing.T) {
	url := serve(t, none)
	status, out, errs := callCat(t, "a\n\xff\nb\n", "-n", "2", long, url)
	if status != 1 || out != "a\nb\n" || !strings.Contains(errs, "line 2 is not UTF-8 and is not sent (RFC 6455 §5.6)") || !strings.Contains(errs, "not all of the input was sent") {
		t.Errorf("status %d, %q, %q", status, out, errs)
	}
	status, _, errs = callCat(t, strings.Repeat("x", 201)+"\n", "-limit", "200", "-n", "0", url)
	if status != 1 || !strings.Contains(errs, "line 1 is over 200 bytes") {
		t.Errorf("status %d, %q", status, errs)
	}
}

// TestCatEnds shows how each end is answered.
func TestCatEnds(t *testing.T) {
	closes := func(code frame.CloseCode) func(*conn.Conn) {
		return func(c *conn.Conn) { c.Close(code, "\x1b[2J") }
	}
	for name, tt := range map[string]struct {
		do     func(*conn.Conn)
		args   string
		status int
		want   string
	}{
		"closes with 1000": {closes(frame.NormalClosure), "", 0, ""},
		"goes away":        {closes(frame.GoingAway), "", 0, ""},
		"closes with 1011": {closes(frame.InternalError), "", 1, `code 1011: "\x1b[2J"`},
		"breaks off":       {func(c *conn.Conn) { c.NetConn().Close() }, "", 1, "connection broken"},
		"sends too little": {func(c *conn.Conn) { c.Send(frame.Text, []byte("x")); echoes(c) }, "-n 2 -linger 100ms", 1, "messages are missing: "},
		"sends too much":   {func(c *conn.Conn) { c.Send(frame.Text, make([]byte, 1000)); echoes(c) }, "-limit 500", 1, "message is over the limit"},
		"breaks a rule":    {func(c *conn.Conn) { c.NetConn().Write([]byte("\xff\xff")); c.NetConn().Close() }, "", 1, "opcode is reserved"},
	} {
		args := append([]string{long}, strings.Fields(tt.args)...)
		status, _, errs := callCat(t, "", append(args, accept(t, nil, tt.do))...)
		if status != tt.status || !strings.Contains(errs, tt.want) || tt.want == "" && errs != "" || strings.Contains(errs, "\x1b") {
			t.Errorf("%s: status %d, %q", name, status, errs)
		}
	}
}

// TestCatInterrupted shows that Ctrl-C closes in good order.
func TestCatInterrupted(t *testing.T) {
	ended := make(chan error, 1)
	url := accept(t, nil, func(c *conn.Conn) {
		c.Send(frame.Text, []byte("hello"))
		echoes(c)
		ended <- c.Err()
	})
	s := start(t, nil, url)
	s.out.wait(t, "hello\n")
	s.interrupt()
	<-s.ended
	if err := <-ended; s.status != 0 || err == nil || !strings.Contains(err.Error(), "1001") {
		t.Errorf("status %d, and the server saw %v", s.status, err)
	}
}

// TestCatUnreached shows how nobody, and somebody else, is told.
func TestCatUnreached(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if status, _, errs := callCat(t, "", "ws://"+ln.Addr().String()); status != 3 || !strings.Contains(errs, "connection refused") {
		t.Errorf("nobody: status %d, %q", status, errs)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Why", "closed")
		http.Error(w, "come back\x1b[2J tomorrow", http.StatusForbidden)
	}))
	defer s.Close()
	status, _, errs := callCat(t, "", "-v", "ws"+strings.TrimPrefix(s.URL, "http"))
	if status != 1 || !strings.Contains(errs, "< X-Why: closed\n") || !strings.Contains(errs, `< come back\x1b[2J tomorrow`) || !strings.Contains(errs, `server did not switch protocols: "403 Forbidden"`) {
		t.Errorf("refused: status %d, %q", status, errs)
	}
}

// TestCatOverTLS shows -cacert and -k.
func TestCatOverTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := conn.Accept(w, r, nil); err == nil {
			echoes(c)
		}
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of a client that does not know the certificate
	s.StartTLS()
	defer s.Close()
	authority := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o644); err != nil {
		t.Fatal(err)
	}
	url := "wss" + strings.TrimPrefix(s.URL, "https")
	for args, want := range map[string]int{"-cacert " + authority: 0, "-k": 0, "": 1} {
		status, out, errs := callCat(t, "x\n", append(strings.Fields(args), "-n=1", long, url)...)
		if status != want || (out == "x\n") != (want == 0) || (want == 1) != strings.Contains(errs, "-k takes any certificate") {
			t.Errorf("%q: status %d, %q, %q", args, status, out, errs)
		}
	}
}
