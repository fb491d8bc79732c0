//go:build linux && !race

package conn_test

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/server/conn"
)

// busyFor is how long a goroutine of the server makes no call.
const busyFor = 2 * time.Second

// TestBusyChild is a server with one processor, in a process of its own: it
// echoes, and at "busy" starts a goroutine that makes no call.
func TestBusyChild(t *testing.T) {
	if os.Getenv("BUSY_CHILD") == "" {
		t.Skip("TestBusyGoroutineStarvesNobody starts it")
	}
	l := listen(t)
	fmt.Println("http://" + l.Addr().String())
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := conn.Accept(w, r, nil); err == nil {
			c.Run(busy{})
		}
	}))
}

type busy struct{}

func (busy) Message(c *conn.Conn, ev session.Event) {
	if string(ev.Payload) == "busy" {
		var over atomic.Bool
		time.AfterFunc(busyFor, func() { over.Store(true) })
		go func() {
			for !over.Load() {
			}
		}()
	}
	c.Reply(ev)
}

func (busy) End(*conn.Conn) {}

// The runtime's monitor, which takes the processor from a busy goroutine, sleeps
// where only bare system calls are made; the Clock's tick has to wake it.
func TestBusyGoroutineStarvesNobody(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const most = 150 * time.Millisecond // a tick is 100 ms; starved, it is busyFor at least
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBusyChild$")
	child.Env = append(os.Environ(), "BUSY_CHILD=1", "GOMAXPROCS=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Wait()
	defer child.Process.Kill()
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	worst := time.Duration(0)
	for range 10 { // a machine with other work may miss it now and then
		if worst = longestEcho(t, "ws"+strings.TrimPrefix(strings.TrimSpace(url), "http")); worst <= most {
			return
		}
	}
	t.Errorf("an echo took %v beside a busy goroutine, want %v at most", worst, most)
}

// longestEcho echoes for as long as the server is busy.
func longestEcho(t *testing.T, url string) (longest time.Duration) {
	c, err := conn.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond) // the server comes to rest, its monitor too
	text := "busy"
	for start := time.Now(); time.Since(start) < busyFor; text = "on" {
		began := time.Now()
		if err := c.Send(frame.Text, []byte(text)); err != nil {
			t.Fatal(err)
		}
		next(c)
		longest = max(longest, time.Since(began))
		time.Sleep(7 * time.Millisecond)
	}
	c.Close(frame.NormalClosure, "")
	return longest
}
