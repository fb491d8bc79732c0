package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"rfc6455/frame"
)

// smuggled is the request that hides behind another one.
const smuggled = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

// An approach is a request that must not be taken, and the status that says so.
type approach struct {
	class, name string
	fields      []string // of an opening handshake
	status      string
}

var approaches = []approach{
	{classBodies, "by its length", []string{fmt.Sprintf("Content-Length: %d", len(smuggled))}, "400"},
	{classBodies, "in chunks", []string{"Transfer-Encoding: chunked"}, "400"},
	{classSmuggling, "version 777", []string{"Sec-WebSocket-Version: 777"}, "400"},
	{classSmuggling, "version 8", []string{"Sec-WebSocket-Version: 8"}, "426"},
	{classSmuggling, "a key that is none", []string{"Sec-WebSocket-Key: x"}, "400"},
	{classSmuggling, "no upgrade", []string{"Upgrade: h2c"}, "426"},
	{classRebinding, "a foreign name", []string{"Host: evil.example"}, "403"},
	{classRebinding, "a foreign name, and its origin", []string{"Host: evil.example", "Origin: http://evil.example"}, "403"},
	{classRebinding, "a name that begins like ours", []string{"Host: localhost.evil.example"}, "403"},
	{classCrossSite, "a foreign origin", []string{"Origin: http://evil.example"}, "403"},
	{classCrossSite, "an origin that is null", []string{"Origin: null"}, "403"},
	{classCrossSite, "https against http", []string{"Host: localhost:8080", "Origin: https://localhost:8080"}, "403"},
	{classCrossSite, "another port", []string{"Host: localhost:8080", "Origin: http://localhost:8081"}, "403"},
	{classCrossSite, "told by the browser", []string{"Sec-Fetch-Site: cross-site"}, "403"},
	{classCrossSite, "of the same site, but not origin", []string{"Sec-Fetch-Site: same-site"}, "403"},
	{classSplitting, "CR in a subprotocol", []string{"Sec-WebSocket-Protocol: chat.v1\rSet-Cookie: x=y"}, "400"},
	{classSplitting, "NUL in a field", []string{"X: a\x00b"}, "400"},
	{classSplitting, "what is no token", []string{"Sec-WebSocket-Protocol: a b"}, "400"},
	{classHeaders, "many offers", []string{"Sec-WebSocket-Extensions: a" + strings.Repeat(",a", 100)}, "431"},
}

// TestHostileRequests finds each refused, the connection closed, and nothing behind
// the request answered.
func TestHostileRequests(t *testing.T) {
	s := besiege(t, "")
	for _, a := range approaches {
		answer, err := s.ask(a.status, func(f *foe) string { return f.request("/chat", a.fields...) + smuggled })
		if err == nil && (strings.Count(answer, "HTTP/1.1 ") != 1 || strings.Contains(answer, "alive")) {
			err = fmt.Errorf("answered by %q", answer)
		}
		if err == nil && !strings.Contains(strings.ToLower(answer), "\r\nconnection: close") {
			err = fmt.Errorf("the answer does not end the connection: %q", answer)
		}
		if head, _, _ := strings.Cut(answer, "\r\n\r\n"); strings.Contains(head, "\nSet-Cookie") {
			err = errors.Join(err, fmt.Errorf("the answer has a foreign field: %q", head))
		}
		if err != nil {
			t.Errorf("%s, %s: %v", a.class, a.name, err)
		}
	}
	s.over()
}

// Targets that would like to have a line of their own in the answer, or to lead away.
var targets = []string{
	"/x%0d%0aSet-Cookie:%20x=y", "/%0d%0aSet-Cookie:%20x=y/index.html", "//evil.example/index.html", "//evil.example/%2e%2e",
	"/..%2f..%2fetc/passwd", "/../../etc/passwd", "/%00", `/\evil.example/`, "http://evil.example/", "*", "/app.js/",
}

func TestHostileTargets(t *testing.T) {
	s := besiege(t, "")
	for _, target := range targets {
		f, err := s.foe()
		if err != nil {
			t.Fatal(err)
		}
		err = f.write("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		answer, end := f.rest()
		if err := errors.Join(err, end); err != nil {
			t.Errorf("GET %s: %v", target, err)
		}
		head, _, _ := strings.Cut(answer, "\r\n\r\n")
		for line := range strings.Lines(head) {
			if strings.HasPrefix(line, "Set-Cookie") || strings.HasPrefix(line, "Location: ") && strings.Contains(line, "evil") {
				t.Errorf("GET %s: %q", target, line)
			}
		}
		if !strings.HasPrefix(head, "HTTP/1.1 ") || strings.HasPrefix(head, "HTTP/1.1 5") || strings.Contains(answer, "root:") {
			t.Errorf("GET %s: %q", target, head)
		}
	}
	s.over()
}

// TestHostileEarly sends frames in the segment of the handshake: they are the
// connection's. Behind a request for the page they are nobody's.
func TestHostileEarly(t *testing.T) {
	s := besiege(t, "apart")
	f, err := s.foe()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.write(f.request("/") + wire(`ping "early"`, `text "early"`, `text more "half"`)); err != nil {
		t.Fatal(err)
	}
	if head, err := f.head(); err != nil || !strings.HasPrefix(head, "HTTP/1.1 101 ") {
		t.Fatalf("%q, %v", head, err)
	}
	got := map[string]bool{}
	for range 3 {
		f, err := f.next()
		if err != nil {
			t.Fatal(err)
		}
		got[f.String()] = true
	}
	for _, want := range []string{`pong "early"`, `text "` + greeting + `"`, `text "` + prefix + `early"`} {
		if !got[want] {
			t.Errorf("no %s among %v", want, got)
		}
	}
	if err := errors.Join(f.write(wire(`cont " way"`)), f.hears(`text "`+prefix+`half way"`)); err != nil {
		t.Error(err)
	}
	f.Close()
	answer, err := s.ask("200", func(f *foe) string {
		return "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" + wire(`text "early"`) + "\r\n\r\n"
	})
	if err != nil || strings.Count(answer, "HTTP/1.1 ") != 2 || !strings.Contains(answer, "HTTP/1.1 400 ") {
		t.Errorf("answered by %q, %v", answer, err)
	}
	s.over()
}

// TestHostileTenPings demands ten Pongs in order (§5.5.2).
func TestHostileTenPings(t *testing.T) {
	s := besiege(t, "apart")
	f, err := s.intrude("/")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var pings, pongs []string
	for _, digit := range "0123456789" {
		pings, pongs = append(pings, `ping "`+string(digit)+`"`), append(pongs, `pong "`+string(digit)+`"`)
	}
	if err := errors.Join(f.hears(`text "`+greeting+`"`), f.write(wire(pings...)), f.hears(pongs...)); err != nil {
		t.Error(err)
	}
	if err := errors.Join(f.write(wire(`close 1000`)), f.closed(frame.NormalClosure)); err != nil {
		t.Error(err)
	}
	s.over()
}
