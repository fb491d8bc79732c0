package session_test

import (
	"bytes"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/frame/session"
)

// headerSizes are payload lengths on both sides of each header's size (§5.2).
var headerSizes = []int{0, 1, 125, 126, 65535, 65536, 200_000}

// receive gives the event of a message of n bytes, fed in two pieces.
func receive(t *testing.T, role frame.Role, n, cut int, use func(ev session.Event)) {
	t.Helper()
	in := frame.Frame{
		Header:  frame.Header{Fin: true, Opcode: frame.Text, Masked: role.Peer().Masks(), Key: scriptKey, Length: int64(n)},
		Payload: pattern(n),
	}.AppendWire(nil)
	r := session.NewReceiver(session.Config{Role: role})
	cut = min(cut, len(in))
	seen := 0
	for _, piece := range [][]byte{in[:cut], in[cut:]} {
		for ev := range r.Feed(bytes.Clone(piece)) {
			use(ev)
			seen++
		}
	}
	if seen != 1 || r.Err() != nil {
		t.Fatalf("%d events, %v", seen, r.Err())
	}
}

// TestEcho sends messages back that came in as one piece, and cut inside and behind
// their headers.
func TestEcho(t *testing.T) {
	for _, role := range roles {
		for _, n := range headerSizes {
			for _, cut := range []int{0, 1, 5, 14, 100} {
				s, plain := newSender(role), newSender(role)
				s.React(ping("first"), false)
				plain.React(ping("first"), false)
				plain.Send(frame.Text, pattern(n))
				receive(t, role, n, cut, func(ev session.Event) {
					if err := s.Echo(ev); err != nil {
						t.Fatal(err)
					}
				})
				if !bytes.Equal(s.Output(), plain.Output()) {
					t.Errorf("a %s, %d bytes, cut at %d: an echo differs from a message", role, n, cut)
				}
			}
		}
	}
}

// TestInPlaceEcho: a server finds room for its header before every payload that a
// client sent, whole or put together, unless its header came in pieces: a client's
// is longer by its key. What it finds is the frame, in the memory of the payload.
func TestInPlaceEcho(t *testing.T) {
	for _, n := range headerSizes {
		want := session.AppendMessage(nil, frame.Text, pattern(n))
		for _, cut := range []int{0, 14, 100} {
			s := newSender(frame.Server)
			receive(t, frame.Server, n, cut, func(ev session.Event) {
				payload := ev.Payload
				got := s.InPlace(ev)
				if !bytes.Equal(got, want) {
					t.Fatalf("%d bytes, cut at %d: begins with %x, want %x", n, cut, got[:min(len(got), 12)], want[:min(len(want), 12)])
				}
				if n > 0 && &got[len(got)-n] != &payload[0] {
					t.Errorf("%d bytes, cut at %d: copied", n, cut)
				}
			})
			if len(s.Output()) != 0 {
				t.Errorf("%d bytes of output", len(s.Output()))
			}
		}
	}
}

// TestNoPlace: where the frame may not be sent as it came, InPlace writes nothing.
func TestNoPlace(t *testing.T) {
	inFragments := newSender(frame.Server)
	inFragments.Fragment(frame.Text, nil, false)
	closed := newSender(frame.Server)
	closed.Close(frame.NormalClosure, "")
	for name, s := range map[string]*session.Sender{
		"inside a message":   inFragments,
		"after a Close":      closed,
		"a client masks":     newSender(frame.Client),
		"messages compress":  session.NewSender(session.Config{Deflater: deflate.NewCompressor(15, false)}),
		"a compressing peer": session.NewSender(session.Config{Deflater: deflate.NewCompressor(15, true)}),
	} {
		in := dataFrame(true, false, frame.Text, pattern(200))
		want := bytes.Clone(in)
		for ev := range session.NewReceiver(session.Config{}).Feed(in) {
			if s.InPlace(ev) != nil {
				t.Errorf("%s: a place", name)
			}
		}
		if !bytes.Equal(in[:8], want[:8]) {
			t.Errorf("%s: bytes before the payload were written", name)
		}
	}
	s := newSender(frame.Server)
	for _, ev := range []session.Event{
		ping("control"), closing(1000), {Opcode: frame.Text, Payload: []byte("made by hand")},
	} {
		if s.InPlace(ev) != nil {
			t.Errorf("%s: a place", ev)
		}
	}
}

