package fuzz

import (
	"strings"
	"testing"

	"rfc6455/frame"
)

// TestPredict shows what ended a stream, and where.
func TestPredict(t *testing.T) {
	for _, tt := range []struct {
		frames         string
		events, broken int
		closed         bool
		at             int
		message        string
	}{
		{`text "a"; ping "b"`, 2, 0, false, 14, ""},
		{`text "a"; text len=9 "b"`, 1, 0, false, 7, "b"},
		{`text "a"; text len=9 0xff`, 1, 1, false, 7, "\xff"},
		{`text "a"; op3; text "c"`, 1, 1, false, 7, ""},
		{`text "a"; close 1000; text "c"`, 2, 0, true, 7, ""},
		{`text more "a"; cont more "b"; text "c"`, 0, 1, false, 14, "ab"},
		{`text "a"; binary rsv1 0xff`, 1, 2, false, 7, "\xff"},
		{`binary rsv1 more "ab"; ping`, 1, 0, false, 14, "ab"},
	} {
		var in []byte
		for line := range strings.SplitSeq(tt.frames, "; ") {
			f, err := frame.ParseFrame(line, frame.Client)
			if err != nil {
				t.Fatal(err)
			}
			in = f.AppendWire(in)
		}
		p := Predict(Config{Deflate: Fresh}, in)
		if p.Compressed != strings.Contains(tt.frames, "rsv1") || string(p.Message) != tt.message {
			t.Errorf("%s: message %q, compressed %t", tt.frames, p.Message, p.Compressed)
		}
		if p.At != tt.at || len(p.Events) != tt.events || len(p.Broken) != tt.broken || p.Closed != tt.closed {
			t.Errorf("%s: got %+v, want %+v", tt.frames, p, tt)
		}
	}
}
