package conform

import (
	"strings"
	"testing"

	"rfc6455/frame"
)

// TestTranscript keeps frames that come whole and in pieces, and legal or not.
func TestTranscript(t *testing.T) {
	const notation = `text more "Hel"; cont len16 "lo"; op3 rsv2; ping "*"*126; close 1000 "bye"`
	var wire []byte
	for _, line := range strings.Split(notation, "; ") {
		f, err := frame.ParseFrame(line, frame.Client)
		if err != nil {
			t.Fatal(err)
		}
		wire = f.AppendWire(wire)
	}
	for _, size := range []int{1, 7, len(wire)} {
		tr := newTranscript()
		tr.remark(true, "GET / HTTP/1.1")
		for rest := wire; len(rest) > 0; {
			n := min(size, len(rest))
			tr.bytes(true, rest[:n])
			tr.bytes(false, []byte{0x89, 0x00}) // the other direction does not disturb
			rest = rest[n:]
		}
		tr.bytes(false, []byte{0x82})
		var got []string
		for _, l := range tr.lines() {
			if l.Ours {
				got = append(got, withoutKey(l.Text))
			} else if !strings.HasPrefix(l.Text, "ping") && l.Text != "1 bytes of a header" {
				t.Errorf("theirs: %q", l.Text)
			}
		}
		if all := strings.Join(got, "; "); all != "GET / HTTP/1.1; "+notation {
			t.Errorf("pieces of %d: %s", size, all)
		}
	}
}

// TestTranscriptBounds shows that a flood costs no more than what is kept of it.
func TestTranscriptBounds(t *testing.T) {
	tr := newTranscript()
	flood := strings.Repeat("\x8a\x00", 1<<20)
	tr.bytes(false, []byte(flood))
	for i := range 1000 {
		tr.bytes(true, []byte{0x82, 0x01, byte(i)})
	}
	lines := tr.lines()
	if tr.size[0] > keptBytes || len(lines) > keptLines+1 {
		t.Errorf("%d bytes and %d lines are kept", tr.size[0], len(lines))
	}
	if lines[0].Text != "pong  (131072 times)" {
		t.Errorf("first line %q", lines[0].Text)
	}
}
