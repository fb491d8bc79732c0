package session_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// newSender makes a Sender whose keys are 1, 2, 3 and so on.
func newSender(role frame.Role) *session.Sender {
	var n uint32
	return session.NewSender(session.Config{Role: role, NextKey: func() (k frame.MaskKey) {
		n++
		binary.BigEndian.PutUint32(k[:], n)
		return k
	}})
}

// drain takes all output.
func drain(s *session.Sender) []byte {
	out := bytes.Clone(s.Output())
	s.Wrote(len(out))
	return out
}

var roles = []frame.Role{frame.Server, frame.Client}

// TestRefusals asks for what may not be sent. Nothing is, and nothing else changes:
// what may be sent still may.
func TestRefusals(t *testing.T) {
	long := make([]byte, frame.MaxControlPayload+1)
	for _, tt := range []struct {
		name string
		do   func(s *session.Sender) error
		want error
	}{
		{"text not UTF-8", sends(frame.Text, []byte("a\xff")), session.ErrNotUTF8},
		{"text cut off", sends(frame.Text, []byte("a\xe2\x82")), session.ErrNotUTF8},
		{"long ping", sends(frame.Ping, long), session.ErrControlSize},
		{"long pong", sends(frame.Pong, long), session.ErrControlSize},
		{"continuation", sends(frame.Continuation, nil), session.ErrOpcode},
		{"close by Send", sends(frame.Close, nil), session.ErrOpcode},
		{"reserved", sends(3, nil), session.ErrOpcode},
		{"reserved control", sends(11, nil), session.ErrOpcode},
		{"ping in fragments", pieces(frame.Ping, nil), session.ErrOpcode},
		{"continuation in fragments", pieces(frame.Continuation, nil), session.ErrOpcode},
		{"fragment not UTF-8", pieces(frame.Text, []byte("\xc0")), session.ErrNotUTF8},
		{"code 999", closesWith(999, ""), session.ErrCloseCode},
		{"code 1004", closesWith(1004, ""), session.ErrCloseCode},
		{"code 1006", closesWith(1006, ""), session.ErrCloseCode},
		{"code 1015", closesWith(1015, ""), session.ErrCloseCode},
		{"code 5000", closesWith(5000, ""), session.ErrCloseCode},
		{"reason not UTF-8", closesWith(1000, "\xff"), session.ErrNotUTF8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, role := range roles {
				s := newSender(role)
				if err := tt.do(s); err != tt.want || len(s.Output()) != 0 || s.State() != session.Open {
					t.Errorf("a %s: %v, want %v; output %x, %v", role, err, tt.want, s.Output(), s.State())
				}
				if err := s.Send(frame.Binary, nil); err != nil {
					t.Errorf("after it: %v", err)
				}
			}
		})
	}
}

func sends(op frame.Opcode, p []byte) func(*session.Sender) error {
	return func(s *session.Sender) error { return s.Send(op, p) }
}

func pieces(op frame.Opcode, p []byte) func(*session.Sender) error {
	return func(s *session.Sender) error { return s.Fragment(op, p, false) }
}

func closesWith(c frame.CloseCode, reason string) func(*session.Sender) error {
	return func(s *session.Sender) error { return s.Close(c, reason) }
}

