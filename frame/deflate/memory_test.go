package deflate

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
)

// allocated is what f allocates, in bytes.
func allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

func TestNoAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector sync.Pool drops objects at random")
	}
	r := rand.New(rand.NewPCG(5, 5))
	for _, bits := range []int{9, 15} {
		for _, takeover := range []bool{false, true} {
			for _, n := range []int{100, 1 << 10, 64 << 10} {
				c, d := NewCompressor(bits, takeover), NewDecompressor(bits, takeover)
				m := chat(r, n)
				z, out := make([]byte, 0, n+n/8), make([]byte, 0, n)
				round := func() {
					z = c.Append(z[:0], m)
					var err error
					if out, err = d.Append(out[:0], z, int64(n)); err != nil || len(out) != n {
						t.Fatal(len(out), err)
					}
				}
				for range 1 + 40_000/n { // until the window is as large as it gets
					round()
				}
				if got := testing.AllocsPerRun(50, round); got != 0 {
					t.Errorf("%d bits, takeover %t, %d bytes: %v allocations", bits, takeover, n, got)
				}
				if !bytes.Equal(out, m) {
					t.Errorf("%d bits, takeover %t, %d bytes: another message", bits, takeover, n)
				}
				c.Close()
			}
		}
	}
}

// TestMemory holds the package doc to its numbers.
func TestMemory(t *testing.T) {
	within := func(what string, got, least, most int) {
		t.Logf("%s: %d bytes", what, got)
		if got < least || got > most {
			t.Errorf("%s: %d bytes, documented as %d to %d", what, got, least, most)
		}
	}
	within("writer without takeover", allocated(func() { newWriter(levelFresh) }), 1_000_000, 1_300_000)
	within("writer with takeover", allocated(func() { newWriter(levelTakeover) }), 700_000, 900_000)
	within("inflater", allocated(func() { sink = new(inflater) }), 5_000, 8_000)

	for bits := minBits; bits <= maxBits; bits++ {
		d := NewDecompressor(bits, true)
		m := noise(rand.New(rand.NewPCG(6, 6)), 3000)
		for range 20 {
			if _, err := d.Append(nil, NewCompressor(bits, false).Append(nil, m), 3000); err != nil {
				t.Fatal(err)
			}
		}
		if n := cap(d.window.buf); n != 1<<bits {
			t.Errorf("window of %d bits: %d bytes", bits, n)
		}
		d.Close()
		d.Close()
		if d.window.buf != nil {
			t.Error("Close kept the window")
		}
	}
}

var sink any

// TestBombMemory inflates 41 MB under several limits: what is allocated follows
// the limit, up to CountFrom.
func TestBombMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector sync.Pool drops objects at random")
	}
	bomb := NewCompressor(15, false).Append(nil, make([]byte, 40<<20))
	d := NewDecompressor(15, false)
	for _, limit := range []int{0, 1, 1000, 64 << 10, 4 << 20, 32 << 20} {
		var err error
		got := allocated(func() { _, err = d.Append(nil, bomb, int64(limit)) })
		if !errors.Is(err, ErrTooBig) {
			t.Errorf("limit %d: %v", limit, err)
		}
		if got > 3*min(limit, CountFrom)+16<<10 {
			t.Errorf("limit %d: %d bytes allocated", limit, got)
		}
	}
}

// A limit beyond what an int of 32 bits holds is none that is small.
func TestLargeLimits(t *testing.T) {
	want := make([]byte, CountFrom+1)
	z := NewCompressor(15, false).Append(nil, want)
	for _, limit := range []int64{1 << 31, 1 << 32, 1<<32 + 5, math.MaxInt64} {
		got, err := NewDecompressor(15, false).Append(nil, z, limit)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("limit %d: %d bytes, %v", limit, len(got), err)
		}
	}
}

// TestNothingProduced declares much and says nothing: room is made for what is
// there, not for what was announced.
func TestNothingProduced(t *testing.T) {
	d := NewDecompressor(15, false)
	got := allocated(func() {
		if _, err := d.Append(nil, []byte("\x00\xff\xff\x00\x00"), 1<<30); err != ErrTruncated {
			t.Error(err)
		}
	})
	if got > 16<<10 {
		t.Errorf("%d bytes allocated", got)
	}
}

func TestSpareCapacity(t *testing.T) {
	m := []byte("spare capacity, spare capacity")
	z := NewCompressor(15, false).Append(nil, m)
	buf := make([]byte, 3, 1000)
	got, err := NewDecompressor(15, false).Append(buf, z, int64(len(m)))
	if err != nil || &got[0] != &buf[0] || cap(got) != cap(buf) {
		t.Errorf("%d of %d bytes, %v; moved %t", len(got), cap(got), err, &got[0] != &buf[0])
	}
	got, err = NewDecompressor(15, false).Append(buf, z, int64(len(m)-1))
	if err != ErrTooBig || len(got) != len(buf) || cap(got) != cap(buf) {
		t.Errorf("over the limit: %d of %d bytes, %v", len(got), cap(got), err)
	}
	if got := NewCompressor(15, false).Append(buf, m); &got[0] != &buf[0] || !bytes.Equal(got[3:], z) {
		t.Error("compressed message is elsewhere, or another")
	}
}

func BenchmarkCompress(b *testing.B) {
	benchmark(b, func(b *testing.B, n int, takeover bool) {
		r := rand.New(rand.NewPCG(7, 7))
		c := NewCompressor(15, takeover)
		defer c.Close()
		text := chat(r, 1<<20)
		var z []byte
		var at, total, count int
		for b.Loop() {
			z = c.Append(z[:0], text[at:at+n])
			total, count = total+len(z), count+1
			if at += n; at+n > len(text) {
				at = 0
			}
		}
		b.ReportMetric(100*float64(total)/float64(count*n), "%")
	})
}

func BenchmarkInflate(b *testing.B) {
	benchmark(b, func(b *testing.B, n int, takeover bool) {
		r := rand.New(rand.NewPCG(7, 7))
		c, d := NewCompressor(15, false), NewDecompressor(15, takeover)
		z := c.Append(nil, chat(r, n))
		out := make([]byte, 0, n)
		for b.Loop() {
			var err error
			if out, err = d.Append(out[:0], z, int64(n)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func benchmark(b *testing.B, f func(b *testing.B, n int, takeover bool)) {
	for _, n := range []int{100, 1 << 10, 64 << 10} {
		for _, takeover := range []bool{false, true} {
			b.Run(fmt.Sprintf("size=%d/takeover=%t", n, takeover), func(b *testing.B) {
				b.SetBytes(int64(n))
				b.ReportAllocs()
				f(b, n, takeover)
			})
		}
	}
}
