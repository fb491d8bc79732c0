package tap

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/server/conn"
)

// A record keeps what a watcher is told, without times.
type record struct {
	mu     sync.Mutex
	lines  []string
	bytes  map[frame.Role][]byte
	chunks []Chunk
}

func (r *record) watch(c Chunk) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bytes == nil {
		r.bytes = map[frame.Role][]byte{}
	}
	r.bytes[c.From] = append(r.bytes[c.From], c.Bytes...)
	for _, seen := range c.Frames {
		r.lines = append(r.lines, c.From.String()+": "+seen.Frame.String())
	}
	if c.End {
		r.lines = append(r.lines, c.From.String()+": end")
	}
	c.Bytes = nil
	r.chunks = append(r.chunks, c)
}

// echo is an echo server; the URL of it.
func echo(t *testing.T) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := conn.Accept(w, r, nil)
		if err != nil {
			return // Accept has answered
		}
		for ev := range c.Messages() {
			c.Reply(ev)
		}
	}))
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

// open opens a connection to an echo server with a tap in it.
func open(t *testing.T, r *record) (*conn.Conn, *Conn) {
	t.Helper()
	l, err := wire.Open(t.Context(), echo(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	tap := New(l, time.Now(), 0, r.watch)
	c := conn.New(tap, l.Role, l.Agreement, nil, nil)
	t.Cleanup(func() { c.Close(frame.NormalClosure, "") })
	return c, tap
}

func TestConn(t *testing.T) {
	var r record
	c, tap := open(t, &r)
	if err := c.Send(frame.Text, []byte("Hello")); err != nil {
		t.Fatal(err)
	}
	f, _ := frame.ParseFrame(`ping "between"`, frame.Client)
	for ev := range c.Messages() {
		if ev.String() == `text "Hello"` {
			if err := tap.Inject(f, time.Minute); err != nil {
				t.Error(err)
			}
			c.Send(frame.Text, []byte("last"))
			continue
		}
		c.StartClose(frame.NormalClosure, "bye")
	}
	want := `client: text "Hello"
server: text "Hello"
client: ping "between"
client: text "last"
server: pong "between"
server: text "last"
client: close 1000 "bye"
server: close 1000
server: end
client: end`
	if got := strings.Join(r.lines, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if string(r.bytes[frame.Server]) != "\x81\x05Hello\x8a\x07between\x81\x04last\x88\x02\x03\xe8" {
		t.Errorf("the server's bytes: %x", r.bytes[frame.Server])
	}
	var last time.Duration
	for _, c := range r.chunks {
		if c.At < last || c.Err != nil {
			t.Errorf("%+v after %s", c, last)
		}
		last = c.At
		if len(c.Frames) == 1 && c.Data == c.Frames[0].Opcode.IsControl() {
			t.Errorf("%s: data %t", c.Frames[0], c.Data)
		}
	}
	if err := tap.Inject(f, time.Minute); !errors.Is(err, errGone) {
		t.Errorf("after the end: %v", err)
	}
}

// TestInjectClose shows that a Close that is sent as it is, is our last word.
func TestInjectClose(t *testing.T) {
	var r record
	c, tap := open(t, &r)
	f, _ := frame.ParseFrame(`close 3000 "mine"`, frame.Client)
	if err := tap.Inject(f, time.Minute); err != nil {
		t.Fatal(err)
	}
	for ev := range c.Messages() {
		t.Errorf("got %s", ev)
	}
	var closed *conn.ClosedError
	if err := c.Err(); !errors.As(err, &closed) || closed.Code != 3000 {
		t.Errorf("ended by %v", err)
	}
	want := `client: close 3000 "mine"
server: close 3000
server: end
client: end`
	if got := strings.Join(r.lines, "\n"); got != want {
		t.Errorf("got\n%s", got)
	}
}

// TestInjectWaits shows that a frame never goes into the middle of another.
func TestInjectWaits(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	var r record
	tap := New(&wire.Link{Conn: ours, Role: frame.Server}, time.Now(), 0, r.watch)
	var writing sync.WaitGroup
	writing.Go(func() { tap.Write([]byte("\x81\x02h")) })
	got := make([]byte, 6)
	io.ReadFull(theirs, got[:3])
	writing.Wait()
	writing.Go(func() {
		if err := tap.Inject(frame.Frame{Header: frame.Header{Fin: true, Opcode: frame.Ping}}, time.Minute); err != nil {
			t.Error(err)
		}
	})
	writing.Go(func() { tap.Write([]byte("i")) })
	io.ReadFull(theirs, got[3:])
	writing.Wait()
	if string(got) != "\x81\x02hi\x89\x00" {
		t.Errorf("got %x", got)
	}
	writing.Go(func() { tap.Write([]byte("\x81")) })
	io.ReadFull(theirs, got[:1])
	writing.Wait()
	failed := make(chan error, 1)
	go func() { failed <- tap.Inject(frame.Frame{}, time.Minute) }()
	tap.Close()
	if err := <-failed; !errors.Is(err, errGone) {
		t.Errorf("got %v", err)
	}
}
