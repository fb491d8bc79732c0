package deflate

import (
	"bytes"
	"compress/flate"
	"io"
	"math/rand/v2"
	"testing"
)

const fuzzLimit = 64 << 10

// FuzzInflate gives two messages of one connection to the package, the oracle
// and, what was taken, to compress/flate. Counting has to find what inflating finds.
//
// Of errors only their being there is compared. Their kinds can differ: the
// oracle puts a stored block out byte by byte and may meet the limit before the
// block's end is missing, and it reads the marker that was put back where we
// know that the message is over. With compress/flate not even that can be
// compared: it takes longer distances than were agreed on, takes a marker that
// stands in for lost data, and stops at BFINAL.
func FuzzInflate(f *testing.F) {
	for _, v := range vectors(f) {
		var two [2][]byte
		for i, m := range v.Messages[:min(2, len(v.Messages))] {
			two[i] = m.Compressed[:min(len(m.Compressed), 4096)]
		}
		f.Add(two[0], two[1], uint8(v.Bits-minBits), v.Takeover)
	}
	f.Fuzz(func(t *testing.T, first, second []byte, bits uint8, takeover bool) {
		differ(t, minBits+int(bits%8), takeover, first, second)
	})
}

// differ gives the messages of one connection to the package, the oracle and
// compress/flate, until the first that is refused.
func differ(t *testing.T, bits int, takeover bool, messages ...[]byte) (taken int) {
	t.Helper()
	d := NewDecompressor(bits, takeover)
	o := &oracle{window: 1 << bits, limit: fuzzLimit}
	var history []byte
	for _, z := range messages {
		want, wantErr := o.message(t, z, takeover)
		got, err := inflateCounted(t, d, z, fuzzLimit)
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("%d bits, takeover %t, %x: %v, the oracle: %v", bits, takeover, z, err, wantErr)
		}
		if err != nil {
			return taken
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("%d bits, takeover %t, %x: %x, the oracle: %x", bits, takeover, z, got, want)
		}
		if std, ok := stdInflate(z, history); ok && !bytes.Equal(got, std) {
			t.Fatalf("%d bits, takeover %t, %x: %x, compress/flate: %x", bits, takeover, z, got, std)
		}
		if takeover {
			history = append(history, got...)
		}
		taken++
	}
	return taken
}

// TestDamaged does what FuzzInflate does, on good messages of which a few bits
// were flipped: many still inflate, to something else.
func TestDamaged(t *testing.T) {
	taken, refused := 0, 0
	eachMode(t, func(t *testing.T, bits int, takeover bool) {
		r := rand.New(rand.NewPCG(8, uint64(bits)))
		c := NewCompressor(bits, takeover)
		defer c.Close()
		for range 120 {
			c.Reset()
			messages := make([][]byte, 3)
			for i := range messages {
				z := c.Append(nil, aMessage(r, 1000))
				for range r.IntN(3) {
					z[r.IntN(len(z))] ^= 1 << r.IntN(8)
				}
				messages[i] = z
			}
			n := differ(t, bits, takeover, messages...)
			taken += n
			if n < len(messages) {
				refused++
			}
		}
	})
	if taken < 1000 || refused < 1000 {
		t.Errorf("%d messages were taken and %d refused: the damage is not well chosen", taken, refused)
	}
}

// stdInflate is false where compress/flate stopped before the end, as it does
// at BFINAL.
func stdInflate(z, history []byte) ([]byte, bool) {
	in := bytes.NewReader(append(bytes.Clone(z), "\x00\x00\xff\xff\x01\x00\x00\xff\xff"...))
	out, err := io.ReadAll(flate.NewReaderDict(in, history))
	return out, err == nil && in.Len() == 0
}

// FuzzRoundTrip sends two messages through both ends and through the oracle,
// which enforces window and takeover. Pooled writers make the coverage of equal
// inputs differ, which the fuzzer takes for news to minimize: give it
// -fuzzminimizetime=10x.
func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("Hello"), []byte("Hello"), uint8(0), true)
	f.Add([]byte(""), []byte("Hello"), uint8(7), false)
	f.Add(bytes.Repeat([]byte("abcdefg"), 200), bytes.Repeat([]byte("gfedcba"), 50), uint8(1), true)
	f.Add(bytes.Repeat([]byte{0}, 300), []byte{255}, uint8(0), true)
	f.Fuzz(func(t *testing.T, first, second []byte, bits uint8, takeover bool) {
		size := minBits + int(bits%8)
		c, d := NewCompressor(size, takeover), NewDecompressor(size, takeover)
		defer c.Close()
		o := &oracle{window: 1 << size, limit: len(first) + len(second)}
		for _, m := range [][]byte{first, second} {
			z := c.Append(nil, m)
			if got, err := d.Append(nil, z, int64(len(m))); err != nil || !bytes.Equal(got, m) {
				t.Fatalf("%x: %x, %v", m, got, err)
			}
			if got, err := o.message(t, z, takeover); err != nil || !bytes.Equal(got, m) {
				t.Fatalf("%x: the oracle: %x, %v", m, got, err)
			}
		}
	})
}
