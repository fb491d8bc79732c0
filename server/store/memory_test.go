package store

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

// slow is a log as one would first write it: everything ever appended, and
// where it begins.
type slow struct {
	bodies [][]byte // message s is bodies[s-1]
	base   uint64
}

func (o *slow) check(t *testing.T, l *Memory) {
	t.Helper()
	base, head := l.Bounds()
	if want := uint64(len(o.bodies) + 1); base != o.base || head != want {
		t.Fatalf("bounds %d, %d; want %d, %d", base, head, o.base, want)
	}
	for seq := range head + 2 {
		body := l.At(seq)
		if seq < base || seq >= head {
			if body != nil {
				t.Fatalf("message %d is out of [%d, %d) and yet held", seq, base, head)
			}
			continue
		}
		if !bytes.Equal(body, o.bodies[seq-1]) {
			t.Fatalf("message %d is %q, want %q", seq, body, o.bodies[seq-1])
		}
	}
}

func TestMemoryAgainstSlow(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	l, o := NewMemory(), &slow{base: 1}
	o.check(t, l)
	for range 1000 {
		for range rnd.IntN(8) {
			body := fmt.Appendf(nil, "%d", rnd.Int())
			o.bodies = append(o.bodies, body)
			if err := l.Append(body); err != nil {
				t.Fatal(err)
			}
		}
		head := uint64(len(o.bodies) + 1)
		o.base += rnd.Uint64N(min(head-o.base, 9) + 1)
		l.Trim(o.base)
		o.check(t, l)
	}
}

func TestMemoryGrowsAndShrinks(t *testing.T) {
	l := NewMemory()
	if l.ring != nil {
		t.Error("an empty log holds a ring")
	}
	for n := 1; n <= 1000; n++ {
		if err := l.Append([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if size := len(l.ring); size < n || size >= 2*n && n > 1 {
			t.Fatalf("%d messages in a ring of %d", n, size)
		}
	}
	for held := 999; held >= 0; held-- {
		l.Trim(1001 - uint64(held))
		if size := len(l.ring); size < held || held > 0 && size/4 >= held {
			t.Fatalf("%d messages in a ring of %d after trimming", held, size)
		}
	}
	if l.ring != nil {
		t.Error("a log trimmed empty holds a ring")
	}
}

func TestMemoryTrimOutOfBounds(t *testing.T) {
	l := NewMemory()
	for range 3 {
		if err := l.Append([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	l.Trim(3)
	l.Trim(1) // behind the base: nothing to let go of
	if base, head := l.Bounds(); base != 3 || head != 4 {
		t.Errorf("bounds %d, %d; want 3, 4", base, head)
	}
	l.Trim(99) // past the head: the log is empty, the numbers go on
	if base, head := l.Bounds(); base != 4 || head != 4 {
		t.Errorf("bounds %d, %d; want 4, 4", base, head)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	l := NewMemory()
	for range MaxMessages {
		if err := l.Append(nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Append(nil); err != ErrFull {
		t.Fatalf("append to a full log: %v, want ErrFull", err)
	}
	l.Trim(2)
	if err := l.Append(nil); err != nil {
		t.Errorf("append after a trim: %v", err)
	}
}

// A ring that is full and trimmed by one for each message is what a busy room
// has: it must not move what it holds.
func TestMemoryAppendAllocatesNothing(t *testing.T) {
	l, body := full(t)
	n := testing.AllocsPerRun(1000, func() { appendOne(t, l, body) })
	if n != 0 {
		t.Errorf("%v allocations a message, want 0", n)
	}
}

func BenchmarkMemoryAppend(b *testing.B) {
	l, body := full(b)
	b.ReportAllocs()
	for b.Loop() {
		appendOne(b, l, body)
	}
}

func full(t testing.TB) (*Memory, []byte) {
	l, body := NewMemory(), make([]byte, 64)
	for range 1024 {
		if err := l.Append(body); err != nil {
			t.Fatal(err)
		}
	}
	return l, body
}

func appendOne(t testing.TB, l *Memory, body []byte) {
	base, _ := l.Bounds()
	l.Trim(base + 1)
	if err := l.Append(body); err != nil {
		t.Fatal(err)
	}
}
