package server

import "unicode/utf8"

const replacement = "\uFFFD"

// appendDecoded appends p, decoded as the Encoding Standard's "UTF-8 decode
// without BOM" does: each maximal piece of p that could begin a character but is
// not one becomes one U+FFFD. So e2 82 becomes one, and ed a0 80 three. (Go's own
// conversions make one of every bad byte.)
func appendDecoded(dst, p []byte) []byte {
	if utf8.Valid(p) {
		return append(dst, p...)
	}
	for len(p) > 0 {
		if r, n := utf8.DecodeRune(p); r != utf8.RuneError || n > 1 {
			dst = append(dst, p[:n]...)
			p = p[n:]
			continue
		}
		dst = append(dst, replacement...)
		p = p[badPiece(p):]
	}
	return dst
}

// badPiece is the length of the maximal piece at the beginning of p, which is
// not a character: the bytes that still could have become one.
func badPiece(p []byte) int {
	n := 1
	for n < len(p) && n < utf8.UTFMax && !utf8.FullRune(p[:n]) && !utf8.RuneStart(p[n]) {
		if utf8.FullRune(p[:n+1]) {
			break // with this byte it can no longer become one
		}
		n++
	}
	return n
}
