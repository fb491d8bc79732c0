// Package hist is a histogram of durations with fixed memory and a bounded
// relative error.
//
// Values below 128 have a bucket each; above, every power of two is cut into 128
// buckets of equal width. So a bucket is at most 1/128 as wide as its values, and
// a quantile, which is the upper edge of its bucket, is never below the exact one
// and at most [MaxError] above it. Count, sum, least and greatest are exact.
//
// A Histogram takes any value from 0 to the greatest int64 and never grows: about
// 57 KiB. It has no lock; its owner guards it.
package hist

import (
	"iter"
	"math"
	"math/bits"
)

const (
	unitBits = 7             // a power of two has 1<<unitBits buckets
	units    = 1 << unitBits // and so many values have a bucket each
	buckets  = (64 - unitBits) * units
)

// MaxError is the most that a quantile is above the exact one, relative to it.
const MaxError = 1.0 / units

// A Histogram counts values, in nanoseconds or any other unit. The zero value is
// empty and ready.
type Histogram struct {
	counts     [buckets]uint64
	count      uint64
	sum        float64
	least, top int64
}

// Record counts one value. A negative one counts as 0.
func (h *Histogram) Record(v int64) {
	v = max(v, 0)
	if h.count == 0 || v < h.least {
		h.least = v
	}
	h.top = max(h.top, v)
	h.counts[index(v)]++
	h.count++
	h.sum += float64(v)
}

// Add counts all that o has counted.
func (h *Histogram) Add(o *Histogram) {
	if o.count == 0 {
		return
	}
	if h.count == 0 || o.least < h.least {
		h.least = o.least
	}
	h.top = max(h.top, o.top)
	h.count += o.count
	h.sum += o.sum
	for i, n := range o.counts {
		h.counts[i] += n
	}
}

// Since gives what h has counted since it was as earlier is. The least and the
// greatest of that are known to the width of their buckets only.
func (h *Histogram) Since(earlier *Histogram) *Histogram {
	d := &Histogram{count: h.count - earlier.count, sum: h.sum - earlier.sum}
	first := true
	for i := range h.counts {
		d.counts[i] = h.counts[i] - earlier.counts[i]
		if d.counts[i] == 0 {
			continue
		}
		lo, hi := edges(i)
		if first {
			d.least, first = max(lo, h.least), false
		}
		d.top = min(hi, h.top)
	}
	return d
}

// Count is how many values were recorded.
func (h *Histogram) Count() uint64 { return h.count }

// Min is the least value, exact; 0 if there is none.
func (h *Histogram) Min() int64 { return h.least }

// Max is the greatest value, exact; 0 if there is none.
func (h *Histogram) Max() int64 { return h.top }

// Mean is the average; 0 if there is no value.
func (h *Histogram) Mean() float64 {
	if h.count == 0 {
		return 0
	}
	return h.sum / float64(h.count)
}

// Quantile is the value that a part q of all values does not exceed: the one of
// rank ceil(q*Count) in ascending order, at least the first, rounded up to the
// edge of its bucket but never beyond Max. It is 0 if there is no value.
func (h *Histogram) Quantile(q float64) int64 {
	rank := uint64(max(1, math.Ceil(q*float64(h.count))))
	var below uint64
	for i, n := range h.counts {
		if below += n; below >= rank {
			_, hi := edges(i)
			return min(hi, h.top)
		}
	}
	return h.top
}

// A Bucket says that Count values were from Low to High, both inclusive.
type Bucket struct {
	Low, High int64
	Count     uint64
}

// Buckets gives the buckets that are not empty, in ascending order.
func (h *Histogram) Buckets() iter.Seq[Bucket] {
	return func(yield func(Bucket) bool) {
		for i, n := range h.counts {
			if n == 0 {
				continue
			}
			lo, hi := edges(i)
			if !yield(Bucket{lo, hi, n}) {
				return
			}
		}
	}
}

// index is the bucket of v, which is not negative.
func index(v int64) int {
	shift := max(0, bits.Len64(uint64(v))-unitBits-1)
	return shift*units + int(v>>shift)
}

// edges are the least and the greatest value of bucket i.
func edges(i int) (lo, hi int64) {
	shift := max(0, i/units-1)
	unit := int64(i - shift*units)
	return unit << shift, unit<<shift + (1<<shift - 1)
}
