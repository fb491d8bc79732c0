package server

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

func TestGreetingAndTexts(t *testing.T) {
	s := serve(t, Config{})
	for _, target := range []string{"/", "/chat", "/chat?room=x", "/any/other", "//x", "/a/../b", "/index.html", "/echo/", "/%2e"} {
		p := s.upgrade(t, target)
		p.want(`text "서버에 연결되었습니다!"`)
		p.send(`text "안녕"`)
		p.want(`text "서버에서 전달: 안녕"`)
		p.send(`close 1000 "bye"`)
		p.want(`close 1000`)
		if rest := p.rest(); rest != "" {
			t.Errorf("%s: after the Close came %q", target, rest)
		}
	}
}

func TestEveryFormOfText(t *testing.T) {
	p := serve(t, Config{}).upgrade(t, "/").greeted()
	for _, tt := range []struct{ send, want string }{
		{`text ""`, `text "서버에서 전달: "`},
		{`binary ""`, `text "서버에서 전달: "`},
		{`text " "`, `text "서버에서 전달:  "`},
		{`text "\x00"`, `text "서버에서 전달: \x00"`},
		{`text "\ufeffx"`, `text "서버에서 전달: \ufeffx"`},
		{`binary "\ufeffx"`, `text "서버에서 전달: \ufeffx"`},
		{`binary "한국어"`, `text "서버에서 전달: 한국어"`},
		{`binary 0xe282`, `text "서버에서 전달: \ufffd"`},
		{`binary 0xeda080`, `text "서버에서 전달: \ufffd\ufffd\ufffd"`},
		{`binary 0xff`, `text "서버에서 전달: \ufffd"`},
		{`text "<img src=x onerror=alert(1)>"`, `text "서버에서 전달: <img src=x onerror=alert(1)>"`},
		{`text "*"*65536`, `text "서버에서 전달: " "*"*65536`},
	} {
		p.send(tt.send)
		p.want(tt.want)
	}
	p.send(`text more "안"`, `ping "p"`, `cont "녕"`)
	p.want(`pong "p"`, `text "서버에서 전달: 안녕"`)
}

// A binary message triples when none of it is UTF-8, and still must fit a room.
func TestLongestText(t *testing.T) {
	s := serve(t, Config{MessageBytes: 3 << 20})
	p := s.upgrade(t, "/").greeted()
	p.raw(string(frame.Frame{
		Header:  frame.Header{Fin: true, Opcode: frame.Binary, Masked: true, Length: 3 << 20},
		Payload: slices.Repeat([]byte{0xff}, 3<<20),
	}.AppendWire(nil)))
	f, err := p.next()
	if want := Prefix + strings.Repeat("\uFFFD", 3<<20); err != nil || string(f.Payload) != want {
		t.Fatalf("got %v, %v", f, err)
	}
	p.raw(wire(`text len=3145729`))
	p.wantClose(frame.MessageTooBig)
}

// Plain clients stay plain, whatever they offer, unless it is chat.v1.
func TestPlainClients(t *testing.T) {
	s := serve(t, Config{})
	for _, offers := range [][]string{nil, {"chat"}, {"json", "chat.v2"}, {"binary", "base64"}} {
		c := s.dial(t, "/", &conn.Config{Subprotocols: offers, Deflate: handshake.DeflateConfig{Enabled: true}})
		if got := c.Agreed(); got.Protocol != "" || got.Deflate.Enabled {
			t.Errorf("offer %q: agreed on %+v", offers, got)
		}
		c.want(Greeting)
		c.say("x")
		c.want(Prefix + "x")
	}
}

// All members see all messages, and in one order.
func TestOrder(t *testing.T) {
	const members, texts = 8, 200
	s := serve(t, Config{})
	var all [members]*client
	for i := range all {
		all[i] = s.join(t)
	}
	var seen [members][]string
	var wg sync.WaitGroup
	for i, c := range all {
		wg.Go(func() {
			for n := range texts {
				if err := c.Send(frame.Text, fmt.Appendf(nil, "%d %d", i, n)); err != nil {
					t.Error(err)
					return
				}
			}
		})
		wg.Go(func() {
			for ev := range c.Messages() {
				if seen[i] = append(seen[i], string(ev.Payload)); len(seen[i]) == members*texts {
					return
				}
			}
			t.Errorf("member %d: connection ended: %v", i, c.Err())
		})
	}
	wg.Wait()
	var next [members]int
	for _, text := range seen[0] {
		var from, n int
		if _, err := fmt.Sscanf(text, Prefix+"%d %d", &from, &n); err != nil || n != next[from] {
			t.Fatalf("got %q when number %d of that sender was next", text, next[from])
		}
		next[from]++
	}
	for i := range seen {
		if !slices.Equal(seen[i], seen[0]) {
			t.Errorf("member %d saw another order than member 0", i)
		}
	}
}

