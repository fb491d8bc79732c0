package chat

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCleanName(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"지민", "지민"},
		{"  Ada Lovelace\t\r\n", "Ada Lovelace"},
		{"a\x00b\x1b[31mc\u0085d", "ab[31mcd"},
		{"\u202egnirts\u202c \u200e\u200f\u061c\u2066x\u2069", "gnirts x"},
		{"\ufeffa\u2028b\u2029c\u200bd\u2060e", "abcde"},
		{"👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"},
		{"می\u200cخواهم", "می\u200cخواهم"},
		{"<img onerror=alert(1)>", "<img onerror=alert(1)>"}, // the page writes it as text
		{strings.Repeat("가", MaxName), strings.Repeat("가", MaxName)},
		{strings.Repeat("\u202e", 5000) + "x", "x"},
		{"\ufffd", "\ufffd"},
	} {
		if got, ok := CleanName(tt.in); !ok || got != tt.want {
			t.Errorf("%q: %q, %v, want %q", tt.in, got, ok, tt.want)
		}
	}
	for _, in := range []string{
		"", " ", "\u3000", "\x00", "\u202e", "\u200d", "\u3164", "\u115f\u1160", "\uffa0", "\u2800", "\u0301", "a\xff", "\xed\xa0\x80",
		strings.Repeat("가", MaxName+1),
	} {
		if got, ok := CleanName(in); ok {
			t.Errorf("%q: taken as %q", in, got)
		}
	}
}

func TestCleanRoomIsLonger(t *testing.T) {
	long := strings.Repeat("방", MaxRoom)
	if got, ok := CleanRoom(long); !ok || got != long {
		t.Errorf("%d characters are refused", MaxRoom)
	}
	if _, ok := CleanRoom(long + "x"); ok {
		t.Errorf("%d characters are taken", MaxRoom+1)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"지민", " a\u202e ", "\u3164", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, ok := CleanName(s)
		if !ok {
			return
		}
		if n := utf8.RuneCountInString(name); n < 1 || n > MaxName || len(name) > maxField || !utf8.ValidString(name) {
			t.Errorf("%q: %d characters, %d bytes", name, n, len(name))
		}
		if strings.ContainsFunc(name, isUnwanted) {
			t.Errorf("%q has what is to be removed", name)
		}
		if again, ok := CleanName(name); !ok || again != name {
			t.Errorf("%q, cleaned again: %q, %v", name, again, ok)
		}
	})
}
