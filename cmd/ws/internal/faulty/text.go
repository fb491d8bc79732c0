package faulty

import (
	"unicode/utf8"

	"rfc6455/frame"
)

// judgeText judges what is there of a text, from where it was judged before (§8.1).
// frameEnd says that the frame ends here, end that the message does.
func (s *session) judgeText(frameEnd, end bool) {
	if s.is(utf8Unchecked) || s.is(utf8Late) && !end {
		return
	}
	for s.judged < len(s.message) {
		rest := s.message[s.judged:]
		n := s.character(rest)
		if n == 0 && !end && !(s.is(utf8PerFrame) && frameEnd) {
			return
		}
		if n == 0 && s.is(utf8Unfinished) {
			return
		}
		if n <= 0 {
			s.breaks(frame.ErrTextNotUTF8, nil)
			return
		}
		s.judged += n
	}
}

// character gives the length of the character at the beginning of p, 0 if p ends
// inside it, and -1 if it is none.
func (s *session) character(p []byte) int {
	if n, like := s.wrongly(p); like {
		return n
	}
	if !utf8.FullRune(p) {
		return 0
	}
	if r, n := utf8.DecodeRune(p); r != utf8.RuneError || n > 1 {
		return n
	}
	return -1
}

// wrongly reads what only a fault takes for a character: octets of its form that
// stand for what must not be written so (§8.1, RFC 3629 §3).
func (s *session) wrongly(p []byte) (n int, like bool) {
	first := p[0]
	switch {
	case s.is(utf8Overlong) && (first == 0xc0 || first == 0xc1):
		n = 2
	case s.is(utf8Overlong) && first == 0xe0, s.is(utf8Surrogates) && first == 0xed:
		n = 3
	case s.is(utf8Overlong) && first == 0xf0, s.is(utf8Beyond) && first >= 0xf4 && first <= 0xf7:
		n = 4
	default:
		return 0, false
	}
	for i := 1; i < n; i++ {
		if i == len(p) {
			return 0, true
		}
		if p[i]&0xc0 != 0x80 {
			return -1, true
		}
	}
	return n, true
}
