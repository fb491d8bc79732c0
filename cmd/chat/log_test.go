package main

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// nasty is what a client may send to whoever reads the log.
var nasty = []string{
	"안녕 👋🏽", "\x1b]0;title\x07", "a\nlevel=ERROR", "\x7f\u0080\u009b31m", "\u202egnp.exe", "\u2028\u2029", "\xff\xfe", "\U000e0041\U0010ffff", `"\` + "\x00",
}

// TestJSONLog reads back what was logged, and finds nothing in it that a terminal
// would act on.
func TestJSONLog(t *testing.T) {
	var b strings.Builder
	log := newLog(&b, "json", "info")
	for _, text := range nasty {
		b.Reset()
		log.Info("받은 메시지: "+text, "key", text)
		line, end := strings.CutSuffix(b.String(), "\n")
		if i := strings.IndexFunc(line, func(r rune) bool { return r < ' ' || r != ' ' && !unicode.IsPrint(r) }); i >= 0 || !end {
			t.Errorf("%q has %q", line, line[max(i, 0):])
		}
		var record struct{ Level, Msg, Key string }
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Errorf("%q: %v", line, err)
		}
		want := strings.ToValidUTF8(text, string(utf8.RuneError))
		if text == "\xff\xfe" {
			want = "\ufffd\ufffd" // one for each
		}
		if record.Level != "INFO" || record.Msg != "받은 메시지: "+want || record.Key != want {
			t.Errorf("%q was logged as %q", text, line)
		}
	}
}

func TestLogLevel(t *testing.T) {
	for level, want := range map[string]int{"debug": 4, "info": 3, "warn": 2, "error": 1} {
		for _, format := range []string{"text", "json"} {
			var b strings.Builder
			log := newLog(&b, format, level)
			for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
				log.Log(t.Context(), l, "x")
			}
			if got := strings.Count(b.String(), "\n"); got != want {
				t.Errorf("%s, %s: %d records, want %d", format, level, got, want)
			}
		}
	}
}

// FuzzEscaper: whatever a record holds, it stays JSON that means the same.
func FuzzEscaper(f *testing.F) {
	for _, text := range nasty {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if n, err := (&escaper{w: &b}).Write(want); n != len(want) || err != nil {
			t.Fatal(n, err)
		}
		var got, plain string
		if json.Unmarshal(want, &plain) != nil || json.Unmarshal([]byte(b.String()), &got) != nil || got != plain {
			t.Errorf("%q became %q", want, b.String())
		}
	})
}
