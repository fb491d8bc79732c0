package load

import (
	"testing"
	"time"
)

// TestSeries shows that a series of any length is bounded and keeps its sums.
func TestSeries(t *testing.T) {
	for _, n := range []int{1, 599, 600, 601, 1200, 36_000} {
		var s series
		for i := range n {
			s.add(Sample{Sent: 1, Received: 2, P99: time.Duration(i)})
		}
		sum := s.open
		for _, x := range s.samples {
			if x.Sent != uint64(s.interval/firstInterval) {
				t.Fatalf("%d parts: a sample holds %d of them, its interval is %v", n, x.Sent, s.interval)
			}
			sum = sum.and(x)
		}
		if want := (Sample{uint64(n), 2 * uint64(n), time.Duration(n - 1)}); sum != want {
			t.Errorf("%d parts: together %v, want %v", n, sum, want)
		}
		if len(s.samples) >= maxSamples || n > 600 && len(s.samples) < maxSamples/2-1 {
			t.Errorf("%d parts make %d samples", n, len(s.samples))
		}
	}
}

// TestSeriesEnd leaves out the wait at the end, and no other quiet time.
func TestSeriesEnd(t *testing.T) {
	var s series
	for _, sent := range []uint64{0, 1, 0, 2, 0, 0} {
		s.add(Sample{Sent: sent})
	}
	if got := s.busy(); len(got) != 4 || got[3].Sent != 2 {
		t.Errorf("got %v", got)
	}
	if got := (&series{}).busy(); len(got) != 0 {
		t.Errorf("an empty one: %v", got)
	}
}
