package handshake

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

// A long, legal header: every form of the grammar.
const manyExtensions = "foo, bar; baz=2, mux; max-channels=4; flow-control , permessage-deflate;a ;\tb = \"c\"; d=\"1\\2\""

func TestParseExtensions(t *testing.T) {
	want := []Extension{
		{"foo", nil},
		{"bar", []Param{{"baz", "2"}}},
		{"mux", []Param{{"max-channels", "4"}, {"flow-control", ""}}},
		{"permessage-deflate", []Param{{"a", ""}, {"b", "c"}, {"d", "12"}}},
	}
	got, err := ParseExtensions([]string{manyExtensions})
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	const printed = "foo, bar; baz=2, mux; max-channels=4; flow-control, permessage-deflate; a; b=c; d=12"
	if text := string(AppendExtensions(nil, got)); text != printed {
		t.Errorf("%q, want %q", text, printed)
	}
	// §9.1: the same in pieces, a line for each extension.
	got, err = ParseExtensions(strings.Split(manyExtensions, ","))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("in lines: %+v, %v; want %+v", got, err, want)
	}
	if got, err = ParseExtensions(nil); got != nil || err != nil {
		t.Errorf("no line: %+v, %v", got, err)
	}
}

// Cut anywhere, what is left is legal, or breaks the grammar; it never gives
// an extension that the whole does not have.
func TestParseExtensionsTruncated(t *testing.T) {
	whole, err := ParseExtensions([]string{manyExtensions})
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(manyExtensions) {
		list, err := ParseExtensions([]string{manyExtensions[:n]})
		if err != nil {
			if !errors.Is(err, ErrExtensionGrammar) || list != nil {
				t.Errorf("%q: %+v, %v", manyExtensions[:n], list, err)
			}
			continue
		}
		if last := len(list) - 1; !reflect.DeepEqual(list[:last], whole[:last]) {
			t.Errorf("%q: %+v", manyExtensions[:n], list)
		}
	}
}

// hostileLines give lines of n bytes that make careless tokenisers go back.
var hostileLines = map[string]func(n int) string{
	"spaces":            func(n int) string { return strings.Repeat(" ", n) },
	"spaces, then word": func(n int) string { return "a" + strings.Repeat(" ", n-2) + "b" },
	"commas":            func(n int) string { return strings.Repeat(",", n) },
	"commas and spaces": func(n int) string { return strings.Repeat(", ", n/2) },
	"quotes":            func(n int) string { return strings.Repeat(`"`, n) },
	"open quote":        func(n int) string { return `a; b="` + strings.Repeat("c", n-6) },
	"escapes":           func(n int) string { return `a; b="` + strings.Repeat(`\c`, n/2-3) },
	"escaped quotes":    func(n int) string { return `a; b="` + strings.Repeat(`\"`, n/2-3) },
	"long value":        func(n int) string { return `a; b="` + strings.Repeat(`\c`, n/2-4) + `"` },
	"semicolons":        func(n int) string { return "a" + strings.Repeat("; b", n/3) },
	"equals":            func(n int) string { return "a; b" + strings.Repeat("=", n-4) },
	"token":             func(n int) string { return strings.Repeat("a", n) },
	"extensions":        func(n int) string { return strings.Repeat("a,", n/2) },
	"tabs":              func(n int) string { return "a;" + strings.Repeat("\t", n-3) + "b" },
}

// Lines of 512 KiB, 32 times what a header may have in all. A reader that goes
// back over what it has read would need minutes; one that does not needs
// milliseconds, and is granted seconds, so that a busy machine does not count.
func TestHostileLinesAreLinear(t *testing.T) {
	readers := map[string]func(line string){
		"extensions":   func(line string) { ParseExtensions([]string{line}) },
		"subprotocols": func(line string) { parseProtocols([]string{line}) },
		"connection":   func(line string) { lists([]string{line}, "Upgrade") },
	}
	for reader, read := range readers {
		for name, line := range hostileLines {
			long := line(512 << 10)
			start := time.Now()
			read(long)
			if d := time.Since(start); d > 3*time.Second {
				t.Fatalf("%s: %s: %v", reader, name, d)
			}
		}
	}
}

// A line of 16 KiB costs no more memory than the limits allow.
func TestHostileLinesAllocate(t *testing.T) {
	for name, line := range hostileLines {
		text := []string{line(16 << 10)}
		if n := testing.AllocsPerRun(10, func() { ParseExtensions(text) }); n > 2*MaxExtensions {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
