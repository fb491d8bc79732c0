package session_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/frame/session"
)

// A reading is a way in which a shell reads.
type reading struct {
	name    string
	inPlace bool
	size    int                          // of a read at most
	into    func(i int) bool             // whether the i-th read goes into Space
	buffer  func(size int, n int) []byte // where else n bytes go
	share   bool                         // buffer gives the same memory again
	settle  bool                         // nothing is left where it was read
}

// readings are all the ways: into Space or elsewhere although it was offered, with
// capacity behind what was read and without.
func readings() (all []reading) {
	always := func(int) bool { return true }
	never := func(int) bool { return false }
	inTurn := func(i int) bool { return i%2 == 0 }
	exact := func(_, n int) []byte { return make([]byte, n) }
	roomy := func(size, n int) []byte { return make([]byte, 2*min(size, 100<<10)+n)[:n] }
	for _, inPlace := range []bool{false, true} {
		for _, size := range []int{1, 13, 600, 5000, 1 << 20} {
			shared := make([]byte, size)
			one := func(_, n int) []byte { return shared[:n] }
			name := fmt.Sprintf("in place %t, %d bytes, ", inPlace, size)
			all = append(all,
				reading{name + "space, one buffer", inPlace, size, always, one, true, false},
				reading{name + "space, one buffer, settled", inPlace, size, always, one, true, true},
				reading{name + "space, no capacity", inPlace, size, always, exact, false, false},
				reading{name + "elsewhere", inPlace, size, never, roomy, false, false},
				reading{name + "elsewhere, settled", inPlace, size, never, roomy, false, true},
				reading{name + "elsewhere, no capacity", inPlace, size, never, exact, false, false},
				reading{name + "in turn", inPlace, size, inTurn, roomy, false, false},
			)
		}
	}
	return all
}

// read reads in as how says, and gives the payloads of the messages.
func (how reading) read(t *testing.T, r *session.Receiver, in []byte) (got [][]byte) {
	t.Helper()
	for i := 0; len(in) > 0; i++ {
		n := min(how.size, len(in))
		at := r.Space()
		if len(at) > 0 && how.into(i) {
			at = at[:min(n, len(at))]
		} else {
			at = how.buffer(how.size, n)
		}
		in = in[copy(at, in):]
		for ev := range r.Feed(at) {
			if !ev.Opcode.IsControl() {
				got = append(got, bytes.Clone(ev.Payload))
			}
			spoil(ev.Payload) // it is ours to change
		}
		if how.settle {
			r.Settle()
		}
		if !r.InPlace() && how.share {
			spoil(how.buffer(how.size, min(how.size, 200<<10)))
		}
	}
	return got
}

// messages are streams of one message in all its forms, by name.
func messages(p []byte) map[string][]byte {
	third := len(p) / 3
	packed := deflate.NewCompressor(15, false).Append(nil, p)
	half := len(packed) / 2
	return map[string][]byte{
		"whole": dataFrame(true, false, frame.Text, p),
		"fragments": slices.Concat(dataFrame(false, false, frame.Text, p[:third]), dataFrame(false, false, frame.Continuation, nil),
			dataFrame(false, false, frame.Continuation, p[third:2*third]), dataFrame(true, false, frame.Continuation, p[2*third:])),
		"last empty": slices.Concat(dataFrame(false, false, frame.Text, p), dataFrame(true, false, frame.Continuation, nil)),
		"compressed": dataFrame(true, true, frame.Text, packed),
		"compressed fragments": slices.Concat(dataFrame(false, true, frame.Text, packed[:half]),
			dataFrame(true, false, frame.Continuation, packed[half:])),
	}
}

// TestSpace reads messages of all sizes and forms in every way.
func TestSpace(t *testing.T) {
	ping := wire(t, frame.Client, `ping "between"`)
	for _, size := range []int{0, 1, 125, 126, 500, 511, 512, 513, 1030, 4096, 65535, 65536, 100_000} {
		p := pattern(size)
		for form, message := range messages(p) {
			in := slices.Concat(ping, message, ping, message, message)
			for _, how := range readings() {
				if size > 5000 && (how.size < 100 || testing.Short()) {
					continue
				}
				m := &meter{t: t, spare: size % 7}
				r := session.NewReceiver(session.Config{InPlace: how.inPlace, Memory: m, Inflater: deflate.NewDecompressor(15, false)})
				got := how.read(t, r, in)
				if r.Err() != nil || len(got) != 3 || m.held != 0 {
					t.Fatalf("%s of %d, %s: %d messages, %v, %d bytes held", form, size, how.name, len(got), r.Err(), m.held)
				}
				for i, g := range got {
					if !bytes.Equal(g, p) {
						t.Fatalf("%s of %d, %s: message %d is another, of %d bytes", form, size, how.name, i, len(g))
					}
				}
			}
		}
	}
}

