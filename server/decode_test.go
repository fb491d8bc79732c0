package server

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"unicode/utf8"
)

// A lead says what follows a lead byte in the Encoding Standard's UTF-8 decoder:
// so many more bytes, of which the first is in [low, high] and the others in
// [0x80, 0xbf].
type lead struct {
	more      int
	low, high byte
}

// leads is the decoder's table, by lead byte.
var leads = func() (t [256]lead) {
	fill := func(from, to int, l lead) {
		for b := from; b <= to; b++ {
			t[b] = l
		}
	}
	fill(0xc2, 0xdf, lead{1, 0x80, 0xbf})
	fill(0xe0, 0xef, lead{2, 0x80, 0xbf})
	t[0xe0].low = 0xa0
	t[0xed].high = 0x9f
	fill(0xf0, 0xf4, lead{3, 0x80, 0xbf})
	t[0xf0].low = 0x90
	t[0xf4].high = 0x8f
	return t
}()

// decodeSlowly is the standard's decoder, one byte at a time: a byte that does
// not fit gives one U+FFFD for all before it, and is looked at again.
func decodeSlowly(p []byte) (out []rune) {
	var point rune
	var l lead
	for i := 0; i < len(p); i++ {
		b := p[i]
		switch {
		case l.more > 0 && (b < l.low || b > l.high):
			out = append(out, 0xfffd)
			l = lead{}
			i-- // again, as the first of a character
		case l.more > 0:
			point = point<<6 | rune(b&0x3f)
			l = lead{l.more - 1, 0x80, 0xbf}
			if l.more == 0 {
				out = append(out, point)
			}
		case b < 0x80:
			out = append(out, rune(b))
		case leads[b].more == 0:
			out = append(out, 0xfffd)
		default:
			l = leads[b]
			point = rune(b) & (0x3f >> l.more)
		}
	}
	if l.more > 0 {
		out = append(out, 0xfffd)
	}
	return out
}

func checkDecode(t *testing.T, p []byte) {
	t.Helper()
	before := bytes.Clone(p)
	got := appendDecoded([]byte("> "), p)
	if want := "> " + string(decodeSlowly(p)); string(got) != want {
		t.Fatalf("% x decoded to %+q, want %+q", p, got, want)
	}
	if !utf8.Valid(got) || !bytes.Equal(p, before) {
		t.Fatalf("% x: result % x is not UTF-8, or the input was changed to % x", before, got, p)
	}
}

// edges has every byte at which a range of the table begins or ends.
var edges = []byte{
	0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef,
	0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xfb, 0xfc, 0xfd, 0xfe, 0xff,
}

func TestDecodeExhaustively(t *testing.T) {
	checkDecode(t, nil)
	for a := range 256 {
		checkDecode(t, []byte{byte(a)})
		for b := range 256 {
			checkDecode(t, []byte{byte(a), byte(b)})
		}
		for _, b := range edges {
			for _, c := range edges {
				checkDecode(t, []byte{byte(a), b, c})
			}
		}
	}
	for _, a := range []byte{0xf0, 0xf1, 0xf4, 0xf5} {
		for _, b := range edges {
			for _, c := range edges {
				for _, d := range edges {
					checkDecode(t, []byte{a, b, c, d})
				}
			}
		}
	}
}

// randomBytes gives bytes that are often nearly UTF-8.
func randomBytes(r *rand.Rand) []byte {
	p := make([]byte, 0, 64)
	for range r.IntN(40) {
		switch r.IntN(3) {
		case 0:
			p = append(p, byte(r.Uint32()))
		case 1:
			p = append(p, edges[r.IntN(len(edges))])
		case 2:
			p = utf8.AppendRune(p, r.Int32N(utf8.MaxRune+1))
		}
	}
	return p
}

func TestDecodeAtRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		checkDecode(t, randomBytes(r))
	}
}

func FuzzDecode(f *testing.F) {
	for _, v := range decodeVectors {
		f.Add(v.in)
	}
	f.Fuzz(checkDecode)
}

func BenchmarkPlainText(b *testing.B) {
	for _, bm := range []struct {
		name string
		in   []byte
	}{
		{"valid", bytes.Repeat([]byte("한국어 "), 100)},
		{"broken", bytes.Repeat([]byte("한국\xed "), 100)},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(bm.in)))
			dst := make([]byte, 0, 3*len(bm.in))
			for b.Loop() {
				dst = appendDecoded(dst[:0], bm.in)
			}
		})
	}
}
