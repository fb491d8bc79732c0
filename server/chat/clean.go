package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what people call themselves and their rooms, in characters: Unicode
// code points, counted after cleaning.
const (
	MaxName = 32
	MaxRoom = 64
)

// CleanName takes out of a name what must not be in it: control and bidirectional
// characters, line separators, other characters that nobody sees, and spaces at
// both ends. It is false when nothing to be seen or over [MaxName] is left, or s is
// not UTF-8.
func CleanName(s string) (name string, ok bool) { return cleanUpTo(s, MaxName) }

// CleanRoom does for the name of a room, up to [MaxRoom], what [CleanName] does.
func CleanRoom(s string) (room string, ok bool) { return cleanUpTo(s, MaxRoom) }

func cleanUpTo(s string, most int) (string, bool) {
	if !utf8.ValidString(s) {
		return "", false
	}
	s = clean(s)
	return s, strings.ContainsFunc(s, isSeen) && utf8.RuneCountInString(s) <= most
}

func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if isUnwanted(r) {
			return -1
		}
		return r
	}, s))
}

// isUnwanted says what is removed. The joiners U+200C and U+200D stay: Persian and
// families of emoji are written with them.
func isUnwanted(r rune) bool {
	switch {
	case unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control, unicode.Noncharacter_Code_Point):
		return true
	case r == '\u200b', r == '\ufeff', 0x2060 <= r && r <= 0x206f, 0xfff9 <= r && r <= 0xfffb:
		return true // of no width, deprecated, or for annotations
	}
	return false
}

// isSeen says whether r alone makes a name visible.
func isSeen(r rune) bool {
	const brailleBlank = '\u2800'
	return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) &&
		!unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) && r != brailleBlank
}
