package metrics

import (
	"fmt"
	"math"
	"slices"
	"sync/atomic"
)

// MaxBounds is how many buckets a Histogram may have, besides that of what is over
// them all.
const MaxBounds = 64

// A Histogram counts whole numbers by size, in stripes. It is made by a
// [Registry].
type Histogram struct {
	bounds  []int64
	unit    float64
	stripes int // a power of two
	stride  int // cells of a stripe, in whole cache lines
	cells   []atomic.Uint64
}

// Histogram registers a histogram. What is counted are multiples of unit: 1e-6
// for microseconds where the name ends in _seconds, 1 for what is counted by
// itself. Bounds are multiples of it, too; each is the largest number of its
// bucket. It panics when they do not ascend from 0 or more, or are over
// MaxBounds.
func (r *Registry) Histogram(name, help string, unit float64, bounds ...int64) *Histogram {
	if len(bounds) == 0 || len(bounds) > MaxBounds || !(unit > 0) {
		panic(fmt.Sprintf("metrics: %s has %d bounds of unit %v", name, len(bounds), unit))
	}
	for i, bound := range bounds {
		if bound < 0 || i > 0 && bound <= bounds[i-1] {
			panic(fmt.Sprintf("metrics: bounds of %s do not ascend", name))
		}
	}
	const perLine = cacheLine / 8
	stride := (len(bounds) + 2 + perLine - 1) / perLine * perLine // a bucket for each, one over them all, the sum
	h := &Histogram{slices.Clone(bounds), unit, stripes(), stride, make([]atomic.Uint64, stride*stripes())}
	r.add(name, help, histogram, h.samples)
	return h
}

// Observe counts v, n times, on a stripe of the caller's own choosing. What is
// less than 0 - a clock went back - counts as 0.
func (h *Histogram) Observe(stripe uint32, v int64, n uint64) {
	v = max(v, 0)
	bucket, _ := slices.BinarySearch(h.bounds, v)
	cells := h.stripe(int(stripe) & (h.stripes - 1))
	cells[bucket].Add(n)
	cells[len(h.bounds)+1].Add(uint64(v) * n)
}

func (h *Histogram) stripe(i int) []atomic.Uint64 {
	return h.cells[i*h.stride:][:len(h.bounds)+2]
}

// total gives the sum over all stripes of cell i.
func (h *Histogram) total(i int) uint64 {
	sum := uint64(0)
	for s := range h.stripes {
		sum += h.stripe(s)[i].Load()
	}
	return sum
}

// Sum gives the sum of all that was counted, in units.
func (h *Histogram) Sum() uint64 { return h.total(len(h.bounds) + 1) }

func (h *Histogram) samples(b []byte, name string) []byte {
	count := uint64(0)
	for i := range len(h.bounds) + 1 {
		bound := math.Inf(1)
		if i < len(h.bounds) {
			bound = h.inUnits(uint64(h.bounds[i]))
		}
		count += h.total(i)
		b = appendBucket(b, name, bound, count)
	}
	b = appendFloat(b, name, "_sum", h.inUnits(h.Sum()))
	return appendUint(b, name, "_count", count)
}

// inUnits gives n units. A unit below 1 is divided by: 250 * 1e-6 would not be
// 0.00025.
func (h *Histogram) inUnits(n uint64) float64 {
	if h.unit < 1 {
		return float64(n) / math.Round(1/h.unit)
	}
	return float64(n) * h.unit
}

func appendBucket(b []byte, name string, bound float64, count uint64) []byte {
	le := labels("le", string(appendNumber(nil, bound)))
	return appendUint(b, name, "_bucket"+le, count)
}
