package hist

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestEdges shows that the buckets lie side by side over all of int64, and that
// none is wider than MaxError of its values.
func TestEdges(t *testing.T) {
	next := int64(0)
	last := index(math.MaxInt64)
	for i := range last + 1 {
		lo, hi := edges(i)
		if lo != next || hi < lo {
			t.Fatalf("bucket %d is %d to %d, want it to begin at %d", i, lo, hi, next)
		}
		if index(lo) != i || index(hi) != i {
			t.Fatalf("bucket %d: its edges %d and %d are in %d and %d", i, lo, hi, index(lo), index(hi))
		}
		if float64(hi-lo) > MaxError*float64(lo) {
			t.Fatalf("bucket %d: %d to %d is too wide", i, lo, hi)
		}
		next = hi + 1
	}
	if next != math.MinInt64 || last >= buckets {
		t.Errorf("bucket %d of %d ends before %d", last, buckets, next)
	}
}

// samples are shapes that latencies have.
func samples(n int) map[string][]int64 {
	r := rand.New(rand.NewPCG(1, 2))
	make := func(draw func() float64) []int64 {
		var vs []int64
		for range n {
			vs = append(vs, int64(draw()))
		}
		return vs
	}
	return map[string][]int64{
		"small":       make(func() float64 { return float64(r.IntN(200)) }),
		"uniform":     make(func() float64 { return r.Float64() * 1e9 }),
		"exponential": make(func() float64 { return r.ExpFloat64() * 1e6 }),
		"heavy tail":  make(func() float64 { return 1e5 * math.Pow(1-r.Float64(), -1.5) }),
		"two modes":   make(func() float64 { return float64(50_000+r.IntN(1000)) + float64(r.IntN(50)/49)*5e8 }),
		"equal":       make(func() float64 { return 123_456_789 }),
		"one":         {42_000_000},
	}
}

var quantiles = []float64{0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999, 1}

// TestQuantile holds the quantiles to those of a sorted list.
func TestQuantile(t *testing.T) {
	for name, vs := range samples(20_000) {
		var h Histogram
		for _, v := range vs {
			h.Record(v)
		}
		judge(t, name, &h, vs)
	}
}

// judge compares all that h says with the values themselves.
func judge(t *testing.T, name string, h *Histogram, vs []int64) {
	t.Helper()
	sorted := slices.Sorted(slices.Values(vs))
	if h.Count() != uint64(len(vs)) || h.Min() != sorted[0] || h.Max() != sorted[len(vs)-1] {
		t.Errorf("%s: %d values from %d to %d, want %d from %d to %d", name,
			h.Count(), h.Min(), h.Max(), len(vs), sorted[0], sorted[len(vs)-1])
	}
	sum := 0.0
	for _, v := range vs {
		sum += float64(v)
	}
	if mean := sum / float64(len(vs)); math.Abs(h.Mean()-mean) > 1e-9*mean {
		t.Errorf("%s: mean %g, want %g", name, h.Mean(), mean)
	}
	for _, q := range quantiles {
		exact := sorted[max(0, int(math.Ceil(q*float64(len(vs))))-1)]
		got := h.Quantile(q)
		if got < exact || float64(got-exact) > MaxError*float64(exact) {
			t.Errorf("%s: quantile %g is %d, exactly %d", name, q, got, exact)
		}
	}
}

// TestAdd shows that halves added are the whole, and that the second half is what
// came since the first.
func TestAdd(t *testing.T) {
	for name, vs := range samples(5000) {
		var first, second, all Histogram
		for i, v := range vs {
			if i < len(vs)/2 {
				first.Record(v)
			} else {
				second.Record(v)
			}
		}
		all.Add(&first)
		all.Add(&second)
		all.Add(&Histogram{})
		judge(t, name, &all, vs)
		since := all.Since(&first)
		if since.counts != second.counts || since.Count() != second.Count() {
			t.Errorf("%s: what came since the first half is not the second", name)
		}
		for _, q := range quantiles {
			got, want := since.Quantile(q), second.Quantile(q)
			if math.Abs(float64(got-want)) > MaxError*float64(want) {
				t.Errorf("%s: quantile %g of the second half is %d, want %d", name, q, got, want)
			}
		}
	}
}

func TestBuckets(t *testing.T) {
	var h Histogram
	for _, v := range []int64{-5, 3, 3, 1000, 1001, math.MaxInt64} {
		h.Record(v)
	}
	var got []Bucket
	for b := range h.Buckets() {
		got = append(got, b)
	}
	want := []Bucket{{0, 0, 1}, {3, 3, 2}, {1000, 1003, 2}, {255 << 55, math.MaxInt64, 1}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for range h.Buckets() {
		break
	}
}

func TestEmpty(t *testing.T) {
	var h Histogram
	if h.Quantile(0.5) != 0 || h.Mean() != 0 || h.Max() != 0 || h.Since(&Histogram{}).Count() != 0 {
		t.Errorf("an empty histogram has values: %d, %g, %d", h.Quantile(0.5), h.Mean(), h.Max())
	}
}

func TestRecordAllocates(t *testing.T) {
	var h Histogram
	if n := testing.AllocsPerRun(1000, func() { h.Record(123_456) }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func BenchmarkRecord(b *testing.B) {
	b.ReportAllocs()
	var h Histogram
	v := int64(1)
	for b.Loop() {
		h.Record(v)
		v = v*5%1_000_003 + 1
	}
}
