package session

import "unicode/utf8"

// A validator judges UTF-8 that arrives in pieces, at its first bad octet
// (§8.1). Its zero value is at the beginning of a text.
type validator struct {
	tail [utf8.UTFMax]byte // a character's bytes so far, good but not whole
	n    uint8             // how many
}

// write judges the next piece. After false the text is lost.
func (v *validator) write(p []byte) bool {
	for v.n > 0 && len(p) > 0 {
		v.tail[v.n] = p[0]
		v.n++
		p = p[1:]
		if utf8.FullRune(v.tail[:v.n]) { // whole, or bad already
			if r, size := utf8.DecodeRune(v.tail[:v.n]); r == utf8.RuneError && size == 1 {
				return false
			}
			v.n = 0
		}
	}
	whole := len(p) - unfinished(p)
	if !utf8.Valid(p[:whole]) {
		return false
	}
	if whole < len(p) {
		v.n += uint8(copy(v.tail[v.n:], p[whole:]))
	}
	return true
}

// done says whether the text may end here.
func (v *validator) done() bool { return v.n == 0 }

// unfinished counts the bytes at the end of p that begin a character without
// finishing it.
func unfinished(p []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		last := p[len(p)-n:]
		if utf8.RuneStart(last[0]) {
			if utf8.FullRune(last) {
				return 0
			}
			return n
		}
	}
	return 0
}
