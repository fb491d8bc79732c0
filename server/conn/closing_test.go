package conn_test

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/server/conn"
)

// flood writes frames until the pipe is closed, with a pause without which the
// bubble's time would stand still.
func flood(p *peer, frames ...string) {
	b := wire(p.t, p.role, frames...)
	for ; ; time.Sleep(time.Millisecond) {
		if _, err := p.nc.Write(b); err != nil {
			return
		}
	}
}

// answerClose reads until a Close comes, and answers it.
func answerClose(p *peer) {
	for {
		f, err := p.frame()
		if err != nil {
			return
		}
		if f.Opcode == frame.Close {
			p.nc.Write(wire(p.t, p.role, "close 1000"))
			return
		}
	}
}

// §7.1.2, §7.1.3: Close returns in time whatever the peer does.
func TestCloseReturns(t *testing.T) {
	const closing, linger = conn.DefaultCloseTimeout, conn.DefaultLingerTimeout
	tests := []struct {
		name      string
		peer      func(p *peer)
		want      error // nil: the closing handshake is done
		low, high time.Duration
	}{
		{"silent, takes no byte", func(p *peer) {}, conn.ErrCloseTimeout, closing, closing},
		{"silent", func(p *peer) { io.Copy(io.Discard, p.nc) }, conn.ErrCloseTimeout, closing, closing},
		{"floods text", func(p *peer) { go io.Copy(io.Discard, p.nc); flood(p, `text "x"`) }, conn.ErrCloseTimeout, closing, closing},
		{"sends one Pong a second", func(p *peer) {
			go io.Copy(io.Discard, p.nc)
			for p.nc.SetDeadline(time.Time{}) == nil {
				if _, err := p.nc.Write(wire(p.t, p.role, "pong")); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}, conn.ErrCloseTimeout, closing, closing},
		{"floods Pings", func(p *peer) { go io.Copy(io.Discard, p.nc); flood(p, "ping") }, frame.ErrControlFlood, 0, linger},
		{"sends garbage", func(p *peer) { go io.Copy(io.Discard, p.nc); p.write([]byte("HTTP/1.1 400\r\n")) }, frame.ErrControlFragmented, linger, linger},
		{"floods garbage", func(p *peer) { go io.Copy(io.Discard, p.nc); flood(p, "op3") }, frame.ErrReservedOpcode, 0, linger},
		{"ends TCP", func(p *peer) { p.frame(); p.nc.Close() }, io.EOF, 0, 0},
		{"answers", func(p *peer) { answerClose(p); p.nc.Close() }, nil, 0, 0},
		{"answers, does not end TCP", func(p *peer) { answerClose(p); io.Copy(io.Discard, p.nc) }, nil, linger, linger},
		{"answers and floods", func(p *peer) { answerClose(p); flood(p, `text "x"*1000`) }, nil, 0, linger},
		{"answers, takes no byte", func(p *peer) { p.write(wire(p.t, p.role, "close 1000")) }, nil, 0, closing + linger},
		{"answers, trickles", func(p *peer) {
			p.write(wire(p.t, p.role, "close 1000"))
			for b := make([]byte, 1); ; time.Sleep(time.Second) {
				if _, err := p.nc.Read(b); err != nil {
					return
				}
			}
		}, nil, 0, closing + linger},
	}
	for _, test := range tests {
		for _, role := range roles {
			for _, reader := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					c, p := overPipe(t, role, conn.Config{})
					if reader {
						go drop(c)
					}
					go test.peer(p)
					start := time.Now()
					err := c.Close(frame.NormalClosure, "bye")
					name := fmt.Sprintf("%s, as %v, reader %t", test.name, role, reader)
					between(t, name, time.Since(start), test.low, test.high+slack)
					if !errors.Is(err, test.want) {
						t.Errorf("%s: %v, want %v", name, err, test.want)
					}
					if test.want == nil {
						wantClosed(t, c, conn.ClosedError{Code: 1000, ByPeer: c.Err().(*conn.ClosedError).ByPeer})
					}
				})
			}
		}
	}
}

// What stands before the Close is bounded by the Close's deadline, too: a peer
// that takes a byte now and then does not keep us.
func TestCloseBehindTrickle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := overPipe(t, frame.Server, conn.Config{PingAfter: conn.Off})
		go drop(c)
		go c.Send(frame.Binary, make([]byte, 8<<20))
		go func() {
			for b := make([]byte, 64<<10); ; time.Sleep(5 * time.Second) {
				if _, err := io.ReadFull(p.nc, b); err != nil {
					return
				}
			}
		}()
		time.Sleep(time.Minute)
		if c.Err() != nil {
			t.Fatal(c.Err())
		}
		start := time.Now()
		p.send("close 1000")
		wantClosed(t, c, conn.ClosedError{Code: 1000, ByPeer: true})
		between(t, "end", time.Since(start), 0, conn.DefaultCloseTimeout+conn.DefaultLingerTimeout+slack)
	})
}

