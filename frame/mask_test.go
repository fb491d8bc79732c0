package frame

import (
	"bytes"
	"crypto/subtle"
	"fmt"
	"math/rand/v2"
	"testing"
)

// xorObvious is §5.3 word for word: the oracle of the fast form.
func xorObvious(p []byte, k MaskKey) {
	for i := range p {
		p[i] ^= k[i%4]
	}
}

// xorSubtle lets the assembly of crypto/subtle do it, over a block of repeated
// keys: the rival that XOR is measured against.
func xorSubtle(p []byte, k MaskKey) {
	var block [1024]byte
	keys := block[:min(len(p), len(block))]
	for n := copy(keys, k[:]); n < len(keys); n *= 2 {
		copy(keys[n:], keys[:n])
	}
	for len(p) > 0 {
		p = p[subtle.XORBytes(p, p, keys):]
	}
}

func TestXORAgainstTheRFC(t *testing.T) {
	// §5.7: the masked "Hello".
	p := []byte{0x7f, 0x9f, 0x4d, 0x51, 0x58}
	MaskKey{0x37, 0xfa, 0x21, 0x3d}.XOR(p)
	if string(p) != "Hello" {
		t.Fatalf("unmasked to %q", p)
	}
}

func TestXORAgainstTheObvious(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	key := MaskKey{0x37, 0xfa, 0x21, 0x3d}
	for n := 0; n < 5000; n += 1 + n/40 {
		for offset := range 9 {
			whole := make([]byte, n+offset+8)
			for i := range whole {
				whole[i] = byte(rnd.Uint32())
			}
			want := bytes.Clone(whole)
			xorObvious(want[offset:offset+n], key)
			rival := bytes.Clone(whole)
			key.XOR(whole[offset : offset+n])
			if !bytes.Equal(whole, want) {
				t.Fatalf("%d bytes at offset %d differ from the obvious form", n, offset)
			}
			xorSubtle(rival[offset:offset+n], key)
			if !bytes.Equal(rival, want) {
				t.Fatalf("%d bytes at offset %d: xorSubtle differs from the obvious form", n, offset)
			}
		}
	}
}

func TestXORInPieces(t *testing.T) {
	key := MaskKey{1, 2, 3, 4}
	for _, n := range []int{0, 1, 7, 127, 128, 129, 1500, 5000} {
		want := make([]byte, n)
		xorObvious(want, key)
		for _, piece := range []int{1, 2, 3, 5, 127, 128, 1023, 1025} {
			got := make([]byte, n)
			k := key
			for rest := got; len(rest) > 0; rest = rest[min(piece, len(rest)):] {
				k = k.XOR(rest[:min(piece, len(rest))])
			}
			if !bytes.Equal(got, want) {
				t.Fatalf("%d bytes in pieces of %d differ from the whole", n, piece)
			}
		}
	}
}

func FuzzXOR(f *testing.F) {
	f.Add([]byte("Hello"), []byte{0x37, 0xfa, 0x21, 0x3d}, uint16(2))
	f.Fuzz(func(t *testing.T, p, k []byte, cut uint16) {
		var key MaskKey
		copy(key[:], k)
		want := bytes.Clone(p)
		xorObvious(want, key)
		n := min(int(cut), len(p))
		key.XOR(p[:n]).XOR(p[n:])
		if !bytes.Equal(p, want) {
			t.Fatalf("%d bytes cut at %d differ from the obvious form", len(p), n)
		}
	})
}

func TestXORAllocatesNothing(t *testing.T) {
	p := make([]byte, 4096)
	if n := testing.AllocsPerRun(100, func() { MaskKey{1, 2, 3, 4}.XOR(p) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkMask(b *testing.B) {
	for _, n := range []int{16, 125, 1 << 10, 16 << 10, 1 << 20} {
		p, q := make([]byte, n), make([]byte, n)
		key := MaskKey{1, 2, 3, 4}
		run := func(name string, f func()) {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(n))
				for b.Loop() {
					f()
				}
			})
		}
		run("xor", func() { key = key.XOR(p) })
		run("subtle", func() { xorSubtle(p, key) })
		run("obvious", func() { xorObvious(p, key) })
		run("copy", func() { copy(q, p) })
	}
}
