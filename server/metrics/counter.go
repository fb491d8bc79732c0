package metrics

import (
	"math/bits"
	"runtime"
	"sync/atomic"
)

const (
	cacheLine  = 64
	maxStripes = 64
)

// stripes gives how many stripes keep the processors apart: a power of two.
func stripes() int {
	return min(1<<bits.Len(uint(runtime.GOMAXPROCS(0)-1)), maxStripes)
}

// A Counter only grows. It is made by a [Registry].
type Counter struct {
	cells []cell // a power of two of them
}

type cell struct {
	n atomic.Uint64
	_ [cacheLine - 8]byte
}

// Add adds n.
func (c *Counter) Add(n uint64) { c.cells[0].n.Add(n) }

// AddAt adds n on a stripe of the caller's own choosing.
func (c *Counter) AddAt(stripe uint32, n uint64) {
	c.cells[int(stripe)&(len(c.cells)-1)].n.Add(n)
}

// Value gives the count.
func (c *Counter) Value() uint64 {
	sum := uint64(0)
	for i := range c.cells {
		sum += c.cells[i].n.Load()
	}
	return sum
}

func newCounter() *Counter { return &Counter{make([]cell, 1)} }

// Counter registers a counter of one stripe.
func (r *Registry) Counter(name, help string) *Counter {
	c := newCounter()
	r.CounterFunc(name, help, c.Value)
	return c
}

// StripedCounter registers a counter for what all processors count at once.
func (r *Registry) StripedCounter(name, help string) *Counter {
	c := &Counter{make([]cell, stripes())}
	r.CounterFunc(name, help, c.Value)
	return c
}

// CounterFunc registers a counter that f gives. Scrapes call it.
func (r *Registry) CounterFunc(name, help string, f func() uint64) {
	r.add(name, help, counter, func(b []byte, name string) []byte {
		return appendUint(b, name, "", f())
	})
}

// CounterBy registers a counter for each value of a label.
func (r *Registry) CounterBy(name, help string, l Label) By[*Counter] {
	by, samples := makeBy(l, newCounter, func(b []byte, name, labels string, c *Counter) []byte {
		return appendUint(b, name, labels, c.Value())
	})
	r.add(name, help, counter, samples)
	return by
}
