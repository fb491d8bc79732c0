package session_test

import (
	"bytes"
	"slices"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

var restStream = []string{
	`text "one"`, `ping "two"`, `text more "th"`, `pong`, `cont "ree"`, `binary 0x04*300`, `text ""`, `close 1000 "six"`, `text "after"`,
}

// TestRest breaks off after every so many events, again and again: nothing is
// lost, and nothing comes twice.
func TestRest(t *testing.T) {
	in := wire(t, frame.Client, restStream...)
	want := events(session.NewReceiver(session.Config{}), bytes.Clone(in))
	if len(want) != 7 {
		t.Fatalf("%d events: %q", len(want), want)
	}
	for _, size := range []int{1, 2, 50, len(in)} {
		for every := 1; every <= len(want)+1; every++ {
			r := session.NewReceiver(session.Config{})
			var got []string
			for piece := range slices.Chunk(bytes.Clone(in), size) {
				for len(piece) > 0 {
					n := 0
					for ev := range r.Feed(piece) {
						got = append(got, ev.String())
						if n++; n == every {
							break
						}
					}
					piece = r.Rest()
					if again := r.Rest(); again != nil {
						t.Fatalf("Rest twice: %x", again)
					}
				}
			}
			if !slices.Equal(got, want) || r.Err() != nil {
				t.Errorf("in pieces of %d, broken off every %d: %q, %v; want %q", size, every, got, r.Err(), want)
			}
		}
	}
}

// TestRestAfterTheEnd holds that a stream that ended leaves nothing to feed that
// would count (§1.4, §7.1.7).
func TestRestAfterTheEnd(t *testing.T) {
	r := session.NewReceiver(session.Config{})
	for range r.Feed(wire(t, frame.Client, `close 1000`, `text "after"`)) {
		break
	}
	if got := events(r, r.Rest()); got != nil {
		t.Errorf("after a Close: %q", got)
	}
	for _, violation := range []string{`text 0xff`, `op3`} {
		r = session.NewReceiver(session.Config{})
		if got := events(r, wire(t, frame.Client, `text "a"`, violation, `text "b"`)); !slices.Equal(got, []string{`text "a"`}) || r.Rest() != nil {
			t.Errorf("after %s: %q", violation, got)
		}
	}
	if got := events(r, wire(t, frame.Client, `close 1000`)); got != nil || r.Err() != frame.ErrReservedOpcode {
		t.Errorf("a Close after a violation: %q, %v", got, r.Err())
	}
}

// TestNothingAfterAClose: whatever the Close says (§1.4), and however it is cut off
// from what follows.
func TestNothingAfterAClose(t *testing.T) {
	for _, last := range []string{`close`, `close 1000`, `close 4999 "bye"`} {
		in := wire(t, frame.Client, last, `text "after"`, `close 1001`, `op3`)
		for cut := range in {
			r := session.NewReceiver(session.Config{})
			got := append(events(r, bytes.Clone(in[:cut])), events(r, bytes.Clone(in[cut:]))...)
			if !slices.Equal(got, []string{last}) || r.Err() != nil {
				t.Errorf("cut at %d: %q, %v; want %q alone", cut, got, r.Err(), last)
			}
		}
	}
}

// TestPartial asks after each byte.
func TestPartial(t *testing.T) {
	r := session.NewReceiver(session.Config{})
	in := wire(t, frame.Client, `text more "ab"`, `ping "p"`, `cont more ""`, `cont "cde"`, `ping "pq"`)
	// text: 6 bytes of header and 2, ping: 6 and 1, cont: 6, cont: 6 and 3, ping: 6 and 2.
	want := slices.Concat(
		repeat(6, 0), []int64{1, 2},
		repeat(7, 2), repeat(6, 2), repeat(6, 2), []int64{3, 4, -1},
		repeat(7, 0), []int64{-1},
	)
	if n, partial := r.Partial(); n != 0 || partial {
		t.Errorf("at the beginning: %d, %t", n, partial)
	}
	for i := range in {
		events(r, in[i:i+1])
		n, partial := r.Partial()
		if !partial {
			if n != 0 {
				t.Errorf("after byte %d: not partial, but %d bytes", i, n)
			}
			n = -1
		}
		if n != want[i] {
			t.Errorf("after byte %d: %d, want %d", i, n, want[i])
		}
	}
}

func repeat(n int, v int64) []int64 { return slices.Repeat([]int64{v}, n) }

// TestNothingIsPartialAfterTheEnd looks at a Receiver that ended inside a header, a
// frame and a message.
func TestNothingIsPartialAfterTheEnd(t *testing.T) {
	begun := wire(t, frame.Client, `text more "ab"`, `cont "cdef"`)
	for n := range len(begun) - 1 {
		r := session.NewReceiver(session.Config{InPlace: true})
		events(r, bytes.Clone(begun[:n+1]))
		r.Close()
		if have, partial := r.Partial(); have != 0 || partial || r.Space() != nil || r.Err() != nil {
			t.Errorf("closed after %d bytes: %d, %t, %v", n+1, have, partial, r.Err())
		}
		if got := events(r, bytes.Clone(begun)); got != nil {
			t.Errorf("closed after %d bytes: %q", n+1, got)
		}
		r.Close()
	}
	for _, in := range [][]byte{
		wire(t, frame.Client, `text more "ab"`, `text "cd"`),
		slices.Concat(wire(t, frame.Client, `text more "ab"`), dataFrame(true, false, frame.Continuation, []byte("\xff?"))),
	} {
		r := session.NewReceiver(session.Config{InPlace: true})
		events(r, in)
		if have, partial := r.Partial(); have != 0 || partial || r.Space() != nil || r.Err() == nil {
			t.Errorf("failed: %d, %t, %v", have, partial, r.Err())
		}
	}
}

// TestCloseInsideTheRange closes the Receiver from where its events are handled.
func TestCloseInsideTheRange(t *testing.T) {
	memory := &meter{t: t}
	r := session.NewReceiver(session.Config{Memory: memory})
	n := 0
	for range r.Feed(wire(t, frame.Client, `text more "a"`, `cont "b"`, `text "c"`)) {
		r.Close()
		n++
	}
	if n != 1 || memory.held != 0 {
		t.Errorf("%d events, %d bytes held", n, memory.held)
	}
}
