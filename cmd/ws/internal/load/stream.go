package load

import "slices"

// MaxGaps is how many gaps between numbers a stream remembers. Beyond it the
// oldest is given up: what it lacks stays lost, and a late arrival out of it counts
// as a duplicate.
const MaxGaps = 4096

// A stream is what one connection has had of one sender's numbers.
type stream struct {
	next int64 // the least number above all that came
	gaps *gaps // below next; nil: none so far
}

type gaps struct {
	open     []gap // in ascending order, disjoint, none empty
	given    int64 // numbers in gaps that were given up
	overflow bool
}

// A gap is a run of numbers that have not come.
type gap struct{ from, to int64 } // to is exclusive

// A verdict is what an arrival was.
type verdict uint8

const (
	onward    verdict = iota // the first time, and above all before
	late                     // the first time, after a later one: reordered
	duplicate                // not the first time
)

// take judges an arrival of number n.
func (s *stream) take(n int64) verdict {
	switch {
	case n == s.next:
		s.next++
		return onward
	case n > s.next:
		s.skip(n)
		s.next = n + 1
		return onward
	case s.gaps != nil && s.gaps.fill(n):
		return late
	}
	return duplicate
}

// skip notes that the numbers from next up to n have not come.
func (s *stream) skip(n int64) {
	if s.gaps == nil {
		s.gaps = &gaps{}
	}
	s.gaps.open = append(s.gaps.open, gap{s.next, n})
	s.gaps.bound()
}

// bound gives the oldest gap up if there are too many.
func (g *gaps) bound() {
	if len(g.open) <= MaxGaps {
		return
	}
	g.given += g.open[0].to - g.open[0].from
	g.overflow = true
	g.open = slices.Delete(g.open, 0, 1)
}

// fill takes n out of the gap that it is in. It is false if it is in none.
func (g *gaps) fill(n int64) bool {
	i, _ := slices.BinarySearchFunc(g.open, n, func(e gap, n int64) int {
		if e.to <= n {
			return -1
		}
		return 1
	})
	if i == len(g.open) || n < g.open[i].from {
		return false
	}
	switch e := g.open[i]; {
	case e.to-e.from == 1:
		g.open = slices.Delete(g.open, i, i+1)
	case n == e.from:
		g.open[i].from++
	case n == e.to-1:
		g.open[i].to--
	default:
		g.open[i].to = n
		g.open = slices.Insert(g.open, i+1, gap{n + 1, e.to})
		g.bound()
	}
	return true
}

// missing is how many of the numbers below next have not come.
func (s *stream) missing() (n int64) {
	if s.gaps == nil {
		return 0
	}
	for _, e := range s.gaps.open {
		n += e.to - e.from
	}
	return n + s.gaps.given
}

// inexact says that a gap was given up.
func (s *stream) inexact() bool { return s.gaps != nil && s.gaps.overflow }