// TestRefusalsByState asks for what may not be sent now: between fragments (§5.4)
// and after a Close (§5.5.1).
func TestRefusalsByState(t *testing.T) {
	all := []struct {
		name            string
		do              func(s *session.Sender) error
		fragment, close error
	}{
		{"text", sends(frame.Text, nil), session.ErrInsideMessage, session.ErrClosed},
		{"binary", sends(frame.Binary, nil), session.ErrInsideMessage, session.ErrClosed},
		{"ping", sends(frame.Ping, nil), nil, session.ErrClosed},
		{"fragment", pieces(frame.Text, nil), nil, session.ErrClosed},
		{"fragment of another kind", pieces(frame.Binary, nil), session.ErrOpcode, session.ErrClosed},
		{"announced", func(s *session.Sender) error { _, err := s.Announce(frame.Text, nil); return err }, session.ErrInsideMessage, session.ErrClosed},
		{"echo", func(s *session.Sender) error { return s.Echo(session.Event{Opcode: frame.Text}) }, session.ErrInsideMessage, session.ErrClosed},
		{"prepared", func(s *session.Sender) error { return s.Prepared(true) }, session.ErrInsideMessage, session.ErrClosed},
		{"close", closesWith(1000, ""), nil, session.ErrClosed},
	}
	for _, tt := range all {
		s := newSender(frame.Server)
		s.Fragment(frame.Text, []byte("a"), false)
		before := len(s.Output())
		if err := tt.do(s); err != tt.fragment || (err != nil) != (len(s.Output()) == before) {
			t.Errorf("%s between fragments: %v, want %v; %d bytes more", tt.name, err, tt.fragment, len(s.Output())-before)
		}
		for _, role := range roles {
			for _, end := range []func(*session.Sender){closes(1000), reacts(1000), fails(io.EOF)} {
				s := newSender(role)
				end(s)
				drain(s)
				if tt.name == "announced" && role == frame.Client {
					continue // never a client's: it masks
				}
				if err := tt.do(s); err != tt.close || len(s.Output()) != 0 {
					t.Errorf("%s of a %s in state %v: %v, want %v; output %x", tt.name, role, s.State(), err, tt.close, s.Output())
				}
			}
		}
	}
}

// TestFragments cuts a text inside its characters; a piece that is refused leaves
// the message where it was.
func TestFragments(t *testing.T) {
	for _, role := range roles {
		s := newSender(role)
		text := []byte("κόσμε€𐍈")
		for i := range text {
			if err := s.Fragment(frame.Text, []byte{0xff}, false); err != session.ErrNotUTF8 {
				t.Fatalf("a bad octet after %d: %v", i, err)
			}
			if err := s.Fragment(frame.Text, text[i:i+1], i == len(text)-1); err != nil {
				t.Fatalf("byte %d: %v", i, err)
			}
		}
		frames := readFrames(t, drain(s))
		var got []byte
		for i, f := range frames {
			got = append(got, f.Payload...)
			if f.Fin != (i == len(text)-1) || (f.Opcode == frame.Text) != (i == 0) {
				t.Errorf("frame %d is %s", i, f)
			}
		}
		if !bytes.Equal(got, text) || len(frames) != len(text) {
			t.Errorf("%d frames: %q", len(frames), got)
		}
		if err := s.Fragment(frame.Text, text[:1], true); err != session.ErrNotUTF8 {
			t.Errorf("the last piece is cut: %v", err)
		}
		if err := s.Send(frame.Text, text); err != nil {
			t.Errorf("the next message: %v", err)
		}
	}
}

// TestPayloadStaysTheCallers: what is handed in is not masked where it is, and what
// becomes of it later does not change a frame (§10.3).
func TestPayloadStaysTheCallers(t *testing.T) {
	for _, role := range roles {
		for _, n := range []int{1, 4, 125, 126, 70_000} {
			p := pattern(n)
			control := p[:min(n, frame.MaxControlPayload)]
			s := newSender(role)
			s.Send(frame.Text, p)
			s.Fragment(frame.Text, p, true)
			s.Send(frame.Ping, control)
			s.React(session.Event{Opcode: frame.Ping, Payload: control}, false)
			s.Echo(session.Event{Opcode: frame.Binary, Payload: p})
			if !bytes.Equal(p, pattern(n)) {
				t.Errorf("a %s changed a payload of %d bytes", role, n)
			}
			clear(p)
			for i, f := range readFrames(t, drain(s)) {
				if !bytes.Equal(f.Payload, pattern(n)[:len(f.Payload)]) {
					t.Errorf("frame %d of a %s, %d bytes, changed afterwards", i, role, n)
				}
			}
		}
	}
}

