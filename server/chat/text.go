package chat

import "unicode/utf8"

// stays says which bytes of UTF-8 stand for themselves in a JSON string, wherever
// they are. 0xe2 begins U+2028 and U+2029, among others.
var stays = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= ' ' && c != '"' && c != '\\' && c != 0xe2
	}
	return t
}()

// appendText is appendString for the one string that is long: it looks at bytes,
// once it is sure that they are UTF-8.
func appendText(b, s []byte) []byte {
	if !utf8.Valid(s) {
		return appendString(b, s)
	}
	b = append(b, '"')
	start := 0 // of what needs no escape
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case stays[c]:
		case c != 0xe2:
			b = append(b, s[start:i]...)
			b = appendEscape(b, c)
			start = i + 1
		case s[i+1] == 0x80 && s[i+2]|1 == 0xa9: // U+2028 is e2 80 a8, U+2029 e2 80 a9
			b = append(b, s[start:i]...)
			b = append(b, '\\', 'u', '2', '0', '2', '0'+s[i+2]&15)
			i += 2
			start = i + 1
		}
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}
