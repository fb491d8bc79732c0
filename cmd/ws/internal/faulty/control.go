package faulty

import (
	"encoding/binary"
	"slices"
	"time"
	"unicode/utf8"

	"rfc6455/frame"
)

// maxControl bounds what a control frame has where its limit of 125 is not held, in
// bytes.
const maxControl = 64 << 10

// badControl judges the number of control frames, and their size where the rule
// on it is not held (§10.4).
func (s *session) badControl(h frame.Header) bool {
	if h.Opcode != frame.Close {
		s.controls++
	}
	allowed := s.limits.Burst + int(time.Since(s.begun)/(10*time.Millisecond)) // 100 a second
	if s.controls > allowed && s.breaks(frame.ErrControlFlood, nil) {
		return true
	}
	return h.Length > maxControl && s.breaks(frame.ErrMessageTooBig, nil)
}

// control takes a whole control frame (§5.5).
func (s *session) control() {
	if s.is(controlEndsMessage) {
		s.message, s.judged = nil, 0
	}
	switch s.head.Opcode {
	case frame.Ping:
		s.pong()
	case frame.Pong:
		if s.is(pongAnswered) {
			s.send(frame.Header{Opcode: frame.Pong}, s.body)
		}
	case frame.Close:
		s.close()
	}
}

// pong answers a Ping (§5.5.2, §5.5.3).
func (s *session) pong() {
	p := s.body
	switch {
	case s.is(emptyPingIgnored) && len(p) == 0, s.is(controlInsideIgnored) && s.frames > 0:
		return
	case s.is(pongBare):
		p = nil
	case s.is(pongCut):
		p = p[:min(len(p), 64)]
	case s.is(pongAltered):
		for i := range p {
			if p[i] > 127 {
				p[i] = '?'
			}
		}
	case s.is(pongAfterMessage) && s.frames > 0:
		s.late = s.appendFrame(s.late, frame.Header{Opcode: frame.Pong}, p)
		return
	case s.is(pongsReversed) && s.pongs >= 0 && s.pongs <= len(s.out):
		s.out = slices.Insert(s.out, s.pongs, s.appendFrame(nil, frame.Header{Opcode: frame.Pong}, p)...)
		return
	}
	s.pongs = len(s.out)
	s.send(frame.Header{Opcode: frame.Pong}, p)
}

// close answers a Close (§5.5.1, §7.1.4).
func (s *session) close() {
	if s.is(closeIgnored) {
		return
	}
	if s.is(closeUnanswered) {
		s.abrupt = true
		return
	}
	code, broken := s.closeCode(s.body)
	if broken {
		return
	}
	if s.is(closeCodeFixed) || code == frame.MandatoryExtension && s.role == frame.Server {
		code = frame.NormalClosure // 1010 is a client's to send, §7.4.1
	}
	var payload []byte
	if len(s.body) > 0 || s.is(close1005Sent) || s.is(closeCodeFixed) {
		payload = binary.BigEndian.AppendUint16(nil, uint16(code))
	}
	s.send(frame.Header{Opcode: frame.Close}, payload)
	s.closed = !s.is(echoAfterClose)
}

// closeCode judges the payload of a Close (§5.5.1, §7.4).
func (s *session) closeCode(p []byte) (code frame.CloseCode, broken bool) {
	if len(p) == 0 {
		return frame.NoStatus, false
	}
	if len(p) == 1 {
		return frame.NormalClosure, s.breaks(frame.ErrCloseTooShort, closeByteTaken)
	}
	code = frame.CloseCode(binary.BigEndian.Uint16(p))
	var lets *Fault
	switch {
	case code < 1000:
		lets = codesLow
	case code >= 1004 && code <= 1006, code == 1015:
		lets = codesReserved
	case code >= 1016 && code <= 2999:
		lets = codesUnregistered
	case code >= 5000:
		lets = codesHigh
	}
	if lets != nil && s.breaks(frame.ErrCloseCode, lets) || s.is(codesPrivate) && code >= 3000 && s.breaks(frame.ErrCloseCode, nil) {
		return code, true
	}
	return code, !utf8.Valid(p[2:]) && s.breaks(frame.ErrReasonNotUTF8, reasonUnchecked)
}

// breaks fails the connection for v (§7.1.7), unless the fault that was planted
// is the one that lets it through. It says whether it did.
func (s *session) breaks(v *frame.Violation, lets *Fault) bool {
	if lets != nil && s.is(lets) {
		return false
	}
	code := v.Code
	switch {
	case s.is(failsSilently):
		s.abrupt, s.failed = true, true
		return true
	case s.is(failsNormally):
		code = frame.NormalClosure
	case s.is(utf8Code) && v == frame.ErrTextNotUTF8:
		code = frame.ProtocolError
	}
	if !s.failed {
		s.send(frame.Header{Opcode: frame.Close}, frame.AppendClose(nil, code, v.Reason()))
	}
	s.failed = true
	if s.is(readsOnFailed) && v != frame.ErrMessageTooBig {
		return false
	}
	s.closed = true
	return true
}
