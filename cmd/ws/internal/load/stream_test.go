package load

import (
	"math/rand/v2"
	"testing"
)

// An oracle judges arrivals by remembering all of them.
type oracle struct {
	came map[int64]bool
	top  int64
}

func (o *oracle) take(n int64) verdict {
	switch {
	case o.came[n]:
		return duplicate
	case n < o.top:
		o.came[n] = true
		return late
	}
	o.came[n] = true
	o.top = n + 1
	return onward
}

// arrivals are numbers with losses, doubles and disorder of a given reach.
func arrivals(r *rand.Rand, count, reach int) (ns []int64) {
	for n := range int64(count) {
		switch r.IntN(10) {
		case 0: // lost
		case 1:
			ns = append(ns, n, n)
		default:
			ns = append(ns, n)
		}
	}
	for i := range ns {
		j := min(len(ns)-1, i+r.IntN(reach))
		ns[i], ns[j] = ns[j], ns[i]
	}
	return ns
}

func TestStreamIsTheOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, reach := range []int{1, 2, 10, 300, 3000} {
		var s stream
		o := oracle{came: map[int64]bool{}}
		for i, n := range arrivals(r, 3000, reach) {
			if got, want := s.take(n), o.take(n); got != want {
				t.Fatalf("reach %d, arrival %d, number %d: verdict %d, want %d", reach, i, n, got, want)
			}
			if s.next != o.top || s.missing() != o.top-int64(len(o.came)) {
				t.Fatalf("reach %d, arrival %d: next %d and missing %d, want %d and %d",
					reach, i, s.next, s.missing(), o.top, o.top-int64(len(o.came)))
			}
		}
		if s.inexact() {
			t.Errorf("reach %d: inexact", reach)
		}
	}
}

// TestStreamBound shows that gaps are bounded, that what is given up is said and
// stays lost.
func TestStreamBound(t *testing.T) {
	var s stream
	for n := int64(1); n < 4*MaxGaps; n += 2 {
		s.take(n)
	}
	if len(s.gaps.open) != MaxGaps || !s.inexact() || s.missing() != 2*MaxGaps {
		t.Errorf("%d gaps, inexact %t, %d missing", len(s.gaps.open), s.inexact(), s.missing())
	}
	if v := s.take(0); v != duplicate {
		t.Errorf("a number that was given up: verdict %d, want duplicate", v)
	}
	if v := s.take(4*MaxGaps - 2); v != late {
		t.Errorf("a number in a gap: verdict %d, want late", v)
	}
	split := stream{}
	split.take(100_000)
	for n := int64(1); n < 4*MaxGaps; n += 2 {
		split.take(n)
	}
	if len(split.gaps.open) > MaxGaps || split.missing() > 100_000 || !split.inexact() {
		t.Errorf("%d gaps after splitting, %d missing", len(split.gaps.open), split.missing())
	}
}

func TestStreamInOrderAllocates(t *testing.T) {
	var s stream
	if n := testing.AllocsPerRun(1000, func() { s.take(s.next) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}
