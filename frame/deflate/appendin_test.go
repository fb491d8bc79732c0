package deflate

import (
	"bytes"
	"errors"
	"testing"
)

// A ledger is a Memory that knows what it lent, keeps one slice to lend again,
// and fails at one Get.
type ledger struct {
	t      *testing.T
	failAt int // from 1; 0: never
	gets   int
	lent   map[*byte]int // capacities
	peak   int           // bytes lent at once
	spare  []byte
}

func (l *ledger) Get(n int) []byte {
	if l.gets++; l.gets == l.failAt {
		return nil
	}
	b := l.spare
	if l.spare = nil; cap(b) < n {
		b = make([]byte, n)
	}
	b = b[:cap(b)]
	l.lent[&b[0]] = len(b)
	held := 0
	for _, n := range l.lent {
		held += n
	}
	l.peak = max(l.peak, held)
	return b[:0]
}

func (l *ledger) Put(b []byte) {
	l.t.Helper()
	b = b[:cap(b)]
	if len(b) == 0 || l.lent[&b[0]] != len(b) {
		l.t.Fatalf("%d bytes are put back that were not lent so", len(b))
	}
	delete(l.lent, &b[0])
	l.spare = b
}

// TestAppendIn gives every vector to Append and, with first slices of several
// sizes, to AppendIn: the outcome is the same, and in the end all is put back.
func TestAppendIn(t *testing.T) {
	const prefix = "prefix"
	for _, v := range vectors(t) {
		for _, first := range []int{len(prefix), 100, 64 << 10} {
			d, in := NewDecompressor(v.Bits, v.Takeover), NewDecompressor(v.Bits, v.Takeover)
			for _, m := range v.Messages {
				want, wantErr := d.Append([]byte(prefix), m.Compressed, v.Limit)
				l := &ledger{t: t, lent: map[*byte]int{}}
				got, err := in.AppendIn(l, append(l.Get(first), prefix...), m.Compressed, v.Limit)
				if err != wantErr || !bytes.Equal(got, want) {
					t.Errorf("%s: %d bytes, %v; Append gives %d, %v", m.At, len(got), err, len(want), wantErr)
				}
				if most := 4*(first+len(m.Compressed)+len(m.Message)) + 1<<10; m.Error == "" && l.peak > most {
					t.Errorf("%s: %d bytes lent at once, want %d at most", m.At, l.peak, most)
				}
				if l.peak > 2*(int(v.Limit)+len(prefix))+first {
					t.Errorf("%s: %d bytes lent at once, the limit is %d", m.At, l.peak, v.Limit)
				}
				l.Put(got)
				if len(l.lent) != 0 {
					t.Errorf("%s: %d slices are not back", m.At, len(l.lent))
				}
			}
		}
	}
}

// TestAppendInWithoutMemory fails each Get in turn.
func TestAppendInWithoutMemory(t *testing.T) {
	z := NewCompressor(15, false).Append(nil, make([]byte, 100_000))
	for n := 2; ; n++ {
		l := &ledger{t: t, failAt: n, lent: map[*byte]int{}}
		got, err := NewDecompressor(15, true).AppendIn(l, append(l.Get(1), 'x'), z, 1<<20)
		l.Put(got)
		if len(l.lent) != 0 {
			t.Errorf("nil at Get %d: %d slices are not back", n, len(l.lent))
		}
		if l.gets < n {
			if err != nil || len(got) != 100_001 || n < 5 {
				t.Errorf("with all of %d slices: %d bytes, %v", l.gets, len(got), err)
			}
			return
		}
		if err != ErrMemory || errors.Is(err, ErrCorrupt) || string(got) != "x" {
			t.Fatalf("nil at Get %d: %q, %v", n, got, err)
		}
	}
}

func TestAppendInAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector sync.Pool drops objects at random")
	}
	z := NewCompressor(15, false).Append(nil, make([]byte, 10_000))
	pool := &twoSizes{}
	d := NewDecompressor(15, false)
	n := testing.AllocsPerRun(50, func() {
		out, err := d.AppendIn(pool, pool.Get(1000), z, 1<<20)
		if err != nil || len(out) != 10_000 {
			t.Fatal(len(out), err)
		}
		pool.Put(out)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// twoSizes is a Memory that has one slice of each size.
type twoSizes struct{ small, large []byte }

func (m *twoSizes) Get(n int) []byte {
	at, size := &m.small, 1000
	if n > size {
		at, size = &m.large, 20_000
	}
	b := *at
	if *at = nil; b == nil {
		b = make([]byte, 0, size)
	}
	return b[:0]
}

func (m *twoSizes) Put(b []byte) {
	if cap(b) == 1000 {
		m.small = b
	} else {
		m.large = b
	}
}
