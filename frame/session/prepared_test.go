package session_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/frame/session"
)

// A peer keeps its window and inflates what a Sender makes.
type peer struct {
	t *testing.T
	d *deflate.Decompressor
}

// take reads frames and gives the messages, and which came compressed.
func (p *peer) take(b []byte) (messages [][]byte, packed []bool) {
	p.t.Helper()
	for _, f := range readFrames(p.t, b) {
		if f.RSV1 {
			var err error
			if f.Payload, err = p.d.Append(nil, f.Payload, 1<<20); err != nil {
				p.t.Fatal(err)
			}
		}
		messages, packed = append(messages, f.Payload), append(packed, f.RSV1)
	}
	return messages, packed
}

// noise is n bytes that do not shrink.
func noise(n int) []byte {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// TestCompressedOrPlain sends messages that shrink and others that do not, in
// turn: each arrives, with takeover too, where the window has to be the same on
// both sides.
func TestCompressedOrPlain(t *testing.T) {
	all := [][]byte{
		pattern(20), pattern(300), noise(300), pattern(300), nil, noise(300), noise(5000), pattern(31), pattern(300), pattern(70_000), pattern(1 << 20), pattern(1<<20 + 1), pattern(300),
	}
	shrinks := []bool{false, true, false, true, false, false, false, false, true, true, true, false, true}
	for _, role := range roles {
		for _, takeover := range []bool{false, true} {
			for _, bits := range []int{9, 15} {
				key := frame.MaskKey{9, 8, 7, 6}
				s := session.NewSender(session.Config{
					Role: role, Deflater: deflate.NewCompressor(bits, takeover), NextKey: func() frame.MaskKey { return key },
				})
				for i, m := range all {
					if err := s.Send(frame.Binary, m); err != nil {
						t.Fatalf("message %d: %v", i, err)
					}
				}
				p := &peer{t, deflate.NewDecompressor(bits, takeover)}
				got, packed := p.take(drain(s))
				if !slices.EqualFunc(got, all, bytes.Equal) || !slices.Equal(packed, shrinks) {
					t.Errorf("a %s, %d bits, takeover %t: %d messages, compressed %t, want %t", role, bits, takeover, len(got), packed, shrinks)
				}
			}
		}
	}
}

// TestNeverLongerThanPlain holds every frame of a compressing Sender to the plain
// one's length, and its header to the shortest form.
func TestNeverLongerThanPlain(t *testing.T) {
	for _, n := range []int{0, 1, 31, 32, 125, 126, 127, 200, 65535, 65536, 66000} {
		for _, m := range [][]byte{pattern(n), noise(n), make([]byte, n)} {
			s := session.NewSender(session.Config{Deflater: deflate.NewCompressor(15, false)})
			if err := s.Send(frame.Binary, m); err != nil {
				t.Fatal(err)
			}
			if plain := len(session.AppendMessage(nil, frame.Binary, m)); len(s.Output()) > plain {
				t.Errorf("%d bytes take %d, plain %d", n, len(s.Output()), plain)
			}
			if got, _ := (&peer{t, deflate.NewDecompressor(15, false)}).take(drain(s)); len(got) != 1 || !bytes.Equal(got[0], m) {
				t.Errorf("%d bytes: another message", n)
			}
		}
	}
}

// TestPreparedForgetsTheWindow mixes frames made for many with a connection's own,
// with takeover: after the former its compressor begins afresh, or the peer would
// look back to what it never saw.
func TestPreparedForgetsTheWindow(t *testing.T) {
	shared := deflate.NewCompressor(15, false)
	s := session.NewSender(session.Config{Deflater: deflate.NewCompressor(15, true)})
	p := &peer{t, deflate.NewDecompressor(15, true)}
	var out []byte
	var want [][]byte
	for i := range 12 {
		own := fmt.Append(nil, "one of a connection's own messages, number ", i, " of a few")
		if err := s.Send(frame.Text, own); err != nil {
			t.Fatal(err)
		}
		out = append(out, drain(s)...)
		want = append(want, own)
		compressed := i%3 != 0
		if err := s.Prepared(compressed); err != nil {
			t.Fatal(err)
		}
		everybodys := fmt.Append(nil, "what is made once for everybody, number ", i, ", number ", i)
		if compressed {
			out = session.AppendCompressed(out, frame.Text, everybodys, shared)
		} else {
			out = session.AppendMessage(out, frame.Text, everybodys)
		}
		want = append(want, everybodys)
	}
	got, packed := p.take(out)
	if !slices.EqualFunc(got, want, bytes.Equal) {
		t.Errorf("%q, want %q", got, want)
	}
	if !slices.Contains(packed, true) {
		t.Error("nothing was compressed")
	}
}

// TestAppendMessages holds frames for many to those of a connection, byte by byte,
// behind what is there.
func TestAppendMessages(t *testing.T) {
	c := deflate.NewCompressor(15, false)
	for _, n := range []int{0, 1, 31, 32, 125, 126, 1000, 65535, 65536, 100_000} {
		for _, m := range [][]byte{pattern(n), noise(n)} {
			for _, op := range []frame.Opcode{frame.Text, frame.Binary} {
				if op == frame.Text && n > 0 && !bytes.Equal(m, pattern(n)) {
					continue
				}
				plain, packed := newSender(frame.Server), session.NewSender(session.Config{Deflater: c})
				if plain.Send(op, m) != nil || packed.Send(op, m) != nil {
					t.Fatal("not sent")
				}
				if got := session.AppendMessage([]byte("before"), op, m); string(got) != "before"+string(plain.Output()) {
					t.Errorf("AppendMessage of %d bytes differs from Send", n)
				}
				if got := session.AppendCompressed([]byte("before"), op, m, c); string(got) != "before"+string(packed.Output()) {
					t.Errorf("AppendCompressed of %d bytes differs from Send", n)
				}
			}
		}
	}
}
