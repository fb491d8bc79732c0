package chat

import (
	"strconv"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string (RFC 8259 §7), as short as may be, with
// U+2028 and U+2029 escaped, so that a script may hold the text as well. A byte
// that is not UTF-8 becomes U+FFFD: whatever happens, a frame of text is UTF-8.
func appendString[T string | []byte](b []byte, s T) []byte {
	b = append(b, '"')
	start := 0 // of what needs no escape
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' || c == '"' || c == '\\' {
				b = append(b, s[start:i]...)
				b = appendEscape(b, c)
				start = i + 1
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))])) // on the stack
		if r == utf8.RuneError && n == 1 || r == '\u2028' || r == '\u2029' {
			b = append(b, s[start:i]...)
			b = append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
			start = i + n
		}
		i += n
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// appendEscape appends the escape of an ASCII character that needs one.
func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// appendPosition appends p as a JSON string: nothing in it needs an escape.
func appendPosition(b []byte, p Position) []byte {
	b = append(b, '"')
	b = p.Append(b)
	return append(b, '"')
}

// appendField appends a name that is not the object's first, as `,"name":`, to be
// followed by its value.
func appendField(b []byte, name string) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	return append(b, `":`...)
}

func appendStringField[T string | []byte](b []byte, name string, s T) []byte {
	return appendString(appendField(b, name), s)
}

func appendIntField(b []byte, name string, n int64) []byte {
	return strconv.AppendInt(appendField(b, name), n, 10)
}

func appendInt(b []byte, n int) []byte { return strconv.AppendInt(b, int64(n), 10) }