// Close twice, and from many goroutines at once, is one Close (§5.5.1).
func TestCloseOnce(t *testing.T) {
	for _, reader := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c, p := overPipe(t, frame.Server, conn.Config{})
			if reader {
				go drop(c)
			}
			for range 10 {
				go func() {
					if err := c.Close(frame.GoingAway, "bye"); err != nil {
						t.Error(err)
					}
				}()
			}
			p.want(`close 1001 "bye"`)
			p.send("close 1001")
			p.nc.SetReadDeadline(time.Now().Add(time.Minute))
			if f, err := p.frame(); err == nil {
				t.Errorf("%v after the Close", f)
			}
			p.nc.Close()
			wantClosed(t, c, conn.ClosedError{Code: 1001})
			if err := c.Close(frame.NormalClosure, ""); err != nil {
				t.Errorf("after the end: %v", err)
			}
			if err := c.Send(frame.Text, nil); !errors.Is(err, c.Err()) {
				t.Errorf("Send after the end: %v", err)
			}
			if got := next(c); got != "" {
				t.Errorf("after the end came %s", got)
			}
		})
	}
}

// §7.4: what may not be sent is refused, and the connection goes on.
func TestCloseRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := overPipe(t, frame.Server, conn.Config{})
		go echo(c)
		for _, code := range []frame.CloseCode{0, 999, 1004, 1006, 1010, 1015, 2999, 5000} {
			if err := c.Close(code, ""); err != session.ErrCloseCode {
				t.Errorf("%d: %v", code, err)
			}
		}
		if err := c.Close(frame.NormalClosure, "\xff"); err != session.ErrNotUTF8 {
			t.Error(err)
		}
		p.send(`text "on"`)
		p.want(`text "on"`)
		go c.Close(frame.NoStatus, "")
		p.want("close")
		p.send("close")
		p.nc.Close()
		wantClosed(t, c, conn.ClosedError{Code: frame.NoStatus})
	})
}

// Close inside the range over Messages returns at once, and the range ends; data
// that still comes is not given out (§5.5.1). If the range is left, the closing
// handshake is done all the same.
func TestCloseInside(t *testing.T) {
	for _, leave := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c, p := overPipe(t, frame.Server, conn.Config{})
			ended := make(chan int)
			go func() {
				n := 0
				for range c.Messages() {
					n++
					if err := c.Close(frame.PolicyViolation, "no"); err != nil {
						t.Error(err)
					}
					if leave {
						break
					}
				}
				ended <- n
			}()
			go p.send(`text "one"`, `text "two"`)
			p.want(`close 1008 "no"`)
			start := time.Now()
			go p.send(`text "three"`, "ping", "close 1008")
			p.want("pong")
			p.nc.Close()
			if n := <-ended; n != 1 {
				t.Errorf("%d messages, want 1", n)
			}
			wantClosed(t, c, conn.ClosedError{Code: 1008})
			between(t, "end", time.Since(start), 0, 0)
		})
	}
}

// StartClose needs no reader to end in time.
func TestStartClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := overPipe(t, frame.Client, conn.Config{})
		if err := c.StartClose(frame.GoingAway, ""); err != nil {
			t.Fatal(err)
		}
		p.want("close 1001")
		wantCause(t, c, conn.ErrCloseTimeout)
	})
}

// A connection that broke while nobody read still says so: Close returns, Serve
// tells the end.
func TestBrokenBeforeServe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := overPipe(t, frame.Server, conn.Config{})
		p.nc.Close()
		if err := c.Send(frame.Text, []byte("x")); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("Send: %v", err)
		}
		h := make(ends, 1)
		c.Serve(h)
		wantCause(t, <-h, io.ErrClosedPipe)
		if err := c.Close(frame.NormalClosure, ""); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("Close: %v", err)
		}
	})
}

// ends is a Handler that echoes and tells the end.
type ends chan *conn.Conn

func (h ends) Message(c *conn.Conn, ev session.Event) { c.Reply(ev) }
func (h ends) End(c *conn.Conn)                       { h <- c }

// To fail the connection while a write is stuck ends in time too.
func TestFailWhileStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := overPipe(t, frame.Server, conn.Config{MessageTimeout: 10 * time.Second, WriteTimeout: conn.Off})
		go drop(c)
		go c.Send(frame.Text, []byte("stuck"))
		p.write([]byte{0x81})
		start := time.Now()
		wantCause(t, c, frame.ErrMessageTooSlow)
		between(t, "end", time.Since(start), 10*time.Second, 10*time.Second+conn.DefaultCloseTimeout+2*slack)
	})
}
