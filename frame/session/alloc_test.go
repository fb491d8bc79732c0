package session

import (
	"fmt"
	"strings"
	"testing"

	"rfc6455/frame"
)

// stream gives n masked frames of size bytes each.
func stream(op frame.Opcode, size, n int) []byte {
	f := frame.Frame{
		Header:  frame.Header{Fin: true, Opcode: op, Masked: true, Key: frame.MaskKey{1, 2, 3, 4}, Length: int64(size)},
		Payload: []byte(strings.Repeat("x", size)),
	}
	var b []byte
	for range n {
		b = f.AppendWire(b)
	}
	return b
}

func TestFeedAllocatesNothing(t *testing.T) {
	for _, c := range []struct {
		op   frame.Opcode
		size int
	}{{frame.Text, 100}, {frame.Binary, 64 << 10}, {frame.Ping, 10}} {
		r := NewReceiver(Config{Role: frame.Server, Limits: Limits{ControlBurst: 1 << 30, ControlPerSecond: 1 << 20}})
		in, p := stream(c.op, c.size, 4), make([]byte, 0, 300<<10)
		events := 0
		n := testing.AllocsPerRun(100, func() {
			p = append(p[:0], in...)
			for range r.Feed(p) {
				events++
			}
		})
		if n != 0 || events != 4*101 || r.Err() != nil {
			t.Errorf("%v of %d bytes: %v allocations, %d events, %v", c.op, c.size, n, events, r.Err())
		}
	}
}

func BenchmarkFeed(b *testing.B) {
	for _, c := range []struct {
		op      frame.Opcode
		size, n int
	}{{frame.Text, 100, 1}, {frame.Text, 100, 100}, {frame.Binary, 64 << 10, 1}, {frame.Text, 64 << 10, 1}} {
		b.Run(fmt.Sprintf("%vx%d/%d", c.op, c.n, c.size), func(b *testing.B) {
			in := stream(c.op, c.size, c.n)
			p := make([]byte, len(in))
			r := NewReceiver(Config{Role: frame.Server})
			b.ReportAllocs()
			b.SetBytes(int64(c.n * c.size))
			for b.Loop() {
				copy(p, in)
				for range r.Feed(p) {
				}
			}
			if r.Err() != nil {
				b.Fatal(r.Err())
			}
		})
	}
}
