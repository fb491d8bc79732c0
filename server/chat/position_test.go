package chat

import (
	"strings"
	"testing"
)

func TestPositions(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Position
	}{
		{"K7QWJ2.0", Position{"K7QWJ2", 0}},
		{"a.1", Position{"a", 1}},
		{"-_9Z.9007199254740991", Position{"-_9Z", MaxSeq}},
		{strings.Repeat("x", MaxEpoch) + ".7", Position{strings.Repeat("x", MaxEpoch), 7}},
	} {
		got, err := ParsePosition(tt.in)
		if err != nil || got != tt.want || got.String() != tt.in {
			t.Errorf("%s: %v, %v", tt.in, got, err)
		}
	}
	for _, in := range []string{
		"", ".", "a", "a.", ".1", "a.1.2", "a.01", "a.00", "a.+1", "a.-1", "a. 1", "a.1 ", "a.1_0", "a.0x1", "a.1e3",
		"a.9007199254740992", "a.18446744073709551617", "a.10000000000000000", "é.1", "a b.1", "a\x00.1",
		strings.Repeat("x", MaxEpoch+1) + ".7",
	} {
		if got, err := ParsePosition(in); err != ErrPosition || got != (Position{}) {
			t.Errorf("%q: %v, %v, want ErrPosition", in, got, err)
		}
	}
}

func TestPositionsCutShort(t *testing.T) {
	const whole = "K7QWJ2.41"
	for n := range len(whole) {
		p, err := ParsePosition(whole[:n])
		if cut := whole[:n]; err == nil != (cut == "K7QWJ2.4") {
			t.Errorf("%q: %v, %v", cut, p, err)
		}
	}
}

func FuzzPosition(f *testing.F) {
	for _, s := range []string{"K7QWJ2.41", "a.0", "a.9007199254740992", "..", "a.01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePosition(s)
		if err == nil && (p.String() != s || p.Seq > MaxSeq) || err != nil && p != (Position{}) {
			t.Errorf("%q: %v, %v", s, p, err)
		}
	})
}
