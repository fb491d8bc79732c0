package conn_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"rfc6455/frame"
	"rfc6455/server/conn"
)

// slack is how much later than asked the Clock may notice a deadline.
const slack = 1200 * time.Millisecond

var roles = []frame.Role{frame.Server, frame.Client}

// §5.5.2: a Ping goes into a silence, and if no byte comes then, the connection
// is broken off.
func TestPongTimeout(t *testing.T) {
	for _, role := range roles {
		synctest.Test(t, func(t *testing.T) {
			c, p := overPipe(t, role, conn.Config{})
			go drop(c)
			start := time.Now()
			p.nc.SetReadDeadline(start.Add(time.Hour))
			if f, err := p.frame(); err != nil || f.Opcode != frame.Ping {
				t.Fatalf("got %v, %v", f, err)
			}
			between(t, "Ping", time.Since(start), conn.DefaultPingAfter, conn.DefaultPingAfter+slack)
			start = time.Now()
			wantCause(t, c, conn.ErrPongTimeout)
			between(t, "end", time.Since(start), conn.DefaultPongTimeout, conn.DefaultPongTimeout+slack)
			p.wantEnd()
		})
	}
}

// §5.5.2, §5.5.3: a peer is alive that sends anything: Pongs alone, asked for or
// not, and data.
func TestAnyByteIsLife(t *testing.T) {
	for _, answer := range []string{"pong", `pong "unasked"`, `text "x"`, `text more ""`, "ping"} {
		synctest.Test(t, func(t *testing.T) {
			c, p := overPipe(t, frame.Server, conn.Config{MessageTimeout: conn.Off})
			go drop(c)
			p.nc.SetReadDeadline(time.Now().Add(time.Hour))
			for range 10 {
				for f, err := p.frame(); f.Opcode != frame.Ping; f, err = p.frame() {
					if err != nil {
						t.Fatal(err)
					}
				}
				p.send(answer)
				if answer == `text more ""` {
					answer = "cont more \"\""
				}
			}
			go io.Copy(io.Discard, p.r)
			synctest.Wait()
			if c.Err() != nil {
				t.Errorf("%s: %v", answer, c.Err())
			}
			p.nc.Close()
			wantCause(t, c, io.EOF)
		})
	}
}

// Silence is what the reader hears while it waits: a long handler is not the
// peer's fault.
func TestHandlingIsNoSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := overPipe(t, frame.Server, conn.Config{})
		go func() {
			for ev := range c.Messages() {
				time.Sleep(time.Hour)
				c.Reply(ev)
			}
		}()
		p.send(`text "slow"`)
		p.nc.SetReadDeadline(time.Now().Add(2 * time.Hour))
		if f, err := p.frame(); err != nil || f.String() != `text "slow"` {
			t.Errorf("got %v, %v", f, err)
		}
		p.nc.Close()
		wantCause(t, c, io.EOF)
	})
}

func TestPingAfterLeast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := overPipe(t, frame.Server, conn.Config{PingAfter: time.Second})
		go drop(c)
		start := time.Now()
		p.want("ping")
		between(t, "Ping", time.Since(start), 15*time.Second, 15*time.Second+slack)
		p.nc.Close()
		wantCause(t, c, io.EOF)
	})
}

// Off switches each timeout off that waits for the peer.
func TestOff(t *testing.T) {
	cfg := conn.Config{
		PingAfter: conn.Off, PongTimeout: conn.Off, MessageTimeout: conn.Off,
		WriteTimeout: conn.Off, CloseTimeout: conn.Off,
	}
	synctest.Test(t, func(t *testing.T) {
		c, p := overPipe(t, frame.Server, cfg)
		go drop(c)
		p.send(`text more "he"`)
		time.Sleep(time.Hour)
		go c.Send(frame.Text, []byte("stuck"))
		time.Sleep(time.Hour)
		c.StartClose(frame.NormalClosure, "")
		time.Sleep(time.Hour)
		p.want(`text "stuck"`, "close 1000")
		time.Sleep(time.Hour)
		p.send("close 1000")
		p.nc.Close()
		wantClosed(t, c, conn.ClosedError{Code: 1000})
	})
	cfg.PingAfter = 0
	synctest.Test(t, func(t *testing.T) {
		c, p := overPipe(t, frame.Server, cfg)
		go drop(c)
		p.nc.SetReadDeadline(time.Now().Add(time.Minute))
		if f, err := p.frame(); err != nil || f.Opcode != frame.Ping {
			t.Fatal(f, err)
		}
		time.Sleep(time.Hour) // no Pong is waited for
		if c.Err() != nil {
			t.Error(c.Err())
		}
		p.nc.Close()
		wantCause(t, c, io.EOF)
	})
}

