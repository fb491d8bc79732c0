package frame_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"rfc6455/frame"
)

// codesObvious are the codes that may stand in a Close: §7.4.1 and IANA's
// registry (§11.7) one by one, then the two open ranges of §7.4.2.
func codesObvious() map[frame.CloseCode]bool {
	codes := map[frame.CloseCode]bool{}
	for _, c := range []frame.CloseCode{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014} {
		codes[c] = true
	}
	for c := frame.CloseCode(3000); c < 5000; c++ {
		codes[c] = true
	}
	return codes
}

func TestCloseCodes(t *testing.T) {
	codes := codesObvious()
	for i := range 1 << 16 {
		c := frame.CloseCode(i)
		if got := c.Receivable(); got != codes[c] {
			t.Errorf("%v: receivable %v", c, got)
		}
		if got := c.Sendable(frame.Client); got != codes[c] {
			t.Errorf("%v: sendable by a client %v", c, got)
		}
		if got := c.Sendable(frame.Server); got != (codes[c] && c != 1010) {
			t.Errorf("%v: sendable by a server %v", c, got)
		}
	}
}

func TestCloseCodeNames(t *testing.T) {
	for c, want := range map[frame.CloseCode]int{
		frame.NormalClosure: 1000, frame.GoingAway: 1001, frame.ProtocolError: 1002, frame.UnsupportedData: 1003,
		frame.NoStatus: 1005, frame.Abnormal: 1006, frame.InvalidPayload: 1007, frame.PolicyViolation: 1008,
		frame.MessageTooBig: 1009, frame.MandatoryExtension: 1010, frame.InternalError: 1011,
		frame.ServiceRestart: 1012, frame.TryAgainLater: 1013, frame.BadGateway: 1014, frame.TLSHandshake: 1015,
	} {
		if int(c) != want {
			t.Errorf("%v should be %d", c, want)
		}
	}
	if s := frame.GoingAway.String(); s != "1001" {
		t.Errorf("1001 is printed as %q", s)
	}
}

// checkClose holds what must be true of ParseClose whatever the payload is.
func checkClose(t *testing.T, p []byte) error {
	t.Helper()
	code, reason, err := frame.ParseClose(p)
	if err != nil {
		v, ok := err.(*frame.Violation)
		if !ok || !slices.Contains(closeRules, v) {
			t.Fatalf("%x: %v is not of ParseClose", p, err)
		}
		if code != 0 || reason != "" {
			t.Fatalf("%x: %v %q beside %v", p, code, reason, err)
		}
		return err
	}
	if code != frame.NoStatus && !codesObvious()[code] || code == frame.NoStatus && len(p) > 0 {
		t.Fatalf("%x: took code %v", p, code)
	}
	if !utf8.ValidString(reason) {
		t.Fatalf("%x: took reason %q", p, reason)
	}
	if got := frame.AppendClose(nil, code, reason); len(p) <= frame.MaxControlPayload && !bytes.Equal(got, p) {
		t.Fatalf("%x is appended as %x", p, got)
	}
	return nil
}

func TestParseCloseEveryCode(t *testing.T) {
	codes := codesObvious()
	for i := range 1 << 16 {
		p := binary.BigEndian.AppendUint16(nil, uint16(i))
		_, _, err := frame.ParseClose(p)
		_, _, worse := frame.ParseClose(append(p, 0xff))
		if codes[frame.CloseCode(i)] {
			if err != nil || worse != frame.ErrReasonNotUTF8 {
				t.Errorf("%d: %v, with a bad reason: %v", i, err, worse)
			}
		} else if err != frame.ErrCloseCode || worse != frame.ErrCloseCode {
			t.Errorf("%d: %v, with a bad reason: %v", i, err, worse)
		}
	}
}