// TestInPlaceTakesNothing reads a message piece by piece into one buffer that holds
// it: no memory is taken, nothing is moved.
func TestInPlaceTakesNothing(t *testing.T) {
	m := &meter{t: t}
	r := session.NewReceiver(session.Config{InPlace: true, Memory: m})
	in := dataFrame(true, false, frame.Binary, pattern(60_000))
	buf := make([]byte, 64<<10)
	n := copy(buf[:100], in)
	events(r, buf[:n])
	for n < len(in) {
		space := r.Space()
		if len(space) != len(in)-n || &space[0] != &buf[n] {
			t.Fatalf("after %d bytes: space for %d elsewhere", n, len(space))
		}
		c := copy(space[:min(7000, len(space))], in[n:])
		for ev := range r.Feed(space[:c]) {
			if &ev.Payload[0] != &buf[8] || !bytes.Equal(ev.Payload, pattern(60_000)) {
				t.Error("the payload was moved, or is another")
			}
		}
		n += c
	}
	if r.Space() != nil || m.gets != 0 {
		t.Errorf("%d slices were taken", m.gets)
	}
}

// TestSettle moves what came of a message, whatever it is, and takes memory in
// proportion. Where there is none, the connection fails with 1013.
func TestSettle(t *testing.T) {
	for _, short := range []int{0, 1} {
		m := &meter{t: t, failAt: short}
		r := session.NewReceiver(session.Config{InPlace: true, Memory: m})
		buf := make([]byte, 64<<10)
		events(r, buf[:copy(buf[:108], dataFrame(true, false, frame.Binary, pattern(60_000)))])
		if !r.InPlace() {
			t.Fatal("it is not left where it is")
		}
		r.Settle()
		spoil(buf)
		if r.InPlace() || m.held > 1<<10 {
			t.Errorf("in place %t, %d bytes held", r.InPlace(), m.held)
		}
		if short > 0 {
			if r.Err() != frame.ErrMemoryShort || r.Space() != nil {
				t.Errorf("without memory: %v", r.Err())
			}
			continue
		}
		got := reading{size: 1000, into: func(int) bool { return true }}.read(t, r, dataFrame(true, false, frame.Binary, pattern(60_000))[108:])
		if len(got) != 1 || !bytes.Equal(got[0], pattern(60_000)) || m.held != 0 {
			t.Errorf("%d messages, %v, %d bytes held", len(got), r.Err(), m.held)
		}
	}
}

// TestSpaceEndsWithTheFrame: what follows the frame is never read into the message.
func TestSpaceEndsWithTheFrame(t *testing.T) {
	for _, inPlace := range []bool{false, true} {
		r := session.NewReceiver(session.Config{InPlace: inPlace})
		in := dataFrame(true, false, frame.Binary, pattern(3000))
		for i, b := range in {
			if space := r.Space(); len(space) > len(in)-i {
				t.Fatalf("in place %t: after %d of %d bytes space for %d", inPlace, i, len(in), len(space))
			}
			if n := len(events(r, []byte{b})); n != 0 && i != len(in)-1 {
				t.Fatalf("an event after %d bytes", i)
			}
		}
		if r.Space() != nil {
			t.Error("space after the frame")
		}
	}
}

// TestNoSpaceForOthers: a header, a control frame and the gap between fragments are
// read anywhere.
func TestNoSpaceForOthers(t *testing.T) {
	r := session.NewReceiver(session.Config{InPlace: true})
	long := dataFrame(true, false, frame.Continuation, pattern(1000))
	for _, piece := range [][]byte{
		long[:0],
		dataFrame(false, false, frame.Text, pattern(1000)),
		wire(t, frame.Client, `ping "0123456789"`)[:9],
		wire(t, frame.Client, `ping "0123456789"`)[9:],
		long[:7],
	} {
		events(r, bytes.Clone(piece))
		if len(r.Space()) != 0 {
			t.Errorf("after %x: space for %d bytes", piece[:min(9, len(piece))], len(r.Space()))
		}
	}
	events(r, bytes.Clone(long[7:8]))
	if len(r.Space()) == 0 {
		t.Error("no space inside the last fragment")
	}
}
