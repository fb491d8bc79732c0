package deflate

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

// inflateCounted inflates the next message of d, and demands that counting it first
// finds the same length, or the same fault.
func inflateCounted(t *testing.T, d *Decompressor, z []byte, limit int) ([]byte, error) {
	t.Helper()
	n, sizeErr := 0, error(nil)
	if len(z) > 0 {
		n, sizeErr = size(z, &d.window, limit, keepOn)
	}
	out, err := d.Append(nil, z, int64(limit))
	if err != sizeErr || err == nil && n != len(out) {
		t.Fatalf("%.100x: counted as %d bytes, %v; inflated to %d, %v", z, n, sizeErr, len(out), err)
	}
	return out, err
}

// TestCountAtLimits gives every vector limits around its length.
func TestCountAtLimits(t *testing.T) {
	for _, v := range vectors(t) {
		d := NewDecompressor(v.Bits, v.Takeover)
		for _, m := range v.Messages {
			for _, limit := range []int{0, 1, len(m.Message) - 1, len(m.Message), len(m.Message) + 1} {
				probe := *d
				probe.takeover = false // it looks back, and leaves the window alone
				inflateCounted(t, &probe, m.Compressed, max(0, limit))
			}
			if _, err := inflateCounted(t, d, m.Compressed, int(v.Limit)); err != nil {
				break
			}
		}
	}
}

// TestLong inflates messages around CountFrom and beyond, of every kind and behind
// each other: they are what they were, and room is made for them exactly.
func TestLong(t *testing.T) {
	const limit = 5 << 20
	r := rand.New(rand.NewPCG(9, 9))
	for _, takeover := range []bool{false, true} {
		c, d := NewCompressor(15, takeover), NewDecompressor(15, takeover)
		for i, n := range []int{CountFrom - 1, CountFrom, CountFrom + 1, 4_000_000, limit - 1, limit} {
			kinds := []func(*rand.Rand, int) []byte{noise, echoes, chat}
			m := kinds[i%len(kinds)](r, n)
			l := &ledger{t: t, lent: map[*byte]int{}}
			got, err := d.AppendIn(l, append(l.Get(1), 'x'), c.Append(nil, m), limit)
			if err != nil || !bytes.Equal(got[1:], m) {
				t.Errorf("takeover %t: %d bytes become %d others, %v", takeover, n, len(got)-1, err)
			}
			if n > CountFrom && (cap(got) != n+1 || l.peak > n+2+CountFrom) {
				t.Errorf("takeover %t: %d bytes in a slice of %d, %d lent at once", takeover, n, cap(got), l.peak)
			}
			l.Put(got)
		}
		z := c.Append(nil, make([]byte, limit+1))
		l := &ledger{t: t, lent: map[*byte]int{}}
		got, err := d.AppendIn(l, append(l.Get(1), 'x'), z, limit)
		if err != ErrTooBig || string(got) != "x" || l.peak > 2*CountFrom+2 {
			t.Errorf("takeover %t: over the limit: %q, %v, %d bytes lent at once", takeover, got, err, l.peak)
		}
	}
}

// BenchmarkCount shows what it takes to find out how long a message is, beside
// inflating it: MB/s are of what it becomes.
func BenchmarkCount(b *testing.B) {
	const n = 16 << 20
	for _, kind := range []struct {
		name string
		make func(r *rand.Rand, n int) []byte
	}{{"zeros", func(_ *rand.Rand, n int) []byte { return make([]byte, n) }}, {"chat", chat}, {"noise", noise}} {
		z := NewCompressor(15, false).Append(nil, kind.make(rand.New(rand.NewPCG(7, 7)), n))
		d, out := NewDecompressor(15, false), make([]byte, 0, n)
		for name, do := range map[string]func() (int, error){
			"count": func() (int, error) { return size(z, &d.window, n, keepOn) },
			"inflate": func() (int, error) {
				got, err := d.Append(out, z, n)
				return len(got), err
			},
		} {
			b.Run(fmt.Sprintf("%s/%s", kind.name, name), func(b *testing.B) {
				b.SetBytes(n)
				b.ReportAllocs()
				for b.Loop() {
					if got, err := do(); got != n || err != nil {
						b.Fatal(got, err)
					}
				}
			})
		}
	}
}
