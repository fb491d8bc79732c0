package deflate

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

// eachMode runs f for all windows, with and without takeover.
func eachMode(t *testing.T, f func(t *testing.T, bits int, takeover bool)) {
	for bits := minBits; bits <= maxBits; bits++ {
		for _, takeover := range []bool{false, true} {
			t.Run(fmt.Sprintf("bits=%d,takeover=%t", bits, takeover), func(t *testing.T) { f(t, bits, takeover) })
		}
	}
}

// TestRoundTrip sends a connection's worth of messages through both ends and
// through the oracle, which enforces window and takeover.
func TestRoundTrip(t *testing.T) {
	eachMode(t, func(t *testing.T, bits int, takeover bool) {
		r := rand.New(rand.NewPCG(uint64(bits), 7))
		c, d := NewCompressor(bits, takeover), NewDecompressor(bits, takeover)
		o := &oracle{window: 1 << bits, limit: 1 << 20}
		messages := [][]byte{echoes(r, 3<<bits+17), chat(r, 1<<bits), chat(r, 1<<bits+1), {}}
		for range 25 {
			messages = append(messages, aMessage(r, min(3<<bits, 20_000)))
		}
		for i, m := range messages {
			if r.IntN(10) == 0 {
				c.Reset()
			}
			z := c.Append([]byte("+"), m)
			got, err := d.Append([]byte("-"), z[1:], int64(len(m)))
			if z[0] != '+' || err != nil || string(got) != "-"+string(m) {
				t.Fatalf("message %d of %d bytes: got %d bytes, %v", i, len(m), len(got), err)
			}
			if got, err := o.message(t, z[1:], takeover); err != nil || !bytes.Equal(got, m) {
				t.Fatalf("message %d of %d bytes: the oracle got %d bytes, %v", i, len(m), len(got), err)
			}
		}
		if o.furthest < 1<<bits/2 || o.furthest > 1<<bits {
			t.Errorf("the longest distance was %d, of %d", o.furthest, 1<<bits)
		}
	})
}

// TestWindowEnforced shows that the bound above bites: a distance of 1,000 is
// taken with a window of 10 bits, and refused with 9.
func TestWindowEnforced(t *testing.T) {
	m := bytes.Repeat(noise(rand.New(rand.NewPCG(1, 1)), 1000), 2)
	z := NewCompressor(11, false).Append(nil, m)
	if got, err := NewDecompressor(10, false).Append(nil, z, 1<<20); err != nil || !bytes.Equal(got, m) {
		t.Errorf("10 bits: %d bytes, %v", len(got), err)
	}
	if _, err := NewDecompressor(9, false).Append(nil, z, 1<<20); !errors.Is(err, ErrCorrupt) {
		t.Errorf("9 bits: %v", err)
	}
}

func TestTakeover(t *testing.T) {
	m := noise(rand.New(rand.NewPCG(2, 2)), 120)
	for bits := minBits; bits <= maxBits; bits++ {
		c := NewCompressor(bits, true)
		first, second := c.Append(nil, m), c.Append(nil, m)
		if len(second) >= len(first)/2 {
			t.Errorf("%d bits: %d bytes, then %d: nothing was taken over", bits, len(first), len(second))
		}
		if _, err := NewDecompressor(bits, true).Append(nil, second, 1000); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%d bits: second message without the first: %v", bits, err)
		}
		c.Reset()
		if third := c.Append(nil, m); !bytes.Equal(first, third) {
			t.Errorf("%d bits: after Reset %d bytes, at first %d", bits, len(third), len(first))
		}
		c.Close()
		c.Close()
	}
}

// TestPrepared mixes messages of a shared compressor into a connection with
// takeover.
func TestPrepared(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	shared, own, d := NewCompressor(15, false), NewCompressor(15, true), NewDecompressor(15, true)
	for i := range 50 {
		m := chat(r, 300)
		c := own
		if r.IntN(3) == 0 {
			own.Reset()
			c = shared
		}
		if got, err := d.Append(nil, c.Append(nil, m), 300); err != nil || !bytes.Equal(got, m) {
			t.Fatalf("message %d: got %q, %v", i, got, err)
		}
	}
}

// TestConcurrent runs many connections at once over the pools they share.
func TestConcurrent(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(9, uint64(i)))
			c, d := NewCompressor(maxBits-i%2, i%4 < 2), NewDecompressor(maxBits-i%2, i%4 < 2)
			defer c.Close()
			defer d.Close()
			for range 30 {
				m := aMessage(r, 5000)
				if got, err := d.Append(nil, c.Append(nil, m), int64(len(m))); err != nil || !bytes.Equal(got, m) {
					t.Errorf("connection %d: %d of %d bytes, %v", i, len(got), len(m), err)
				}
			}
		})
	}
	wg.Wait()
}

// TestExpansion bounds what becomes of messages that do not shrink: two headers
// a window, and one for each block of compress/flate.
func TestExpansion(t *testing.T) {
	eachMode(t, func(t *testing.T, bits int, takeover bool) {
		r := rand.New(rand.NewPCG(4, uint64(bits)))
		c := NewCompressor(bits, takeover)
		for _, n := range []int{1, 16, 17, 127, 128, 1 << bits, 1<<bits + 1, 100_000} {
			z := c.Append(nil, noise(r, n))
			if most := n + 6 + 10*(1+n>>bits) + 5*(n/16_384); len(z) > most {
				t.Errorf("%d bytes of noise became %d", n, len(z))
			}
		}
	})
}

func TestWindowBits(t *testing.T) {
	for _, bits := range []int{-1, 0, 7, 16, 64} {
		for name, f := range map[string]func(){
			"NewCompressor":   func() { NewCompressor(bits, false) },
			"NewDecompressor": func() { NewDecompressor(bits, false) },
		} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s took %d bits", name, bits)
					}
				}()
				f()
			}()
		}
	}
}
