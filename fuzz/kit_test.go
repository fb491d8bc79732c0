package fuzz

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

func TestSplitsGiveTheStreamAgain(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 17, 64, 65, 4096, 4097, 100_000} {
		in := make([]byte, n)
		for i := range in {
			in[i] = byte(i * 7 >> 3)
		}
		count, total := 0, 0
		for pieces := range Splits(in) {
			count++
			total += len(pieces)
			if !bytes.Equal(slices.Concat(pieces...), in) {
				t.Fatalf("%d bytes, split %d: %s do not give the stream", n, count, lengths(pieces))
			}
		}
		if count < min(n, 13) || count > 82 || total > 20_000 {
			t.Errorf("%d bytes: %d splits with %d pieces", n, count, total)
		}
	}
}

func TestSplitsCutEveryPlaceOfAShortStream(t *testing.T) {
	in := make([]byte, 30)
	var at []int
	for pieces := range Splits(in) {
		if len(pieces) == 2 {
			at = append(at, len(pieces[0]))
		}
	}
	for n := 1; n < len(in); n++ {
		if !slices.Contains(at, n) {
			t.Errorf("never cut at %d", n)
		}
	}
}

// TestStreamIsPlausible demands of Stream that its streams come to every end that
// a peer alone can bring about, and have events of every kind before it.
func TestStreamIsPlausible(t *testing.T) {
	if testing.Short() {
		t.Skip("the kit itself")
	}
	seen := map[string]int{}
	for n := range 4000 {
		seed := make([]byte, 24+n%3*40)
		for i := range seed {
			seed[i] = byte(uint64((n+1)*(i*i+7*i+13)) * 2654435761 >> 11)
		}
		cfg := configOf(byte(n))
		in := Stream(cfg.Role, seed)
		if !bytes.Equal(in, Stream(cfg.Role, seed)) {
			t.Fatalf("Stream(%v, %x) differs from itself", cfg.Role, seed)
		}
		if len(in) > 3*maxStream {
			t.Fatalf("Stream(%v, %x) has %d bytes", cfg.Role, seed, len(in))
		}
		for line := range strings.SplitSeq(Reference(cfg, in), "\n") {
			word, rest, _ := strings.Cut(line, " ")
			if word == "failed" {
				word = rest
			}
			seen[word]++
		}
	}
	want := []string{"text", "binary", "ping", "pong", "close", "open", "closed"}
	shell := []*frame.Violation{frame.ErrMessageTooSlow, frame.ErrMemoryShort}
	for _, v := range frame.Violations {
		if !slices.Contains(shell, v) {
			want = append(want, v.ID)
		}
	}
	for _, word := range want {
		if seen[word] == 0 {
			t.Errorf("never %s: %v", word, seen)
		}
	}
}

// TestReferenceReadsTheRFC holds the oracle itself to the examples of §5.7 and to
// the clauses, in the order of package session's judgement.
func TestReferenceReadsTheRFC(t *testing.T) {
	client := Config{Role: frame.Client}
	packed := Config{Role: frame.Client, Deflate: Takeover}
	vast := Config{Role: frame.Client, Deflate: Fresh, Limits: session.Limits{Message: 1 << 32}} // 0 in 32 bits
	for _, tt := range []struct {
		cfg  Config
		in   string
		want string
	}{
		{client, "\x81\x05Hello", "text \"Hello\"\nopen"},
		{Config{}, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "text \"Hello\"\nopen"},
		{client, "\x01\x03Hel\x80\x02lo", "text \"Hello\"\nopen"},
		{client, "\x89\x05Hello", "ping \"Hello\"\nopen"},
		{client, "\x88\x00\x81\x04more", "close\nclosed"},
		{client, "\x82\x7e\x01\x00", "open"},
		{client, "\x82\x7e\x00\x7d", "failed length-not-minimal"},
		{client, "\x82\x7f\x00\x00\x00\x00\x00\x00", "failed length-not-minimal"},
		{client, "\x82\x7f\x80", "failed length-top-bit"},
		{client, "\x83", "failed reserved-opcode"},
		{client, "\x09", "failed control-fragmented"},
		{client, "\x89\x7e", "failed control-too-long"},
		{client, "\x81\x85\x37\xfa\x21", "open"},
		{client, "\x81\x85\x37\xfa\x21\x3d", "failed masked"},
		{client, "\x80\x00", "failed nothing-to-continue"},
		{client, "\x01\x00\x81\x00", "failed not-continued"},
		{client, "\x81\x05a\xed\xa0", "failed text-not-utf8"},
		{client, "\x81\x05a\xed", "open"},
		{client, "\x88\x03\x03\xe8\xff", "failed reason-not-utf8"},
		{client, "\x88\x02\x03\xed", "failed close-code"},
		{client, "\x88\x01\x03", "failed close-too-short"},
		{client, "\xc1\x00", "failed reserved-bits"},
		// RFC 7692 §7.2.3: Hello in one block, then from the window, stored, in two
		// blocks, and behind a final one.
		{packed, "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00", "text \"Hello\"\ntext \"Hello\"\nopen"},
		{vast, "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00", "text \"Hello\"\nopen"},
		{client, "\x82\x7f\x00\x00\x00\x01\x00\x00\x00\x05", "failed message-too-big"},
		{vast, "\x82\x7f\x00\x00\x00\x01\x00\x00\x00\x05", "failed message-too-big"},
		{vast, "\x82\x7f\x00\x00\x00\x01\x00\x00\x00\x00Hello", "open"},
		{packed, "\xc1\x0b\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", "text \"Hello\"\nopen"},
		{packed, "\xc1\x0d\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", "text \"Hello\"\nopen"},
		{packed, "\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00", "text \"Hello\"\nopen"},
		{packed, "\xc1\x06\xf2\x48\xcd\xc9\xc9\x07", "failed deflate-truncated"},
		{packed, "\xc1\x01\x07", "failed deflate-corrupt"},
		{packed, "\x41\x00\xc0\x00", "failed compressed-not-first"},
		{packed, "\xa1\x00", "failed reserved-bits"},
	} {
		if got := Reference(tt.cfg, []byte(tt.in)); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, got, tt.want)
		}
		Check(t, tt.cfg, []byte(tt.in), newSessionParser)
	}
}
