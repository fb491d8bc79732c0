package session

import (
	"fmt"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
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

// A shelf is a Memory that keeps what was put back and lends it again.
type shelf struct{ free [][]byte }

func (s *shelf) Get(n int) []byte {
	for i, b := range s.free {
		if cap(b) >= n {
			last := len(s.free) - 1
			s.free[i], s.free = s.free[last], s.free[:last]
			return b[:0]
		}
	}
	return make([]byte, 0, n)
}

func (s *shelf) Put(b []byte) { s.free = append(s.free, b) }

// TestPiecesAllocateNothing feeds messages in pieces, which Memory holds meanwhile,
// and compressed ones.
func TestPiecesAllocateNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector sync.Pool drops objects at random")
	}
	packed := deflate.NewCompressor(15, false).Append(nil, []byte(strings.Repeat("pieces ", 3000)))
	in := stream(frame.Text, 20_000, 1)
	in = frame.Frame{Header: frame.Header{Fin: true, RSV1: true, Opcode: frame.Text, Masked: true, Length: int64(len(packed))}, Payload: packed}.AppendWire(in)
	r := NewReceiver(Config{Role: frame.Server, Memory: &shelf{}, Inflater: deflate.NewDecompressor(15, false)})
	p, events := make([]byte, len(in)), 0
	n := testing.AllocsPerRun(100, func() {
		copy(p, in)
		for rest := p; len(rest) > 0; rest = rest[min(1000, len(rest)):] {
			for range r.Feed(rest[:min(1000, len(rest))]) {
				events++
			}
		}
	})
	if n != 0 || events != 2*101 || r.Err() != nil {
		t.Errorf("%v allocations, %d events, %v", n, events, r.Err())
	}
}

// TestSenderAllocatesNothing pins all that sends, in both roles, plain and
// compressed without takeover.
func TestSenderAllocatesNothing(t *testing.T) {
	text := []byte(strings.Repeat("text ", 100))
	ping := Event{Opcode: frame.Ping, Payload: text[:100]}
	room := append(make([]byte, frame.MaxHeaderLen), text...)
	whole := Event{Opcode: frame.Text, Payload: room[frame.MaxHeaderLen:], framed: &room}
	for _, tt := range []struct {
		name string
		do   func(s *Sender) error
	}{
		{"Send", func(s *Sender) error { return s.Send(frame.Text, text) }},
		{"Fragment", func(s *Sender) error { return s.Fragment(frame.Text, text, true) }},
		{"Echo", func(s *Sender) error { return s.Echo(whole) }},
		{"React", func(s *Sender) error { s.React(ping, false); return nil }},
		{"Announce", func(s *Sender) error { _, err := s.Announce(frame.Text, text); return err }},
		{"Prepared", func(s *Sender) error { return s.Prepared(true) }},
	} {
		for _, role := range []frame.Role{frame.Server, frame.Client} {
			for _, compress := range []bool{false, true} {
				if compress && raceEnabled {
					continue // sync.Pool drops objects at random
				}
				cfg := Config{Role: role, NextKey: func() frame.MaskKey { return frame.MaskKey{1, 2, 3, 4} }}
				if compress {
					cfg.Deflater = deflate.NewCompressor(15, false)
				}
				s := NewSender(cfg)
				s.Lend(make([]byte, 4<<10))
				n := testing.AllocsPerRun(100, func() {
					if err := tt.do(s); err != nil {
						t.Fatal(err)
					}
					s.Wrote(len(s.Output()))
				})
				if n != 0 {
					t.Errorf("%s of a %s, compressed %t: %v allocations", tt.name, role, compress, n)
				}
			}
		}
	}
}

func TestAppendMessageAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector sync.Pool drops objects at random")
	}
	text, c := []byte(strings.Repeat("text ", 100)), deflate.NewCompressor(15, false)
	b := make([]byte, 0, 4<<10)
	n := testing.AllocsPerRun(100, func() {
		b = AppendMessage(b[:0], frame.Text, text)
		b = AppendCompressed(b, frame.Text, text, c)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
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

func BenchmarkSend(b *testing.B) {
	for _, role := range []frame.Role{frame.Server, frame.Client} {
		for _, compress := range []bool{false, true} {
			for _, size := range []int{100, 1 << 10, 64 << 10} {
				b.Run(fmt.Sprintf("%s/compressed=%t/%d", role, compress, size), func(b *testing.B) {
					cfg := Config{Role: role, NextKey: func() frame.MaskKey { return frame.MaskKey{1, 2, 3, 4} }}
					if compress {
						cfg.Deflater = deflate.NewCompressor(15, false)
					}
					s, p := NewSender(cfg), []byte(strings.Repeat("text ", size/5+1)[:size])
					b.ReportAllocs()
					b.SetBytes(int64(size))
					for b.Loop() {
						if err := s.Send(frame.Text, p); err != nil {
							b.Fatal(err)
						}
						s.Wrote(len(s.Output()))
					}
				})
			}
		}
	}
}

func BenchmarkAppendMessage(b *testing.B) {
	for _, size := range []int{100, 1 << 10, 64 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			p := []byte(strings.Repeat("x", size))
			var out []byte
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for b.Loop() {
				out = AppendMessage(out[:0], frame.Text, p)
			}
		})
	}
}