// TestEchoCompresses: an echo is a message like others.
func TestEchoCompresses(t *testing.T) {
	s := session.NewSender(session.Config{Deflater: deflate.NewCompressor(15, true)})
	p := &peer{t, deflate.NewDecompressor(15, true)}
	for range 3 {
		receive(t, frame.Server, 1000, 0, func(ev session.Event) {
			if err := s.Echo(ev); err != nil {
				t.Fatal(err)
			}
		})
	}
	got, packed := p.take(drain(s))
	for i := range got {
		if !bytes.Equal(got[i], pattern(1000)) || !packed[i] {
			t.Errorf("message %d: compressed %t", i, packed[i])
		}
	}
	if len(got) != 3 {
		t.Errorf("%d messages", len(got))
	}
}

// TestTooLongToCompress: what is not compressed for its length goes out where it is.
func TestTooLongToCompress(t *testing.T) {
	s := session.NewSender(session.Config{Deflater: deflate.NewCompressor(15, false)})
	for n, plain := range map[int]bool{31: true, 32: false, 1 << 20: false, 1<<20 + 1: true} {
		in := dataFrame(true, false, frame.Binary, pattern(n))
		for ev := range session.NewReceiver(session.Config{Limits: session.Limits{Message: 2 << 20}}).Feed(in) {
			if got := s.InPlace(ev); (got != nil) != plain {
				t.Errorf("%d bytes in place: %t, want %t", n, got != nil, plain)
			}
		}
		if ok, err := s.Announce(frame.Binary, pattern(n)); ok != plain || err != nil {
			t.Errorf("%d bytes announced: %t, %v, want %t", n, ok, err, plain)
		}
		drain(s)
	}
}

// TestAnnounce appends the header that Send appends, and nothing where the payload
// has to be changed.
func TestAnnounce(t *testing.T) {
	for _, n := range headerSizes {
		s := newSender(frame.Server)
		ok, err := s.Announce(frame.Text, pattern(n))
		want := session.AppendMessage(nil, frame.Text, pattern(n))
		if got := append(drain(s), pattern(n)...); !ok || err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %t, %v, header %x", n, ok, err, got[:min(len(got), 12)])
		}
	}
	for name, s := range map[string]*session.Sender{
		"client":      newSender(frame.Client),
		"compressing": session.NewSender(session.Config{Deflater: deflate.NewCompressor(15, false)}),
	} {
		if ok, err := s.Announce(frame.Text, pattern(100)); ok || err != nil || len(s.Output()) != 0 {
			t.Errorf("%s: %t, %v, %x", name, ok, err, s.Output())
		}
	}
	s := newSender(frame.Server)
	if ok, err := s.Announce(frame.Text, []byte{0xff}); ok || err != session.ErrNotUTF8 || len(s.Output()) != 0 {
		t.Errorf("not UTF-8: %t, %v, %x", ok, err, s.Output())
	}
}

// TestAnnounceBehindAPong: a Pong that waited does not get between a header and its
// payload.
func TestAnnounceBehindAPong(t *testing.T) {
	s := newSender(frame.Server)
	s.React(ping("a"), true)
	p := []byte("payload")
	if ok, err := s.Announce(frame.Text, p); !ok || err != nil {
		t.Fatal(ok, err)
	}
	wantFrames(t, frame.Server, append(drain(s), p...), `pong "a"`, `text "payload"`)
}
