package frame_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"strings"
	"testing"

	"rfc6455/frame"
)

func mustParse(t *testing.T, s string, from frame.Role) frame.Frame {
	t.Helper()
	f, err := frame.ParseFrame(s, from)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return f
}

func equal(f, g frame.Frame) bool {
	return f.Header == g.Header && f.Form == g.Form && bytes.Equal(f.Payload, g.Payload)
}

func TestNotationOnTheWire(t *testing.T) {
	for _, v := range []struct {
		from           frame.Role
		notation, wire string
	}{
		{frame.Server, `text "Hello"`, "8105 48656c6c6f"},
		{frame.Client, `text "Hello"`, "8185 37fa213d 7f9f4d5158"},
		{frame.Client, `text unmasked "Hello"`, "8105 48656c6c6f"},
		{frame.Server, `text masked "Hello"`, "8185 37fa213d 7f9f4d5158"},
		{frame.Server, `text key=00000000 "Hello"`, "8185 00000000 48656c6c6f"},
		{frame.Client, `text key=01020304 "Hello"`, "8185 01020304 49676f686e"},
		{frame.Client, `text key=01020304 unmasked "Hello"`, "8105 48656c6c6f"},
		{frame.Server, `  text   "Hel"  "lo"  `, "8105 48656c6c6f"},
		{frame.Server, `text more rsv1 0xf248`, "4102 f248"},
		{frame.Server, `op11 rsv2 rsv3`, "bb00"},
		{frame.Server, `cont ""`, "8000"},
		{frame.Server, `ping 0xABcd*2 "x"*3`, "8907 abcdabcd787878"},
		{frame.Server, `ping "x"*0 0x`, "8900"},
		{frame.Server, `close`, "8800"},
		{frame.Server, `close 1000`, "8802 03e8"},
		{frame.Server, `close 1000 "bye"`, "8805 03e8627965"},
		{frame.Server, `close 0x03`, "8801 03"},
		{frame.Server, `close 65535 0xff`, "8803 ffffff"},
		{frame.Server, `text len16 "a"`, "817e0001 61"},
		{frame.Server, `text len64 "a"`, "817f0000000000000001 61"},
		{frame.Client, `text len16 "a"`, "81fe0001 37fa213d 56"},
		{frame.Client, `text len64 "a"`, "81ff0000000000000001 37fa213d 56"},
		{frame.Server, `text len=5 "a"`, "8105 61"},
		{frame.Server, `text len=300 "a"`, "817e012c 61"},
		{frame.Server, `text len=65536`, "817f0000000000010000"},
		{frame.Server, `text len=0x8000000000000001`, "817f8000000000000001"},
		{frame.Server, `text len=18446744073709551615`, "817fffffffffffffffff"},
		{frame.Server, `text len16 len=5`, "817e0005"},
		{frame.Server, `ping len64 len=5`, "897f0000000000000005"},
	} {
		want, err := hex.DecodeString(strings.ReplaceAll(v.wire, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		f := mustParse(t, v.notation, v.from)
		if got := f.AppendWire([]byte{0xAA})[1:]; !bytes.Equal(got, want) {
			t.Errorf("%v's %s is written as %x, want %x", v.from, v.notation, got, want)
		}
	}
}

func TestNotationPrinted(t *testing.T) {
	for _, s := range []string{
		`text "Hello"`, `text ""`, `text more rsv1 0xf248`, `binary`, `binary "\x00"`, `cont more rsv1 rsv2 rsv3 "x"`,
		`ping "hi"`, `pong`, `close`, `close 1000`, `close 1000 "bye"`, `close "\x03"`, `close 1005 0xff`, `op3`, `op15 more "x"`,
		`text len16 "a"`, `text len64 len=7 "a"`, `binary len=18446744073709551615`, `text "κόσμε\n\u202e"`,
		`binary "*"*65536`, `binary 0xff*65`,
	} {
		for _, from := range []frame.Role{frame.Server, frame.Client} {
			if got := mustParse(t, s, from).String(); got != s {
				t.Errorf("%s is printed as %s", s, got)
			}
		}
	}
	if got := mustParse(t, `text key=01020304 "x"`, frame.Server).String(); got != `text "x"` {
		t.Errorf("the mask is printed: %s", got)
	}
}

// TestNotationRoundTrip prints frames of every kind, the illegal ones too, and
// reads them back.
func TestNotationRoundTrip(t *testing.T) {
	payloads := [][]byte{
		nil, {0}, {0xff}, {3, 0xe8}, []byte("\x03\xe8bye"), []byte("\x03\xe8\xff"), []byte(`"*"*2`), []byte("0x00"),
		[]byte("κόσμε"), []byte("\ufffd"), []byte("\u2028 more"), bytes.Repeat([]byte("ab"), 32),
		bytes.Repeat([]byte{0xfe}, 64), bytes.Repeat([]byte("\n"), 65), bytes.Repeat([]byte{0x80}, 1000),
	}
	declared := []int64{-1 << 63, -1, 0, 1, 125, 126, 65536, math.MaxInt64}
	for first := range 256 {
		for i, p := range payloads {
			h := frame.Header{
				Fin: first&0x80 != 0, RSV1: first&0x40 != 0, RSV2: first&0x20 != 0, RSV3: first&0x10 != 0,
				Opcode: frame.Opcode(first & 0xF), Length: int64(len(p)),
			}
			checkRoundTrip(t, frame.Frame{Header: h, Payload: p})
			h.Length = declared[(first+i)%len(declared)]
			for _, form := range []int{0, 16, 64} {
				checkRoundTrip(t, frame.Frame{Header: h, Form: form, Payload: p})
			}
		}
	}
}

func checkRoundTrip(t *testing.T, f frame.Frame) {
	t.Helper()
	for _, from := range []frame.Role{frame.Server, frame.Client} {
		if f.Masked, f.Key = from.Masks(), (frame.MaskKey{}); f.Masked {
			f.Key = key
		}
		if got := mustParse(t, f.String(), from); !equal(got, f) {
			t.Fatalf("%+v is printed as %s and read back as %+v", f, f, got)
		}
	}
}

func TestNotationErrorsNameTheWord(t *testing.T) {
	for s, want := range map[string]string{
		``:                             `"" is no opcode`,
		`"x"`:                          `"\"x\"" is no opcode`,
		`txt "x"`:                      `"txt" is no opcode`,
		`op1`:                          `"op1" is no opcode`,
		`op16`:                         `"op16" is no opcode`,
		`text fin`:                     `"fin" is neither a flag nor a payload`,
		`text 1000`:                    `"1000" is neither a flag nor a payload`,
		`close 65536`:                  `"65536" is neither a flag nor a payload`,
		`close -1`:                     `"-1" is neither a flag nor a payload`,
		`close 1000 1001`:              `"1001" is neither a flag nor a payload`,
		`close "x" 1000`:               `"1000" is neither a flag nor a payload`,
		`text key=37fa21`:              `"key=37fa21" is not key= and eight hexadecimal digits`,
		`text key=37fa213g`:            `"key=37fa213g" is not key= and eight hexadecimal digits`,
		`text len=-1`:                  `"len=-1" is not len= and a number`,
		`text len=`:                    `"len=" is not len= and a number`,
		`text len=0x10000000000000000`: `"len=0x10000000000000000" is not len= and a number`,
		`text "x`:                      `"x has no closing quote`,
		`text "\q"`:                    `"\q" has no closing quote or a bad escape`,
		`text 0xabc more`:              `"0xabc" is not hexadecimal`,
		`text 0xgg*2`:                  `"0xgg" is not hexadecimal`,
		`text "x"more`:                 `no space before "more"`,
		`text "x""y" more`:             `no space before "\"y\""`,
		`text "x"*`:                    `"*" is not a factor`,
		`text "x"*-1`:                  `"*-1" is not a factor`,
		`text "x"*2*2`:                 `"*2*2" is not a factor`,
		`text 0xab*9999999999`:         `"*9999999999" is not a factor`,
	} {
		f, err := frame.ParseFrame(s, frame.Server)
		if err == nil {
			t.Errorf("%s: read as %v", s, f)
		} else if !strings.HasPrefix(err.Error(), "notation: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q does not say %q", s, err, want)
		}
	}
}

func TestNotationIsBounded(t *testing.T) {
	limit := fmt.Sprintf("payload over %d bytes", frame.MaxNotation)
	for _, s := range []string{
		fmt.Sprintf(`binary "x"*%d`, frame.MaxNotation+1),
		fmt.Sprintf(`binary "xy"*%d`, frame.MaxNotation/2+1),
		fmt.Sprintf(`binary "y" "xx"*%d`, frame.MaxNotation/2),
		`binary 0xabcd*2147483647`,
	} {
		if _, err := frame.ParseFrame(s, frame.Server); err == nil || !strings.Contains(err.Error(), limit) {
			t.Errorf("%s: %v", s, err)
		}
	}
	if f := mustParse(t, fmt.Sprintf(`binary "x"*%d`, frame.MaxNotation), frame.Server); len(f.Payload) != frame.MaxNotation {
		t.Errorf("%d bytes, though %d are allowed", len(f.Payload), frame.MaxNotation)
	}
	if f := mustParse(t, `binary ""*2147483647`, frame.Server); len(f.Payload) != 0 {
		t.Errorf("nothing, repeated, is %d bytes", len(f.Payload))
	}
}

func TestAppendPayloadShortens(t *testing.T) {
	sum := func(p string) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(p))) }
	shown := strings.Repeat("ab", 32)
	text := shown + "c"
	runes := "-" + strings.Repeat("€", 30) // byte 32 is inside of a rune
	raw := "\xff" + strings.Repeat("ab", 40)
	for p, want := range map[string]string{
		shown:                       `"` + shown + `"`,
		text:                        `"` + text[:32] + `"... (65 bytes, crc32 ` + sum(text) + `)`,
		runes:                       `"` + runes[:31] + `"... (91 bytes, crc32 ` + sum(runes) + `)`,
		raw:                         `0x` + hex.EncodeToString([]byte(raw[:32])) + `... (81 bytes, crc32 ` + sum(raw) + `)`,
		strings.Repeat("*", 64):     `"` + strings.Repeat("*", 64) + `"`,
		strings.Repeat("*", 65):     `"*"*65`,
		strings.Repeat("\xc0", 100): `0xc0*100`,
	} {
		if got := string(frame.AppendPayload([]byte("> "), []byte(p))); got != "> "+want {
			t.Errorf("%d bytes are printed as %s, want > %s", len(p), got, want)
		}
	}
	if f, err := frame.ParseFrame("text "+string(frame.AppendPayload(nil, []byte(text))), frame.Server); err == nil {
		t.Errorf("a shortened payload was read back: %v", f)
	}
}

