package load

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rfc6455/frame/session"
	"rfc6455/server/conn"
)

// serve runs a server that gives each connection to its own call of handle.
func serve(t *testing.T, handle func(*conn.Conn)) (url string) {
	t.Helper()
	var handlers sync.WaitGroup
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := conn.Accept(w, r, &conn.Config{})
		if err != nil {
			return // Accept has answered
		}
		handlers.Go(func() { handle(c) })
	}))
	t.Cleanup(func() { s.Close(); handlers.Wait() })
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

// A fault is what a server does with message n of those that it got.
type fault func(n int) act

type act uint8

const (
	pass  act = iota
	drop      // sends it to nobody
	twice     // sends it two times
	hold      // sends it after the next one
)

// every gives a fault that does a to the messages n-1, 2n-1 and so on.
func every(n int, a act) fault {
	return func(i int) act {
		if i%n == n-1 {
			return a
		}
		return pass
	}
}

// A line passes messages on, with faults.
type line struct {
	fault fault
	n     int
	held  []byte
}

// through gives what goes out for a message that came in, in order.
func (l *line) through(p []byte) (out [][]byte) {
	p = bytes.Clone(p)
	if isRoll(p) {
		return [][]byte{p}
	}
	defer func() { l.n++ }()
	switch l.fault(l.n) {
	case drop:
	case twice:
		out = [][]byte{p, p}
	case hold:
		l.held = p
		return nil
	case pass:
		out = [][]byte{p}
	}
	if l.held != nil {
		out = append(out, l.held)
		l.held = nil
	}
	return out
}

// isRoll tells messages of the roll call.
func isRoll(p []byte) bool {
	_, mark, ok := bytes.Cut(p, []byte(markHead))
	return ok && string(mark[runDigits:runDigits+idDigits]) == "vvv"
}

func sound(int) act { return pass }

// echo sends back what comes, with faults that each connection counts alone.
func echo(t *testing.T, f fault) (url string) {
	return serve(t, func(c *conn.Conn) {
		l := line{fault: f}
		for ev := range c.Messages() {
			for _, p := range l.through(ev.Payload) {
				c.Send(ev.Opcode, p) // an error ends the range
			}
		}
	})
}

// A hub sends every message to every connection, with a text before it.
type hub struct {
	prefix string

	mu      sync.Mutex
	line    line
	members []*conn.Conn
}

func (h *hub) handle(c *conn.Conn) {
	h.mu.Lock()
	c.Send(textOpcode, []byte("welcome"))
	h.members = append(h.members, c)
	h.mu.Unlock()
	for ev := range c.Messages() {
		h.pass(ev)
	}
}

func (h *hub) pass(ev session.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.line.through(ev.Payload) {
		for _, m := range h.members {
			m.Send(ev.Opcode, append([]byte(h.prefix), p...)) // who is gone gets nothing
		}
	}
}

func broadcast(t *testing.T, prefix string, f fault) (url string) {
	h := &hub{prefix: prefix, line: line{fault: f}}
	return serve(t, h.handle)
}

// gathers broadcasts when n messages have come: to each connection first what
// others said, so that who has its own has seen the rest.
func gathers(t *testing.T, n int) (url string) {
	var mu sync.Mutex
	said := map[*conn.Conn][][]byte{}
	return serve(t, func(c *conn.Conn) {
		for ev := range c.Messages() {
			mu.Lock()
			said[c] = append(said[c], bytes.Clone(ev.Payload))
			if n--; n == 0 {
				tellAll(said)
			}
			mu.Unlock()
		}
	})
}

func tellAll(said map[*conn.Conn][][]byte) {
	for c, own := range said {
		for other, theirs := range said {
			if other != c {
				sendAll(c, theirs)
			}
		}
		sendAll(c, own)
	}
}

func sendAll(c *conn.Conn, texts [][]byte) {
	for _, p := range texts {
		c.Send(textOpcode, p) // who is gone gets nothing
	}
}

// stalls echoes, but once stands still for so long, from message n on.
func stalls(t *testing.T, n int, d time.Duration) (url string) {
	var seen atomic.Int64
	return serve(t, func(c *conn.Conn) {
		for ev := range c.Messages() {
			if seen.Add(1) == int64(n) {
				time.Sleep(d) // the fault itself
			}
			c.Reply(ev)
		}
	})
}
