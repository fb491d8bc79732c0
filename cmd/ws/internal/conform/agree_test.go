package conform

import (
	"strings"
	"testing"

	"rfc6455/handshake"
)

func TestAgree(t *testing.T) {
	const deflate = "permessage-deflate"
	for _, tt := range []struct{ offer, answer, want string }{
		{"", "", ""},
		{deflate, "", ""},
		{deflate, deflate, ""},
		{deflate, deflate + "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9", ""},
		{deflate + "; server_max_window_bits=10", deflate + "; server_max_window_bits=8", ""},
		{deflate + "; client_max_window_bits", deflate + "; client_max_window_bits=8", ""},
		{"x, " + deflate + "; server_max_window_bits=10, " + deflate, deflate, ""},
		{"", deflate, "not offered"},
		{"x", deflate, "not offered"},
		{deflate, "x", "not offered"},
		{deflate, deflate + ", " + deflate, "2 extensions"},
		{deflate, deflate + "; client_max_window_bits=10", "were not offered"},
		{deflate + "; client_max_window_bits=9", deflate + "; client_max_window_bits=10", "over the 9"},
		{deflate + "; server_max_window_bits=10", deflate, "not within the 10"},
		{deflate + "; server_max_window_bits=10", deflate + "; server_max_window_bits=11", "not within the 10"},
		{deflate + "; server_no_context_takeover", deflate, "lacks server_no_context_takeover"},
		{deflate, deflate + "; x", "no parameter"},
		{deflate, deflate + "; server_max_window_bits", "not 8 to 15"},
		{deflate, deflate + "; server_max_window_bits=7", "not 8 to 15"},
		{deflate, deflate + "; server_max_window_bits=010", "not 8 to 15"},
		{deflate, deflate + "; server_no_context_takeover=1", "has a value"},
		{deflate, deflate + "; server_no_context_takeover; server_no_context_takeover", "stands twice"},
		{deflate + "; x", deflate, "has to be declined"},
		{deflate + "; client_no_context_takeover=1", deflate, "has to be declined"},
		{deflate + "; client_max_window_bits=7", deflate, "has to be declined"},
		{deflate + "; client_max_window_bits; client_max_window_bits", deflate, "has to be declined"},
		{deflate, "a b", "grammar"},
	} {
		var lines []string
		if tt.answer != "" {
			lines = []string{tt.answer}
		}
		_, err := agree(tt.offer, lines)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%q answered by %q: %v, want %q", tt.offer, tt.answer, err, tt.want)
		}
	}
	if _, err := agree(deflate, []string{deflate, deflate}); err != handshake.ErrAnswerExtsRepeated {
		t.Errorf("two lines: %v", err)
	}
}

func TestBoundary(t *testing.T) {
	whole := []byte{0x01, 0x82, 1, 2, 3, 4, 'a', 'b', 0x89, 0x00, 0x80, 126, 0, 3, 'x', 'y', 'z'}
	inFrame := func(n int) bool { return n != 0 && n != 8 && n != 10 && n != 17 }
	inMessage := func(n int) bool { return n >= 6 && n < 14 }
	for cut := range len(whole) + 1 {
		for _, b := range []*boundary{{}, {}} {
			b.pass(whole[:cut/2])
			b.pass(whole[cut/2 : cut])
			if b.inFrame() != inFrame(cut) || b.message != inMessage(cut) {
				t.Errorf("after %d bytes: in frame %t, in message %t", cut, b.inFrame(), b.message)
			}
		}
	}
	b := &boundary{}
	b.pass([]byte{0x82, 0x7F, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3})
	if !b.inFrame() {
		t.Error("a length over 63 bits has an end")
	}
}
