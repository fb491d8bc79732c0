package session_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

func ping(p string) session.Event {
	return session.Event{Opcode: frame.Ping, Payload: []byte(p)}
}

func closing(c frame.CloseCode) session.Event {
	return session.Event{Opcode: frame.Close, Code: c}
}

// TestPongsWhileBlocked: while output is stuck the newest Ping alone is answered
// (§5.5.3), and what the Pong says is the Ping's, however its buffer is used since.
func TestPongsWhileBlocked(t *testing.T) {
	for _, role := range roles {
		s := newSender(role)
		s.Send(frame.Text, []byte("stuck"))
		wrote := bytes.Clone(s.Output()[:1])
		s.Wrote(1)
		for i := range 1000 {
			ev := ping(fmt.Sprint(i))
			s.React(ev, true)
			copy(ev.Payload, "xxxx")
		}
		wantFrames(t, role, append(wrote, drain(s)...), `text "stuck"`, `pong "999"`)
		s.React(ping("a"), false)
		s.React(ping("b"), false)
		wantFrames(t, role, drain(s), `pong "a"`, `pong "b"`)
	}
}

// TestPongThatWaits holds where a Pong goes that waited.
func TestPongThatWaits(t *testing.T) {
	text := []byte("text")
	for _, role := range roles {
		for _, tt := range []struct {
			name string
			do   func(s *session.Sender)
			want []string
		}{
			{"before a later Pong", func(s *session.Sender) { s.React(ping("b"), true) }, []string{`pong "b"`}},
			{"before one that needs no wait", func(s *session.Sender) { s.React(ping("b"), false) }, []string{`pong "b"`}},
			{"behind it in order", func(s *session.Sender) { s.Output(); s.React(ping("b"), false) }, []string{`pong "a"`, `pong "b"`}},
			{"before our Close", func(s *session.Sender) { s.Close(frame.NormalClosure, "") }, []string{`pong "a"`, `close 1000`}},
			{"before the answer to a Close", func(s *session.Sender) { s.React(closing(1001), true) }, []string{`pong "a"`, `close 1001`}},
			{"not before a failure", func(s *session.Sender) { s.Fail(frame.ErrMasked) }, []string{`close 1002 "server frame is masked (RFC 6455 §5.1)"`}},
			{"behind a message", func(s *session.Sender) { s.Send(frame.Text, text) }, []string{`text "text"`, `pong "a"`}},
			{"behind a fragment", func(s *session.Sender) { s.Fragment(frame.Text, text, false) }, []string{`text more "text"`, `pong "a"`}},
		} {
			s := newSender(role)
			s.React(ping("a"), true)
			tt.do(s)
			t.Run(tt.name, func(t *testing.T) { wantFrames(t, role, drain(s), tt.want...) })
			if len(s.Output()) != 0 {
				t.Errorf("%s: twice: %x", tt.name, s.Output())
			}
		}
	}
}

// TestPingsWhileClosing: our own Close does not end the answering, the peer's does
// (§5.5.2), and a failure.
func TestPingsWhileClosing(t *testing.T) {
	for _, role := range roles {
		for _, blocked := range []bool{false, true} {
			s := newSender(role)
			s.Close(frame.GoingAway, "")
			s.React(ping("still"), blocked)
			s.React(session.Event{Opcode: frame.Pong}, blocked)
			s.React(session.Event{Opcode: frame.Text, Payload: []byte("late")}, blocked)
			wantFrames(t, role, drain(s), `close 1001`, `pong "still"`)
			s.React(closing(1001), blocked)
			s.React(ping("too late"), blocked)
			s.React(closing(1000), blocked)
			wantFrames(t, role, drain(s))
			if s.State() != session.Closed {
				t.Errorf("state %v", s.State())
			}

			s = newSender(role)
			s.Fail(frame.ErrControlFlood)
			s.React(ping("too late"), blocked)
			s.React(closing(1000), blocked)
			wantFrames(t, role, drain(s), `close 1008 "too many control frames (RFC 6455 §10.4)"`)
			if s.State() != session.Failed {
				t.Errorf("state %v", s.State())
			}
		}
	}
}

// TestFirstCauseStays does two things that end a connection, one after the other:
// one Close is sent, the first one's.
func TestFirstCauseStays(t *testing.T) {
	const masked, full = `close 1002 "server frame is masked (RFC 6455 §5.1)"`, `close 1013 "no memory for the message at present (RFC 6455 §10.4)"`
	for _, tt := range []struct {
		name          string
		first, second func(s *session.Sender)
		want          string
		state         session.State
	}{
		{"two failures", fails(frame.ErrMasked), fails(frame.ErrMemoryShort), masked, session.Failed},
		{"two failures, the other way", fails(frame.ErrMemoryShort), fails(frame.ErrMasked), full, session.Failed},
		{"an error of ours", fails(io.ErrNoProgress), fails(frame.ErrMasked), `close 1011 "internal error"`, session.Failed},
		{"a wrapped violation", fails(fmt.Errorf("read: %w", frame.ErrMasked)), fails(io.EOF), masked, session.Failed},
		{"our Close, then a failure", closes(1000), fails(frame.ErrMasked), `close 1000`, session.Failed},
		{"a failure, then the peer's Close", fails(frame.ErrMasked), reacts(1000), masked, session.Failed},
		{"the peer's Close, then a failure", reacts(1000), fails(frame.ErrMasked), `close 1000`, session.Closed},
		{"the peer's empty Close", reacts(frame.NoStatus), reacts(1000), `close`, session.Closed},
		{"our Close, then the peer's", closes(3000), reacts(1000), `close 3000`, session.Closed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, role := range roles {
				s := newSender(role)
				tt.first(s)
				tt.second(s)
				wantFrames(t, role, drain(s), tt.want)
				if err := s.Close(frame.NormalClosure, ""); s.State() != tt.state || err != session.ErrClosed {
					t.Errorf("state %v, want %v; Close: %v", s.State(), tt.state, err)
				}
			}
		})
	}
}

func fails(err error) func(*session.Sender) { return func(s *session.Sender) { s.Fail(err) } }

func closes(c frame.CloseCode) func(*session.Sender) {
	return func(s *session.Sender) { s.Close(c, "") }
}

func reacts(c frame.CloseCode) func(*session.Sender) {
	return func(s *session.Sender) { s.React(closing(c), false) }
}

// TestAnswerToACodeThatIsNotOurs: 1010 is a client's to send (§7.4.1).
func TestAnswerToACodeThatIsNotOurs(t *testing.T) {
	for role, want := range map[frame.Role]string{frame.Server: `close 1000`, frame.Client: `close 1010`} {
		s := newSender(role)
		s.React(closing(frame.MandatoryExtension), false)
		wantFrames(t, role, drain(s), want)
	}
}

func TestReasonIsCut(t *testing.T) {
	s := newSender(frame.Server)
	if err := s.Close(frame.NormalClosure, "x"+strings.Repeat("€", 60)); err != nil {
		t.Fatal(err)
	}
	if p := drain(s)[4:]; string(p) != "x"+strings.Repeat("€", 40) {
		t.Errorf("a reason of %d bytes: %q", len(p), p)
	}
}
