package server

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// flood writes without end, as far as the server takes it, and gives how much it
// took.
func (p *peer) flood(block string, limit int) (n int) {
	for n < limit {
		m, err := io.WriteString(p.nc, block)
		if n += m; err != nil {
			break
		}
	}
	return n
}

func TestHostileHeaders(t *testing.T) {
	s := serve(t, Config{})
	verify := bystanders(t, s)
	open := strings.TrimSuffix(s.request("/"), "\r\n")
	for _, tt := range []struct {
		class, send string
		status      string
	}{
		{"a header of 20 MB", open + "X: " + strings.Repeat("x", 20<<20), "431"},
		{"a target of 20 MB", "GET /" + strings.Repeat("x", 20<<20), "431"},
		{"5000 headers", open + strings.Repeat("X: yyyyy\r\n", 5000) + "\r\n", "431"},
		{"backtracking by spaces", open + "Sec-WebSocket-Extensions: a" + strings.Repeat(" ", 15<<10) + "b\r\n\r\n", "400"},
		{"backtracking by commas", open + "Sec-WebSocket-Extensions: " + strings.Repeat(",", 15<<10) + "\r\n\r\n", "400"},
		{"backtracking by quotes", open + "Sec-WebSocket-Extensions: a;b=" + strings.Repeat(`"\`, 7<<10) + "\r\n\r\n", "400"},
		{"many offers", open + "Sec-WebSocket-Extensions: a" + strings.Repeat(",a", 100) + "\r\n\r\n", "431"},
		{"many subprotocols", open + "Sec-WebSocket-Protocol: a" + strings.Repeat(",a", 100) + "\r\n\r\n", "4"},
		{"NUL in a header", open + "X: a\x00b\r\n\r\n", "400"},
		{"bare CR in a header", open + "Sec-WebSocket-Protocol: a\rSet-Cookie: x=y\r\n\r\n", "400"},
		{"no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "400"},
		{"a body by its length", open + "Content-Length: 6\r\n\r\n" + wire(`text "x"`), "400"},
		{"a body in chunks", open + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "400"},
		{"HTTP/0.9", strings.Replace(open, " HTTP/1.1", "", 1) + "\r\n", "400"},
		{"POST", strings.Replace(open, "GET", "POST", 1) + "\r\n", "405"},
		{"two keys", open + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", "400"},
	} {
		t.Run(tt.class, func(t *testing.T) {
			p := s.tcp(t)
			go p.flood(tt.send, 1)
			answer := p.rest()
			if !strings.HasPrefix(answer, "HTTP/1.1 "+tt.status) || strings.Contains(answer, "\nSet-Cookie") {
				t.Errorf("answered by %.300q", answer)
			}
		})
	}
	verify()
}

// Behind a refused upgrade nothing is a request: a proxy that took the upgrade for
// done would let it through.
func TestHostileSmuggling(t *testing.T) {
	s := serve(t, Config{})
	const next = "GET /style.css HTTP/1.1\r\nHost: localhost\r\n\r\n"
	good := s.request("/")
	for class, tt := range map[string][2]string{
		"version 8":      {strings.Replace(good, "Version: 13", "Version: 8", 1), "426"},
		"version 777":    {strings.Replace(good, "Version: 13", "Version: 777", 1), "400"},
		"bad key":        {strings.Replace(good, "dGhlIHNhbXBsZSBub25jZQ==", "x", 1), "400"},
		"foreign origin": {s.request("/", "Origin: http://evil.example"), "403"},
		"foreign host":   {s.requestFor("evil.example", "/"), "403"},
		"with a body":    {s.request("/", fmt.Sprintf("Content-Length: %d", len(next))), "400"},
		"no upgrade":     {strings.Replace(s.request("/chat"), "Upgrade: websocket\r\n", "", 1), "426"},
	} {
		t.Run(class, func(t *testing.T) {
			p := s.tcp(t)
			p.raw(tt[0] + next)
			answer := p.rest()
			if !strings.HasPrefix(answer, "HTTP/1.1 "+tt[1]) || strings.Count(answer, "HTTP/1.1 ") != 1 || strings.Contains(answer, "color") {
				t.Errorf("answered by %q", answer)
			}
			if !strings.Contains(strings.ToLower(answer), "connection: close") {
				t.Errorf("the answer does not end the connection: %q", answer)
			}
		})
	}
}

// Frames in the same segment as the handshake are the connection's, and those
// behind a request for the page are not.
func TestBytesAfterHandshake(t *testing.T) {
	s := serve(t, Config{})
	p := s.tcp(t)
	p.raw(s.request("/") + wire(`ping "early"`, `text "early"`, `text more "half"`))
	p.header()
	frames := map[string]bool{}
	for range 3 {
		f, err := p.next()
		if err != nil {
			t.Fatal(err)
		}
		frames[f.String()] = true
	}
	for _, want := range []string{`pong "early"`, `text "` + Greeting + `"`, `text "` + Prefix + `early"`} {
		if !frames[want] {
			t.Errorf("no %s among %v", want, frames)
		}
	}
	p.send(`cont " way"`)
	p.want(`text "` + Prefix + `half way"`)

	p = s.tcp(t)
	p.raw("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" + wire(`text "early"`) + "\r\n\r\n")
	if answer := p.rest(); strings.Count(answer, "HTTP/1.1 ") != 2 || !strings.Contains(answer, "HTTP/1.1 400 ") {
		t.Errorf("answered by %q", answer)
	}
}

// No target makes a line of its own in the answer, or leads away.
func TestHostileTargets(t *testing.T) {
	s := serve(t, Config{})
	for _, target := range []string{
		"/x%0d%0aSet-Cookie:%20x=y", "/%0d%0aSet-Cookie:%20x=y/index.html", "//evil.example/index.html", "//evil.example/%2e%2e",
		"/..%2f..%2fetc/passwd", "/../../etc/passwd", "/%00", "/\\evil.example/", "http://evil.example/", "*", "/app.js/",
	} {
		p := s.tcp(t)
		p.raw("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		header, _, _ := strings.Cut(p.rest(), "\r\n\r\n")
		for line := range strings.Lines(header) {
			if strings.HasPrefix(line, "Set-Cookie") || strings.HasPrefix(line, "Location: ") && strings.Contains(line, "evil") {
				t.Errorf("GET %s: %q", target, line)
			}
		}
		if !strings.HasPrefix(header, "HTTP/1.1 ") || strings.HasPrefix(header, "HTTP/1.1 5") {
			t.Errorf("GET %s: %q", target, header)
		}
	}
}
