package session

import (
	"errors"
	"unicode/utf8"

	"rfc6455/frame"
)

// React answers what the peer said where the protocol asks for it: a Ping by a
// Pong (§5.5.2), a Close by a Close (§5.5.1).
//
// Every Ping is answered, in order, unless blocked says that earlier output is
// stuck: then a newer Ping takes the place of the one that waits (§5.5.3).
func (s *Sender) React(ev Event, blocked bool) {
	switch ev.Opcode {
	case frame.Ping:
		s.reactPing(ev.Payload, blocked)
	case frame.Close:
		s.reactClose(ev.Code)
	case frame.Text, frame.Binary, frame.Pong, frame.Continuation:
	}
}

// reactPing answers a Ping, also while our own Close waits for the peer's
// (§5.5.2).
func (s *Sender) reactPing(p []byte, blocked bool) {
	if s.received || s.failed {
		return
	}
	if !blocked && !s.wait {
		s.append(frame.Header{Fin: true, Opcode: frame.Pong}, p)
		return
	}
	s.pong, s.wait = append(s.pong[:0], p...), true
}

// flushPong appends the Pong that waits.
func (s *Sender) flushPong() {
	if s.wait {
		s.append(frame.Header{Fin: true, Opcode: frame.Pong}, s.pong)
		s.pong, s.wait = nil, false
	}
}

// reactClose answers a Close by its own code (§5.5.1): an empty one by an empty
// one, and a code that is not ours to send (1010 as a server) by 1000. If our
// Close went out already, this was its answer.
func (s *Sender) reactClose(c frame.CloseCode) {
	if s.received || s.failed {
		return
	}
	s.received = true
	if s.sent {
		return
	}
	if c != frame.NoStatus && !c.Sendable(s.role) {
		c = frame.NormalClosure
	}
	s.appendClose(c, "")
}

// Close begins the closing handshake (§7.1.2). [frame.NoStatus] sends a Close
// without a payload. After it only Pongs are sent.
func (s *Sender) Close(c frame.CloseCode, reason string) error {
	switch {
	case s.sent:
		return ErrClosed
	case c != frame.NoStatus && !c.Sendable(s.role):
		return ErrCloseCode
	case !utf8.ValidString(reason):
		return ErrNotUTF8
	}
	s.appendClose(c, reason)
	return nil
}

// Fail fails the connection (§7.1.7, §10.7): a Close with the code and the clause
// of the violation in err, 1011 for an error of another kind, unless a Close went
// out before. The first cause stays: of a connection that has failed, or was
// closed both ways, nothing changes any more.
func (s *Sender) Fail(err error) {
	if s.failed || s.received {
		return
	}
	s.failed = true
	s.wait, s.pong = false, nil
	if s.sent {
		return
	}
	var v *frame.Violation
	if errors.As(err, &v) {
		s.appendClose(v.Code, v.Reason())
		return
	}
	s.appendClose(frame.InternalError, "internal error")
}

func (s *Sender) appendClose(c frame.CloseCode, reason string) {
	s.flushPong()
	var payload [frame.MaxControlPayload]byte
	s.append(frame.Header{Fin: true, Opcode: frame.Close}, frame.AppendClose(payload[:0], c, reason))
	s.sent = true
}