func FuzzNotation(f *testing.F) {
	for _, v := range vectors(f) {
		if v.Frame != "" {
			f.Add(v.Frame, false)
		}
	}
	f.Add(`text len64 len=0xffffffffffffffff key=01020304 "\u202e" 0xff*3`, true)
	f.Fuzz(func(t *testing.T, s string, server bool) {
		from := frame.Client
		if server {
			from = frame.Server
		}
		g, err := frame.ParseFrame(s, from)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "notation: ") {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if len(g.Payload) > 1<<16 {
			return // legal, and only slow
		}
		checkWire(t, g)
		if p := g.Payload; len(p) <= 64 {
			checkRoundTrip(t, g)
		} else if g.Opcode != frame.Close && len(slices.Compact(bytes.Clone(p))) == 1 {
			checkRoundTrip(t, g)
		}
	})
}

// checkWire reads what f is on the wire, unless its header is illegal.
func checkWire(t *testing.T, f frame.Frame) {
	t.Helper()
	wire := f.AppendWire(nil)
	h, n, err := frame.ParseHeader(wire)
	if f.Form == 16 && uint64(f.Length) > math.MaxUint16 {
		f.Length &= math.MaxUint16 // all that the field holds
	}
	if err != nil {
		if _, ok := err.(*frame.Violation); !ok {
			t.Fatalf("%v is written as %x: %v", f, wire, err)
		}
		return
	}
	p := wire[n:]
	if h.Masked {
		h.Key.XOR(p)
	}
	if h != f.Header || !bytes.Equal(p, f.Payload) {
		t.Fatalf("%+v is read back as %+v", f, frame.Frame{Header: h, Payload: p})
	}
}