// §10.4: a message, a control frame or a header that is begun has to be ended.
func TestMessageTooSlowStalled(t *testing.T) {
	begun := map[string][]byte{
		"a byte of a header": {0x81},
		"a header":           wire(t, frame.Client, "text len=5"),
		"a fragment":         wire(t, frame.Client, `text more "Hel"`),
		"a fragment, a Ping": wire(t, frame.Client, `text more "Hel"`, "ping"),
		"half a Ping":        wire(t, frame.Client, `ping len=5 "he"`),
	}
	for name, bytes := range begun {
		synctest.Test(t, func(t *testing.T) {
			c, p := overPipe(t, frame.Server, conn.Config{PingAfter: time.Hour})
			go drop(c)
			start := time.Now()
			p.write(bytes)
			if name == "a fragment, a Ping" {
				p.want("pong")
			}
			p.nc.SetReadDeadline(time.Now().Add(time.Hour))
			f, err := p.frame()
			v := frame.ErrMessageTooSlow
			if err != nil || f.String() != closeFrame(v.Code, v.Reason()) {
				t.Fatalf("%s: got %v, %v", name, f, err)
			}
			between(t, name+": Close", time.Since(start), conn.DefaultMessageTimeout, conn.DefaultMessageTimeout+slack)
			p.nc.Close()
			wantCause(t, c, v)
		})
	}
}

// §10.4: a message may take 30 s and a second for each 16 KiB that came.
func TestMessageTooSlowTrickling(t *testing.T) {
	for _, test := range []struct {
		size, piece int
		every       time.Duration
		low, high   time.Duration // of the failure; 0: there is none
	}{
		{1000, 1, time.Second, 30 * time.Second, 33 * time.Second},
		{1000, 1, 10 * time.Millisecond, 0, 0},
		{1 << 20, 20 << 10, time.Second, 0, 0},
		{1 << 20, 8 << 10, time.Second, 59 * time.Second, 65 * time.Second}, // 30 + t/2 = t
	} {
		synctest.Test(t, func(t *testing.T) {
			c, p := overPipe(t, frame.Server, conn.Config{PingAfter: conn.Off})
			go echo(c)
			go io.Copy(io.Discard, p.r)
			f := frame.Frame{Header: frame.Header{Fin: true, Opcode: frame.Binary, Masked: true, Length: int64(test.size)}}
			f.Payload = make([]byte, test.size)
			b := f.AppendWire(nil)
			start := time.Now()
			for len(b) > 0 && c.Err() == nil {
				n := min(len(b), test.piece)
				if _, err := p.nc.Write(b[:n]); err != nil {
					break
				}
				b = b[n:]
				time.Sleep(test.every)
			}
			took := time.Since(start)
			p.nc.Close()
			if test.high == 0 {
				wantCause(t, c, io.EOF)
				return
			}
			wantCause(t, c, frame.ErrMessageTooSlow)
			between(t, "failure", took, test.low, test.high+conn.DefaultLingerTimeout)
		})
	}
}

// Time in which nobody reads does not make a message slow.
func TestMessageSlowByUs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := overPipe(t, frame.Server, conn.Config{})
		go p.send(`text "one"`, `text more "tw"`)
		if got := next(c); got != `text "one"` {
			t.Fatal(got)
		}
		synctest.Wait()
		time.Sleep(time.Hour)
		go func() {
			time.Sleep(10 * time.Second)
			p.send(`cont "o"`)
		}()
		if got := next(c); got != `text "two"` {
			t.Errorf("got %q, %v", got, c.Err())
		}
		p.nc.Close()
		drop(c)
		wantCause(t, c, io.EOF)
	})
}

// §10.4: a peer that takes no bytes is broken off; one that takes some is not.
func TestWriteTimeout(t *testing.T) {
	for _, size := range []int{5, 1000, 20_000, 1 << 20} {
		for _, role := range roles {
			synctest.Test(t, func(t *testing.T) {
				c, _ := overPipe(t, role, conn.Config{})
				start := time.Now()
				err := c.Send(frame.Binary, make([]byte, size))
				if !errors.Is(err, conn.ErrWriteTimeout) {
					t.Errorf("Send: %v", err)
				}
				between(t, "Send", time.Since(start), conn.DefaultWriteTimeout, conn.DefaultWriteTimeout+slack)
				wantCause(t, c, conn.ErrWriteTimeout) // though nobody reads
			})
		}
	}
}

func TestSlowTakerIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := overPipe(t, frame.Server, conn.Config{})
		want := bytes.Repeat([]byte("slow"), 1<<18)
		go func() {
			b := make([]byte, 64<<10)
			for n := 0; n < len(want)+10; {
				time.Sleep(8 * time.Second)
				m, err := io.ReadFull(p.nc, b[:min(len(b), len(want)+10-n)])
				if err != nil {
					t.Error(err)
					return
				}
				n += m
			}
			p.nc.Close()
		}()
		if err := c.Send(frame.Binary, want); err != nil {
			t.Error(err)
		}
		drop(c)
		wantCause(t, c, io.EOF)
	})
}