// TestFreshKeys: every frame of a client has a key of its own (§5.3, §10.3), every
// fragment and every Pong too.
func TestFreshKeys(t *testing.T) {
	s := newSender(frame.Client)
	s.Send(frame.Text, []byte("text"))
	s.Fragment(frame.Text, []byte("a"), false)
	s.Send(frame.Ping, nil)
	s.Fragment(frame.Text, []byte("b"), true)
	s.React(ping("now"), false)
	s.React(ping("later"), true)
	s.Echo(session.Event{Opcode: frame.Text, Payload: []byte("echo")})
	s.Close(frame.NormalClosure, "")
	frames := readFrames(t, drain(s))
	if len(frames) != 8 {
		t.Fatalf("%d frames", len(frames))
	}
	for i, f := range frames {
		if want := byte(i + 1); f.Key != (frame.MaskKey{0, 0, 0, want}) {
			t.Errorf("frame %d, %s: key %x, want the %d. that was asked for", i, f, f.Key, want)
		}
	}
}

// TestWrote takes the output in pieces of every size, with more coming meanwhile.
func TestWrote(t *testing.T) {
	for size := 1; size < 12; size++ {
		s := newSender(frame.Server)
		var got []byte
		var want []string
		for i := range 20 {
			s.Send(frame.Text, fmt.Append(nil, i))
			want = append(want, fmt.Sprintf("text %q", fmt.Sprint(i)))
			n := min(size, len(s.Output()))
			got = append(got, s.Output()[:n]...)
			s.Wrote(n)
			s.Wrote(0)
		}
		wantFrames(t, frame.Server, append(got, drain(s)...), want...)
	}
}

// TestLend: output gathers in the memory that was lent, and is not given back while
// there is some.
func TestLend(t *testing.T) {
	s := newSender(frame.Server)
	b := make([]byte, 100)
	s.Lend(b)
	s.Send(frame.Text, []byte("here"))
	if out := s.Output(); &out[0] != &b[0] {
		t.Error("output is elsewhere")
	}
	s.Wrote(3)
	if s.Take() != nil {
		t.Error("taken while there is output")
	}
	s.Wrote(3)
	if got := s.Take(); cap(got) != 100 || len(got) != 0 || &got[:1][0] != &b[0] {
		t.Errorf("took %d of %d bytes", len(got), cap(got))
	}
	if s.Take() != nil {
		t.Error("taken twice")
	}
	s.Send(frame.Text, []byte("without"))
	wantFrames(t, frame.Server, drain(s), `text "without"`)
	s.Take()
	s.Lend(b)
	s.Send(frame.Binary, make([]byte, 1000))
	if out := drain(s); len(out) != 1004 {
		t.Errorf("%d bytes of output that outgrew what was lent", len(out))
	}
	if cap(s.Take()) < 1000 {
		t.Error("the larger memory is lost")
	}
}

// TestTakeAfterAPartialWrite: memory goes back only when all was written, however
// often it was asked for.
func TestTakeAfterAPartialWrite(t *testing.T) {
	s := newSender(frame.Client)
	s.Lend(make([]byte, 0, 64))
	s.Send(frame.Ping, []byte("x"))
	n := len(s.Output())
	for i := range n {
		if s.Take() != nil {
			t.Fatalf("taken after %d of %d bytes", i, n)
		}
		s.Wrote(1)
	}
	if s.Take() == nil {
		t.Error("not given back")
	}
}

// TestErrorsNameTheirClause: refusals differ, and each says where its rule stands.
func TestErrorsNameTheirClause(t *testing.T) {
	var seen []error
	for _, err := range []error{session.ErrClosed, session.ErrNotUTF8, session.ErrOpcode, session.ErrControlSize, session.ErrCloseCode, session.ErrInsideMessage} {
		if s := err.Error(); !strings.HasPrefix(s, "websocket: ") || !strings.Contains(s, " (RFC 6455 §") || !strings.HasSuffix(s, ")") {
			t.Errorf("%q", s)
		}
		if slices.ContainsFunc(seen, func(other error) bool { return errors.Is(err, other) }) {
			t.Errorf("%q stands twice", err)
		}
		seen = append(seen, err)
	}
}
