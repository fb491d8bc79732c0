//go:build linux && !386 && !portable && !race

package conn_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/server/conn"
)

// A rally sends one message again and again to a server's connection and reads
// what comes back, without allocating itself.
type rally struct {
	nc            net.Conn
	c             *conn.Conn
	out, in, want []byte
}

func newRally(t testing.TB, op frame.Opcode, size int, answer func(*conn.Conn, session.Event) error) *rally {
	cfg := &conn.Config{Memory: &conn.Memory{}}
	cfg.Limits.Message = 16 << 20
	c, p := overTCP(t, frame.Server, cfg)
	go func() {
		for ev := range c.Messages() {
			if answer(c, ev) != nil {
				return
			}
		}
	}()
	f := frame.Frame{Header: frame.Header{Fin: true, Opcode: op, Length: int64(size)}, Payload: bytes.Repeat([]byte("x"), size)}
	r := &rally{nc: p.nc, c: c, want: f.AppendWire(nil)}
	f.Masked, f.Key = true, frame.MaskKey{1, 2, 3, 4}
	r.out, r.in = f.AppendWire(nil), make([]byte, len(r.want))
	for range 20 { // the pools get warm
		r.once(t)
	}
	return r
}

func (r *rally) once(t testing.TB) {
	for out, in := r.out, r.in; len(in) > 0; { // in turns: neither side can hold a long message
		n := min(len(out), 64<<10)
		if _, err := r.nc.Write(out[:n]); err != nil {
			t.Fatal(err)
		}
		out = out[n:]
		if len(out) == 0 {
			if _, err := io.ReadFull(r.nc, in); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	if !bytes.Equal(r.in, r.want) {
		t.Fatal("another message comes back")
	}
}

func reply(c *conn.Conn, ev session.Event) error { return c.Reply(ev) }
func send(c *conn.Conn, ev session.Event) error  { return c.Send(ev.Opcode, ev.Payload) }

// In the steady state a message costs no allocation, whichever way it takes.
func TestEchoAllocatesNothing(t *testing.T) {
	for name, answer := range map[string]func(*conn.Conn, session.Event) error{"Reply": reply, "Send": send} {
		for _, size := range []int{64, 1 << 10, 12 << 10, 64 << 10, 1 << 20} {
			r := newRally(t, frame.Text, size, answer)
			if n := testing.AllocsPerRun(50, func() { r.once(t) }); n != 0 {
				t.Errorf("%s of %d bytes: %v allocations", name, size, n)
			}
			r.nc.Close()
			<-r.c.Done()
		}
	}
}

func BenchmarkEcho(b *testing.B) {
	for _, size := range []int{64, 1 << 10, 64 << 10, 1 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			r := newRally(b, frame.Binary, size, reply)
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for b.Loop() {
				r.once(b)
			}
			r.nc.Close()
		})
	}
}

// A whole connection: both handshakes, both ends.
func BenchmarkDialAccept(b *testing.B) {
	url, ends := echoServer(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		c, err := conn.Dial(b.Context(), url, nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Close(frame.NormalClosure, ""); err != nil {
			b.Fatal(err)
		}
		<-ends
	}
}
