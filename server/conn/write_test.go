package conn_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/server/conn"
)

// §5.5.1: nothing but Pongs follows our Close, also what waited behind a write
// when the Close was sent.
func TestNoDataAfterClose(t *testing.T) {
	for _, size := range []int{10, 20_000} {
		synctest.Test(t, func(t *testing.T) {
			ours, theirs := slowPipe(t)
			c, p := ours, theirs
			payload := strings.Repeat("x", size)
			go c.Send(frame.Text, []byte(strings.Repeat("s", 1000)))
			synctest.Wait() // stuck
			var replied error
			go func() {
				for ev := range c.Messages() {
					replied = c.Reply(ev)
				}
			}()
			p.send(`text "` + payload + `"`)
			synctest.Wait()
			if err := c.StartClose(frame.GoingAway, ""); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			p.want(`text "s"*1000`)
			if size < 16<<10 {
				p.want(`text "` + payload + `"`) // it stood before the Close
			}
			p.want("close 1001")
			p.send("close 1001")
			p.wantEnd()
			wantClosed(t, c, conn.ClosedError{Code: 1001})
			if size >= 16<<10 && replied != session.ErrClosed {
				t.Errorf("Reply: %v", replied)
			}
		})
	}
}

// slowPipe is a pipe whose peer reads nothing before it is asked to.
func slowPipe(t *testing.T) (*conn.Conn, *peer) {
	return overPipe(t, frame.Server, conn.Config{})
}

// §5.5.3: while output is stuck, only the newest Ping is answered.
func TestOnePongWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := slowPipe(t)
		go drop(c)
		go c.Send(frame.Text, []byte("stuck"))
		synctest.Wait()
		for i := range 500 {
			p.send(fmt.Sprintf(`ping "%d"`, i))
		}
		synctest.Wait()
		p.want(`text "stuck"`, `pong "499"`)
		p.send(`ping "on"`)
		p.want(`pong "on"`)
		p.nc.Close()
	})
}

// Backpressure: behind a write that is stuck a bounded queue waits, whoever
// fills it; then Send and Reply wait, and nothing more is read.
func TestQueueIsBounded(t *testing.T) {
	const size, queue = 1000, 10_000
	synctest.Test(t, func(t *testing.T) {
		c, p := overPipe(t, frame.Server, conn.Config{QueueBytes: queue, WriteTimeout: conn.Off, PingAfter: conn.Off})
		go c.Send(frame.Text, []byte("stuck"))
		synctest.Wait()
		go echo(c)
		taken := 0
		go func() {
			b := wire(t, frame.Client, fmt.Sprintf(`text "x"*%d`, size))
			for ; ; taken++ {
				if _, err := p.nc.Write(b); err != nil {
					return
				}
			}
		}()
		synctest.Wait()
		n := taken
		if n*size > queue+20_000 { // what one read gives, and one more
			t.Errorf("%d messages were read while nothing was written", n)
		}
		p.want(`text "stuck"`)
		for range 3 * n {
			p.want(fmt.Sprintf(`text "x"*%d`, size))
		}
		p.nc.Close()
	})
	synctest.Test(t, func(t *testing.T) {
		c, p := overPipe(t, frame.Server, conn.Config{QueueBytes: queue, WriteTimeout: conn.Off, PingAfter: conn.Off})
		sent := 0
		go func() {
			for c.Send(frame.Binary, make([]byte, size)) == nil {
			}
		}()
		synctest.Wait()
		go func() {
			for ; c.Send(frame.Binary, make([]byte, size)) == nil; sent++ {
			}
		}()
		synctest.Wait()
		if sent < queue/size-1 || sent > queue/size+2 {
			t.Errorf("%d messages of %d bytes wait", sent, size)
		}
		p.nc.Close()
		drop(c)
	})
}

// §5.4: no other message may come between fragments; a control frame may.
func TestFragment(t *testing.T) {
	for _, role := range roles {
		synctest.Test(t, func(t *testing.T) {
			c, p := overPipe(t, role, conn.Config{})
			done := make(chan bool)
			go func() {
				defer close(done)
				steps := []struct{ err, want error }{
					{c.Fragment(frame.Text, []byte("\xed\x95"), false), nil},
					{c.Send(frame.Text, []byte("no")), session.ErrInsideMessage},
					{c.Send(frame.Binary, make([]byte, 20_000)), session.ErrInsideMessage},
					{c.Send(frame.Ping, []byte("yes")), nil},
					{c.Fragment(frame.Binary, nil, true), session.ErrOpcode},
					{c.Fragment(frame.Text, []byte("\x9c"), false), nil},
					{c.Fragment(frame.Text, nil, true), nil},
					{c.Send(frame.Text, []byte("one")), nil},
				}
				for i, step := range steps {
					if step.err != step.want {
						t.Errorf("step %d: %v, want %v", i, step.err, step.want)
					}
				}
			}()
			p.want("text more 0xed95", `ping "yes"`, "cont more 0x9c", "cont", `text "one"`)
			<-done
			p.nc.Close()
			drop(c)
		})
	}
}

// A member that must wait until a fragmented message is whole hears of it.
func TestReadyAfterFragments(t *testing.T) {
	c, p := overTCP(t, frame.Server, nil)
	ready := make(chan bool, 1)
	c.OnReady(func() { ready <- true })
	c.Fragment(frame.Text, []byte("a"), false)
	shared := session.AppendMessage(nil, frame.Text, []byte("shared"))
	if n, st := c.Deliver(shared, [][]byte{shared}, false); n != 0 || st != conn.Later {
		t.Fatalf("inside a message: %d, %d", n, st)
	}
	c.Fragment(frame.Text, []byte("b"), true)
	select {
	case <-ready:
	case <-time.After(patience):
		t.Fatal("ready is not called")
	}
	c.Deliver(shared, [][]byte{shared}, false)
	p.want(`text more "a"`, `cont "b"`, `text "shared"`)
	go drop(c)
	p.send("close")
	p.want("close")
	p.wantEnd()
}
