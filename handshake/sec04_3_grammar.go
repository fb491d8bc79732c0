package handshake

import (
	"iter"
	"strings"
)

// tokenChars are the characters of a token: visible ASCII without the
// separators, RFC 2616 §2.2.
var tokenChars = func() (t [256]bool) {
	for c := byte(0x21); c < 0x7f; c++ {
		t[c] = !strings.Contains(`()<>@,;:\"/[]?={}`, string(rune(c)))
	}
	return t
}()

// isToken reports whether s is a token; the empty string is none.
func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if !tokenChars[s[i]] {
			return false
		}
	}
	return s != ""
}

// elements gives the elements of a list without quoted strings that stands in
// one or more lines of a field. RFC 2616 §2.1: empty elements do not count.
func elements(lines []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, line := range lines {
			for element := range strings.SplitSeq(line, ",") {
				element = strings.Trim(element, " \t")
				if element != "" && !yield(element) {
					return
				}
			}
		}
	}
}

// lists reports whether a list holds a token, letters folded.
func lists(lines []string, token string) bool {
	for element := range elements(lines) {
		if equalFold(element, token) {
			return true
		}
	}
	return false
}

// equalFold compares with ASCII's letters folded. strings.EqualFold would also
// take the Kelvin sign for a k.
func equalFold(s, t string) bool {
	if len(s) != len(t) {
		return false
	}
	for i := 0; i < len(s); i++ {
		if lower(s[i]) != lower(t[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// A scanner reads one line of a field from left to right, each byte once.
type scanner struct {
	line string
	i    int
}

func (s *scanner) atEnd() bool { return s.i == len(s.line) }

// space skips blanks, which may stand between any two words: RFC 2616 §2.1,
// "implied *LWS". Folded lines were joined by the HTTP parser.
func (s *scanner) space() {
	for !s.atEnd() && (s.line[s.i] == ' ' || s.line[s.i] == '\t') {
		s.i++
	}
}

// take takes c and the blanks around it, and reports whether c was there.
func (s *scanner) take(c byte) bool {
	s.space()
	if s.atEnd() || s.line[s.i] != c {
		return false
	}
	s.i++
	s.space()
	return true
}

// token takes a token; it is empty if there is none.
func (s *scanner) token() string {
	start := s.i
	for !s.atEnd() && tokenChars[s.line[s.i]] {
		s.i++
	}
	return s.line[start:s.i]
}

// quotedToken takes the rest of a quoted-string, after its opening quote, and
// gives what it quotes, which §4.3 and §9.1 want to be a token; empty if it is none.
func (s *scanner) quotedToken() string {
	start, escaped := s.i, false
	for ; !s.atEnd(); s.i++ {
		switch c := s.line[s.i]; {
		case c == '"':
			quoted := s.line[start:s.i]
			s.i++
			if escaped {
				// No token holds a backslash: those here all escape something.
				quoted = strings.ReplaceAll(quoted, `\`, "")
			}
			return quoted
		case c == '\\' && s.i+1 < len(s.line) && tokenChars[s.line[s.i+1]]:
			escaped = true
			s.i++
		case !tokenChars[c]:
			return ""
		}
	}
	return ""
}