// Others come and go while two talk, who must not notice.
func TestJoinAndLeave(t *testing.T) {
	s := serve(t, Config{})
	verify := bystanders(t, s)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 25 {
				passBy(t, s, i%3)
			}
		})
	}
	wg.Wait()
	verify()
	eventually(t, "all but the bystanders have left", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.visitors.count == 2
	})
}

// passBy joins, sees the talk as an unbroken run, and leaves in one of three ways.
func passBy(t *testing.T, s *rig, way int) {
	var below *net.TCPConn // hidden from the Conn, so that the test may close it
	c, err := conn.Dial(t.Context(), "ws://"+s.addr, &conn.Config{
		Dialer: func(_ context.Context, network, addr string) (net.Conn, error) {
			nc, err := net.Dial(network, addr)
			if err == nil {
				below = nc.(*net.TCPConn)
			}
			return struct{ net.Conn }{nc}, err
		},
	})
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Close(frame.GoingAway, "")
	first, n := -1, 0
	for ev := range c.Messages() {
		switch n++; {
		case n == 1:
			if string(ev.Payload) != Greeting {
				t.Errorf("first came %v", ev)
			}
			continue
		case first < 0:
			fmt.Sscanf(string(ev.Payload), Prefix+"bystander %d", &first)
		case string(ev.Payload) != fmt.Sprintf("%sbystander %d", Prefix, first+n-2):
			t.Errorf("got %v, want number %d", ev, first+n-2)
		}
		if n == 4 {
			break
		}
	}
	if way == 1 {
		below.SetLinger(0) // a reset
	}
	if way > 0 {
		below.Close()
	}
}

func TestPage(t *testing.T) {
	s := serve(t, Config{})
	for _, tt := range []struct {
		method, target string
		status         int
		want           string
	}{
		{"GET", "/", 200, "<title>WebSocket 채팅</title>"},
		{"HEAD", "/", 200, ""},
		{"GET", "/connection.js", 200, "new WebSocket"},
		{"GET", "/healthz", 200, "alive"},
		{"GET", "/readyz", 200, "ready"},
		{"GET", "/style.css", 200, "{"},
		{"GET", "/nothing", 404, "404"},
		{"GET", "/web.go", 404, "404"},
		{"GET", "/chat", 426, "RFC 6455 §4.2.1"},
		{"GET", "/echo", 426, "RFC 6455 §4.2.1"},
		{"POST", "/", 405, "only GET and HEAD"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), tt.method, "http://"+s.addr+tt.target, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != tt.status || !strings.Contains(string(body), tt.want) {
			t.Errorf("%s %s: %d %q", tt.method, tt.target, answer.StatusCode, body)
		}
		if answer.StatusCode == 200 && !strings.HasSuffix(tt.target, "z") && answer.Header.Get("Content-Security-Policy") != pagePolicy {
			t.Errorf("%s %s: header %v", tt.method, tt.target, answer.Header)
		}
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

func TestEchoOfAllSizes(t *testing.T) {
	s := serve(t, Config{})
	for _, deflate := range []bool{false, true} {
		cfg := &conn.Config{Deflate: handshake.DeflateConfig{Enabled: deflate}}
		cfg.Limits.Message = EchoBytes
		c := s.dial(t, "/echo", cfg)
		if c.Agreed().Deflate.Enabled != deflate {
			t.Fatalf("agreed on %+v", c.Agreed())
		}
		sizes := []int{0, 1, 125, 126, 65535, 65536, 1 << 20, EchoBytes}
		if deflate || testing.Short() {
			sizes = sizes[:len(sizes)-1]
		}
		for _, n := range sizes {
			want := strings.Repeat("chat ", n/5+1)[:n]
			go c.Send(frame.Text, []byte(want))
			if got := c.next(); got != want {
				t.Fatalf("%d bytes came back as %d", n, len(got))
			}
		}
	}
}
