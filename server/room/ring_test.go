package room

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// A ring against a map, beside a log whose ends move at random.
func TestRingAgainstMap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var g ring
	want := map[uint64]string{}
	base, head := uint64(1), uint64(1)
	for range 5000 {
		head += rnd.Uint64N(5)
		if from := base; rnd.IntN(3) > 0 {
			base += rnd.Uint64N(head - base + 1)
			g.trim(base)
			for ; from < base; from++ {
				delete(want, from)
			}
		}
		for range rnd.IntN(4) {
			if base < head {
				seq := base + rnd.Uint64N(head-base)
				want[seq] = strconv.Itoa(rnd.Int())
				g.put(seq, Frame(want[seq]), base, head)
			}
		}
		for seq := range head + 3 {
			f, ok := want[seq]
			if got := g.at(seq); string(got) != f || (got != nil) != ok {
				t.Fatalf("message %d of [%d, %d) is %q, want %q", seq, base, head, got, f)
			}
		}
		held := 0
		for _, f := range g.frames {
			if f != nil {
				held++
			}
		}
		if held != len(want) {
			t.Fatalf("%d frames are held, want %d", held, len(want))
		}
	}
}

func TestRingIsLazy(t *testing.T) {
	var g ring
	for base := range uint64(100) {
		g.trim(base)
	}
	if g.frames != nil {
		t.Error("a ring without frames takes space")
	}
	for n := range uint64(1000) {
		g.put(100+n, Frame("x"), 100, 101+n)
		if size := uint64(len(g.frames)); size <= n || size > 2*n+1 {
			t.Fatalf("%d frames in a ring of %d", n+1, size)
		}
	}
}
