package faulty

import (
	"math"
	"unicode/utf8"

	"rfc6455/frame"
)

// dataHeader takes the header of a data frame into its message (§5.4).
func (s *session) dataHeader(h frame.Header) bool {
	switch {
	case h.Opcode == frame.Continuation && s.frames == 0:
		if s.breaks(frame.ErrNothingToContinue, nothingContinued) {
			return false
		}
		s.op = frame.Text
	case h.Opcode != frame.Continuation && s.frames > 0:
		if s.breaks(frame.ErrNotContinued, messageInside) {
			return false
		}
		s.begin(h)
	case s.frames == 0:
		s.begin(h)
	}
	s.frames++
	return !s.overLimits(h)
}

// begin is at the first frame of a message.
func (s *session) begin(h frame.Header) {
	if !s.is(messageKept) || s.frames > 0 {
		s.message = nil
	}
	s.op, s.packed, s.frames, s.judged = h.Opcode, h.RSV1 && s.inflater != nil, 0, 0
}

// overLimits judges what a header declares (§10.4), before a byte of it is there.
func (s *session) overLimits(h frame.Header) bool {
	if s.frames > s.limits.Fragments && s.breaks(frame.ErrTooManyFragments, nil) {
		return true
	}
	limit := s.limits.Message
	if s.packed {
		limit += limit/1000 + 64
	}
	have := int64(len(s.message))
	switch {
	case s.is(limitOverflows) && h.Length > math.MaxInt64-have:
		s.left = 0 // what is over the greatest number is less than nothing
		return false
	case s.is(limitPerFrame) && h.Length <= limit && have <= 64<<20:
		return false
	}
	return h.Length > limit-have && s.breaks(frame.ErrMessageTooBig, nil)
}

// dataFrame is at the end of a data frame. It says whether there may be another.
func (s *session) dataFrame() bool {
	if s.is(fragmentsSingly) || s.is(inflatesFrames) && s.packed && !s.head.Fin {
		if !s.deliver() {
			return false
		}
		s.message, s.judged = nil, 0
	}
	if !s.head.Fin || s.is(emptyEndIgnored) && s.head.Opcode == frame.Continuation && s.head.Length == 0 {
		return true
	}
	kept := s.is(messageKept) && s.frames > 1
	s.frames = 0
	whole := s.is(fragmentsSingly) || s.deliver()
	if !kept {
		s.message = nil
	}
	s.out = append(s.out, s.late...)
	s.late = nil
	return whole
}

// deliver sends the message back (§6.1, §6.2).
func (s *session) deliver() bool {
	p := s.message
	if s.packed {
		var ok bool
		if p, ok = s.inflate(p); !ok {
			return false
		}
		if s.op == frame.Text && !s.is(inflatedUnchecked) && !utf8.Valid(p) && s.breaks(frame.ErrTextNotUTF8, utf8Unchecked) {
			return false
		}
	}
	if s.is(emptyDropped) && len(p) == 0 {
		return true
	}
	if s.is(longEchoCut) {
		p = p[:min(len(p), 65535)]
	}
	h := frame.Header{Opcode: s.op}
	if s.is(binaryAsText) {
		h.Opcode = frame.Text
	}
	h.RSV1, p = s.deflate(p)
	s.send(h, p)
	return true
}
