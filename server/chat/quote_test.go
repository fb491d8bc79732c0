package chat

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// quoteSlowly is the obvious way, through reflection.
func quoteSlowly(t *testing.T, s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

func checkQuoted(t *testing.T, s string) {
	t.Helper()
	got := string(appendString(nil, s))
	if want := quoteSlowly(t, s); got != want {
		t.Errorf("%q as string: %s, want %s", s, got, want)
	}
	if b := string(appendString(nil, []byte(s))); b != got {
		t.Errorf("%q as bytes: %s, as string %s", s, b, got)
	}
	if text := string(appendText(nil, []byte(s))); text != got {
		t.Errorf("%q as text: %s, as string %s", s, text, got)
	}
	if !utf8.ValidString(got) {
		t.Errorf("%q: %q is not UTF-8", s, got)
	}
	var back string
	if err := json.Unmarshal([]byte(got), &back); err != nil || utf8.ValidString(s) && back != s {
		t.Errorf("%q: back as %q, %v", s, back, err)
	}
}

var awkward = []string{
	"", "plain", `"\/`, "<a href='x'>&amp;</a>", "\b\f\n\r\t\v\x00\x1b\x1f\x7f", "안녕하세요", "😀 \u200d \u2028\u2029 \u2027\u202a",
	"\ufffd", "\xff", "a\xed\xa0\x80b", "\xe2\x80", "\xe2\x80\xa8\xe2", "\U0010ffff",
}

func TestStrings(t *testing.T) {
	for _, s := range awkward {
		checkQuoted(t, s)
	}
	for r := range rune(0x3000) { // and with something around it
		checkQuoted(t, "가"+string(r)+"z")
	}
}

func FuzzString(f *testing.F) {
	for _, s := range awkward {
		f.Add(s)
	}
	f.Fuzz(checkQuoted)
}
