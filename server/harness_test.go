package server

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/server/conn"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// A rig is a server under test, on a real socket.
type rig struct {
	*Server
	addr  string
	log   *journal
	level *slog.LevelVar // Warn where the texts would fill the memory that is measured
}

// systemBuffer is what the system holds for either side of a connection, so that
// a slow reader shows early.
const systemBuffer = 64 << 10

// A narrow listener's connections have small buffers.
type narrow struct{ net.Listener }

func (l narrow) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err == nil {
		err = nc.(*net.TCPConn).SetWriteBuffer(systemBuffer)
	}
	return nc, err
}

// serve starts a server. change may shorten its limits before it serves. When the
// test ends and its clients are closed, the server must go down at once.
func serve(t testing.TB, cfg Config, change ...func(*Server)) *rig {
	t.Helper()
	log, level := &journal{}, &slog.LevelVar{}
	cfg.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: level}))
	cfg.Clock = cmp.Or(cfg.Clock, &conn.Clock{})
	cfg.Drain = cmp.Or(cfg.Drain, Off)
	cfg.Admit.PerAddress = cmp.Or(cfg.Admit.PerAddress, Off) // all clients of a test are at one
	cfg.LogTexts, cfg.Echo = true, true
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range change {
		f(s)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(narrow{l}) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		<-served
	})
	return &rig{Server: s, addr: l.Addr().String(), log: log, level: level}
}

// A client is a well-behaved one: package conn's.
type client struct {
	*conn.Conn
	t testing.TB
}

// dial opens a connection that the end of the test closes.
func (s *rig) dial(t testing.TB, target string, cfg *conn.Config) *client {
	t.Helper()
	c, err := conn.Dial(t.Context(), "ws://"+s.addr+target, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(frame.NormalClosure, "") })
	return &client{c, t}
}

// join dials and takes the greeting.
func (s *rig) join(t testing.TB) *client {
	t.Helper()
	c := s.dial(t, "/chat", nil)
	c.want(Greeting)
	return c
}

func (c *client) say(texts ...string) {
	c.t.Helper()
	for _, text := range texts {
		if err := c.Send(frame.Text, []byte(text)); err != nil {
			c.t.Fatal(err)
		}
	}
}

// next gives the next text.
func (c *client) next() string {
	c.t.Helper()
	for ev := range c.Messages() {
		if ev.Opcode != frame.Text {
			c.t.Fatalf("got %v, want a text", ev)
		}
		return string(ev.Payload)
	}
	c.t.Fatalf("connection ended: %v", c.Err())
	return ""
}

// want takes texts exactly as they are.
func (c *client) want(texts ...string) {
	c.t.Helper()
	for _, want := range texts {
		if got := c.next(); got != want {
			c.t.Fatalf("got %.100q, want %.100q", got, want)
		}
	}
}

// A journal is a log that tests can read.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// await gives the first line that holds all parts.
func (j *journal) await(t testing.TB, parts ...string) (line string) {
	t.Helper()
	eventually(t, fmt.Sprintf("log line with %q", parts), func() bool {
		line = j.line(parts)
		return line != ""
	})
	return line
}

func (j *journal) line(parts []string) string {
	for line := range strings.Lines(j.String()) {
		all := true
		for _, part := range parts {
			all = all && strings.Contains(line, part)
		}
		if all {
			return line
		}
	}
	return ""
}

// eventually waits for a condition that must come true.
func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !cond(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never came: %s", what)
		}
	}
}

// heap is how much is in use after a collection.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// bystanders are two members who talk while others misbehave. What is returned
// ends the talk, and fails the test if one of them missed a text or saw them out
// of order.
func bystanders(t *testing.T, s *rig) (verify func()) {
	t.Helper()
	speaker, listener := s.join(t), s.join(t)
	stop := make(chan struct{})
	var talk sync.WaitGroup
	said := 0 // written by the speaker, read after talk.Wait
	talk.Go(func() {
		pace := time.NewTicker(5 * time.Millisecond)
		defer pace.Stop()
		for ; ; said++ {
			if err := speaker.Send(frame.Text, fmt.Appendf(nil, "bystander %d", said)); err != nil {
				t.Errorf("bystander cannot speak: %v", err)
				break
			}
			select {
			case <-pace.C:
			case <-stop:
				speaker.Send(frame.Text, []byte("bystander ends"))
				return
			}
		}
	})
	heard := make([]int, 2)
	for i, c := range []*client{speaker, listener} {
		talk.Go(func() { heard[i] = listen(t, c) })
	}
	return func() {
		t.Helper()
		close(stop)
		talk.Wait()
		if heard[0] != said+1 || heard[1] != said+1 {
			t.Errorf("of %d texts the bystanders heard %v", said+1, heard)
		}
	}
}

// listen takes the bystanders' texts to the last and counts them.
func listen(t *testing.T, c *client) (n int) {
	for ev := range c.Messages() {
		text, ok := strings.CutPrefix(string(ev.Payload), Prefix+"bystander ")
		switch {
		case !ok: // somebody else's
		case text == "ends":
			return n
		case text != fmt.Sprint(n):
			t.Errorf("bystander heard %q, want number %d", text, n)
			return n
		default:
			n++
		}
	}
	t.Errorf("bystander's connection ended: %v", c.Err())
	return n
}
