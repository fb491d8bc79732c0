package testdata

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// maxBytes bounds what repetitions make of a few characters.
const maxBytes = 64 << 20

// parseBytes reads bytes as all records write them, 82 7e 0100 "Hello" 2a*256:
// any number of pieces, each hex digits in pairs or a Go string, and "*n" behind
// one repeats it.
func parseBytes(s string) ([]byte, error) {
	b := []byte{}
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		piece, rest, err := cutPiece(s)
		if err != nil {
			return nil, err
		}
		n := 1
		if after, ok := strings.CutPrefix(rest, "*"); ok {
			digits, _, _ := strings.Cut(after, " ")
			if n, err = strconv.Atoi(digits); err != nil || n < 0 {
				return nil, fmt.Errorf("%q is not a repetition", rest)
			}
			rest = after[len(digits):]
		}
		if len(piece) > 0 && n > (maxBytes-len(b))/len(piece) {
			return nil, fmt.Errorf("more than %d bytes", maxBytes)
		}
		b = append(b, strings.Repeat(piece, n)...)
		s = rest
	}
	return b, nil
}

// cutPiece takes the first piece off s.
func cutPiece(s string) (piece, rest string, err error) {
	if s[0] == '"' {
		q, err := strconv.QuotedPrefix(s)
		if err != nil {
			return "", "", fmt.Errorf("%q is not a string", s)
		}
		piece, err = strconv.Unquote(q)
		return piece, s[len(q):], err
	}
	end := strings.IndexAny(s, " *\"")
	if end < 0 {
		end = len(s)
	}
	b, err := hex.DecodeString(s[:end])
	switch {
	case err != nil:
		return "", "", fmt.Errorf("%q is not bytes in hexadecimal: %w", s[:end], err)
	case len(b) == 0:
		return "", "", fmt.Errorf("%q repeats nothing", s)
	}
	return string(b), s[end:], nil
}
