package fuzz

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"unicode/utf8"

	"rfc6455/frame"
	"rfc6455/testdata"
)

// FuzzHeader holds frame.ParseHeader against the walk along §5.2's figure, and
// Header.Append against both.
func FuzzHeader(f *testing.F) {
	for _, in := range Seeds() {
		f.Add(in)
	}
	f.Fuzz(checkHeader)
}

func TestHeaderOnSeeds(t *testing.T) {
	for id, in := range Seeds() {
		t.Run(id, func(t *testing.T) { checkHeader(t, in) })
	}
}

func checkHeader(t *testing.T, in []byte) {
	in = in[:min(len(in), frame.MaxHeaderLen+2)]
	for n := range len(in) + 1 {
		h, size, err := frame.ParseHeader(in[:n])
		fig, broken, whole := readFigure(in[:n], false)
		var v *frame.Violation
		switch {
		case errors.As(err, &v):
			if v != broken {
				t.Fatalf("%x: violation %v, want %v", in[:n], v, broken)
			}
		case err == io.ErrUnexpectedEOF:
			if whole || broken != nil {
				t.Fatalf("%x: more is asked for, want %v", in[:n], broken)
			}
		case err != nil:
			t.Fatalf("%x: error %v is no violation", in[:n], err)
		default:
			compareHeader(t, in[:n], h, size, fig, whole)
		}
	}
}

func compareHeader(t *testing.T, in []byte, h frame.Header, size int, f figure, whole bool) {
	want := frame.Header{Fin: f.fin, RSV1: f.rsv1, RSV2: f.rsv2, RSV3: f.rsv3, Opcode: f.opcode, Masked: f.mask, Key: f.key, Length: int64(f.length)}
	if !whole || h != want || size != f.size {
		t.Fatalf("%x: %+v in %d bytes, want %+v in %d (whole %t)", in, h, size, want, f.size, whole)
	}
	if out := h.Append(nil); !bytes.Equal(out, in[:size]) || h.Len() != size {
		t.Fatalf("%x: appended as %x, length %d", in[:size], out, h.Len())
	}
}

// FuzzMask holds MaskKey.XOR, in two pieces at any address, against §5.3 octet by
// octet.
func FuzzMask(f *testing.F) {
	f.Add([]byte("Hello"), uint32(0x37fa213d), 2, 1)
	f.Add(bytes.Repeat([]byte("octets"), 50), uint32(1), 131, 3)
	f.Fuzz(func(t *testing.T, p []byte, key uint32, cut, offset int) {
		k := frame.MaskKey{byte(key >> 24), byte(key >> 16), byte(key >> 8), byte(key)}
		want := unmask(p, figure{mask: true, key: k})
		offset &= 15
		got := append(make([]byte, offset), p...)[offset:]
		cut = int(uint(cut) % uint(len(p)+1))
		turned := k.XOR(got[:cut]).XOR(got[cut:])
		if !bytes.Equal(got, want) {
			t.Fatalf("%x with %x, cut at %d: %x, want %x", p, k, cut, got, want)
		}
		for i := range turned {
			if turned[i] != k[(len(p)+i)%4] {
				t.Fatalf("key %x after %d bytes: %x", k, len(p), turned)
			}
		}
	})
}

// FuzzUTF8 sends text in two frames and in two pieces, and looks at which octet
// the Receiver refuses it (§8.1). The table is held against package utf8 as well.
func FuzzUTF8(f *testing.F) {
	for _, s := range append(badText, characters...) {
		f.Add([]byte("ab"+s+"c"), 3, 1)
		f.Add([]byte(s+s), len(s), len(s)+1)
	}
	f.Fuzz(func(t *testing.T, text []byte, first, cut int) {
		text = text[:min(len(text), 1000)]
		good, torn := judgeText(text)
		if (good && torn == nil) != utf8.Valid(text) {
			t.Fatalf("%x: the table says good %t, torn %x; utf8.Valid %t", text, good, torn, utf8.Valid(text))
		}
		first = int(uint(first) % uint(len(text)+1))
		in := textFrames(text[:first], text[first:])
		for n := range len(in) + 1 {
			cut := int(uint(cut) % uint(n+1))
			p := newSessionParser(Config{})
			feed(p, in[:cut])
			feed(p, in[cut:n])
			if got, want := p.Trace(), Reference(Config{}, in[:n]); got != want {
				t.Fatalf("text %x in frames of %d and %d bytes, up to byte %d: %s", text, first, len(text)-first, n, firstDifference(got, want))
			}
		}
	})
}

// textFrames is a text in two frames of a client.
func textFrames(one, two []byte) []byte {
	key := frame.MaskKey{0x37, 0xfa, 0x21, 0x3d}
	head := frame.Frame{Header: frame.Header{Opcode: frame.Text, Masked: true, Key: key, Length: int64(len(one))}, Payload: one}
	rest := frame.Frame{Header: frame.Header{Fin: true, Masked: true, Key: key, Length: int64(len(two))}, Payload: two}
	return rest.AppendWire(head.AppendWire(nil))
}

// FuzzDeflateSession sends two compressed messages, with takeover and without,
// in fragments, and with a byte changed if the fuzzer likes.
func FuzzDeflateSession(f *testing.F) {
	f.Add([]byte("Hello, hello, hello"), []byte("Hello again, hello"), byte(0), 7, 0, byte(0))
	f.Add(bytes.Repeat([]byte("0123456789"), 200), []byte("0123456789"), byte(1), 5, 20, byte(0x40))
	f.Add([]byte(nil), []byte("\x00\x01\x02"), byte(2), 0, 1, byte(1))
	f.Add([]byte("a"), []byte("a"), byte(5), 1, 2, byte(4))
	f.Fuzz(func(t *testing.T, one, two []byte, kind byte, size, at int, change byte) {
		cfg := configOf(kind&17 | 4<<(kind>>1&1))
		p := packer{takeover: kind&4 != 0} // right or wrong
		defer p.release()
		var in []byte
		for _, plain := range [][]byte{one, two, one} {
			f := p.packFrame(frame.Frame{Header: frame.Header{Fin: true, Opcode: frame.Text + frame.Opcode(kind>>3&1), Masked: cfg.Role == frame.Server}, Payload: plain})
			if len(f.Payload) > 0 {
				f.Payload[int(uint(at)%uint(len(f.Payload)))] ^= change
			}
			for f := range testdata.Fragments(f, int(uint(size)%5000)) {
				in = f.AppendWire(in)
			}
		}
		if len(in) <= maxSeed {
			Check(t, cfg, in, newSessionParser)
			Check(t, cfg, in, newSpaciousParser)
		}
	})
}
