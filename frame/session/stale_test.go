package session_test

import (
	"bytes"
	"slices"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// several are messages that came together, of all the ways that payloads are handed
// out: where they were read, put together, a Ping's.
func several() []byte {
	return slices.Concat(
		dataFrame(true, false, frame.Binary, pattern(300)),
		dataFrame(false, false, frame.Text, pattern(10)),
		dataFrame(true, false, frame.Continuation, pattern(20)),
		dataFrame(true, false, frame.Ping, pattern(5)),
		dataFrame(true, false, frame.Binary, pattern(100)),
	)
}

// TestAppendToPayload: what is appended to a payload goes elsewhere than into the
// frames that came behind it.
func TestAppendToPayload(t *testing.T) {
	for _, size := range []int{1, 7, 1 << 10} {
		r := session.NewReceiver(session.Config{InPlace: true})
		var got []int
		for p := range slices.Chunk(several(), size) {
			for ev := range r.Feed(p) {
				got = append(got, len(ev.Payload))
				_ = append(ev.Payload, bytes.Repeat([]byte{0xFF}, 64)...)
			}
		}
		if !slices.Equal(got, []int{300, 30, 5, 100}) || r.Err() != nil {
			t.Errorf("in pieces of %d: payloads of %v bytes, %v", size, got, r.Err())
		}
	}
}

// TestStaleEvents: of an event whose turn has passed nothing is written before its
// payload, which belongs to others by now.
func TestStaleEvents(t *testing.T) {
	s, r := newSender(frame.Server), session.NewReceiver(session.Config{})
	var earlier []session.Event
	for ev := range r.Feed(several()) {
		for _, old := range earlier {
			if s.InPlace(old) != nil {
				t.Errorf("a message of %d bytes has a place while one of %d is handled", len(old.Payload), len(ev.Payload))
			}
		}
		earlier = append(earlier, ev)
	}
	for _, old := range earlier {
		if s.InPlace(old) != nil {
			t.Errorf("a message of %d bytes has a place after all", len(old.Payload))
		}
	}
}

// TestEchoOfAnother: an echo is of what the event says, though its payload was
// replaced or cut.
func TestEchoOfAnother(t *testing.T) {
	for name, change := range map[string]func(p []byte) []byte{
		"another of that length": bytes.ToUpper,
		"its beginning":          func(p []byte) []byte { return p[:50] },
		"its end":                func(p []byte) []byte { return p[50:] },
		"nothing":                func([]byte) []byte { return nil },
	} {
		receive(t, frame.Server, 200, 0, func(ev session.Event) {
			ev.Payload = change(ev.Payload)
			want := session.AppendMessage(nil, frame.Text, bytes.Clone(ev.Payload))
			s := newSender(frame.Server)
			if err := s.Echo(ev); err != nil || !bytes.Equal(s.Output(), want) {
				t.Errorf("%s: %q, %v", name, s.Output(), err)
			}
		})
	}
}