// TestParseCloseTruncated: a Close payload comes whole, so a shorter one is
// judged as it stands: a rune that is cut is no UTF-8.
func TestParseCloseTruncated(t *testing.T) {
	whole := frame.AppendClose(nil, frame.GoingAway, "κόσμε €𝄞")
	for n := range len(whole) + 1 {
		var want error
		if n == 1 {
			want = frame.ErrCloseTooShort
		} else if n > 2 && !utf8.Valid(whole[2:n]) {
			want = frame.ErrReasonNotUTF8
		}
		if err := checkClose(t, whole[:n]); err != want {
			t.Errorf("%x: %v, want %v", whole[:n], err, want)
		}
	}
}

func TestParseCloseKeepsNothing(t *testing.T) {
	p := frame.AppendClose(nil, frame.GoingAway, "bye")
	_, reason, err := frame.ParseClose(p)
	clear(p)
	if reason != "bye" || err != nil {
		t.Errorf("the reason became %q with its buffer, %v", reason, err)
	}
}

func TestAppendClose(t *testing.T) {
	if got := frame.AppendClose([]byte("x"), frame.NoStatus, "lost"); string(got) != "x" {
		t.Errorf("no status is appended as %q", got)
	}
	if got := frame.AppendClose([]byte("x"), 0, ""); string(got) != "x\x00\x00" {
		t.Errorf("code 0 is appended as %q", got)
	}
}

// TestAppendCloseCutsReason: runes of every size on every side of the limit.
func TestAppendCloseCutsReason(t *testing.T) {
	for _, r := range []string{"a", "é", "€", "𝄞"} {
		for before := range 5 {
			for n := range 130 {
				reason := strings.Repeat("-", before) + strings.Repeat(r, n)
				p := frame.AppendClose(nil, frame.NormalClosure, reason)
				_, got, err := frame.ParseClose(p)
				switch {
				case err != nil || len(p) > frame.MaxControlPayload || !strings.HasPrefix(reason, got):
					t.Fatalf("%q is appended as %x: %q, %v", reason, p, got, err)
				case len(got) < len(reason) && len(got)+len(r) <= frame.MaxReason:
					t.Fatalf("%q is cut to %d bytes, one more rune has room", reason, len(got))
				}
			}
		}
	}
	// What is not UTF-8 has no boundary to find; it is cut all the same.
	if p := frame.AppendClose(nil, frame.NormalClosure, strings.Repeat("\x80", 500)); len(p) > frame.MaxControlPayload {
		t.Errorf("%d bytes of payload", len(p))
	}
}

func TestCloseAllocatesNothing(t *testing.T) {
	b := make([]byte, 0, frame.MaxControlPayload)
	p := frame.AppendClose(nil, frame.NormalClosure, "")
	long := strings.Repeat("€", 100)
	for name, f := range map[string]func(){
		"ParseClose without a reason": func() { frame.ParseClose(p) },
		"AppendClose":                 func() { b = frame.AppendClose(b[:0], frame.NormalClosure, long) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func FuzzParseClose(f *testing.F) {
	for _, v := range vectors(f) {
		if h, n, err := frame.ParseHeader(v.Bytes); err == nil && h.Opcode == frame.Close && !h.Masked {
			f.Add(v.Bytes[n:])
		}
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		checkClose(t, p)
		if len(p) < 2 {
			return
		}
		// The same bytes as an intention: what may be sent is received as it was meant.
		code, reason := frame.CloseCode(binary.BigEndian.Uint16(p)), string(p[2:])
		sent := frame.AppendClose(nil, code, reason)
		if len(sent) > frame.MaxControlPayload {
			t.Fatalf("%v %q: %d bytes", code, reason, len(sent))
		}
		if !code.Sendable(frame.Client) || !utf8.ValidString(reason) {
			return
		}
		c, r, err := frame.ParseClose(sent)
		if c != code || !strings.HasPrefix(reason, r) || len(r) < min(len(reason), frame.MaxReason-3) || err != nil {
			t.Fatalf("%v %q is received as %v %q, %v", code, reason, c, r, err)
		}
	})
}
