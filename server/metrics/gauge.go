package metrics

import "sync/atomic"

// A Gauge goes up and down. It is made by a [Registry].
type Gauge struct{ n atomic.Int64 }

// Set makes it n.
func (g *Gauge) Set(n int64) { g.n.Store(n) }

// Add adds n, which may be negative.
func (g *Gauge) Add(n int64) { g.n.Add(n) }

// Value gives it.
func (g *Gauge) Value() int64 { return g.n.Load() }

// Gauge registers a gauge.
func (r *Registry) Gauge(name, help string) *Gauge {
	g := &Gauge{}
	r.GaugeFunc(name, help, func() float64 { return float64(g.Value()) })
	return g
}

// GaugeFunc registers a gauge that f gives. Scrapes call it.
func (r *Registry) GaugeFunc(name, help string, f func() float64) {
	r.add(name, help, gauge, func(b []byte, name string) []byte {
		return appendFloat(b, name, "", f())
	})
}

// GaugeBy registers a gauge for each value of a label.
func (r *Registry) GaugeBy(name, help string, l Label) By[*Gauge] {
	fresh := func() *Gauge { return &Gauge{} }
	by, samples := makeBy(l, fresh, func(b []byte, name, labels string, g *Gauge) []byte {
		return appendFloat(b, name, labels, float64(g.Value()))
	})
	r.add(name, help, gauge, samples)
	return by
}

// Info registers a gauge that is always 1, for the sake of its labels: names and
// values in turn, fixed here. It panics for a label without a value.
func (r *Registry) Info(name, help string, pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		NewLabel(pairs[i], pairs[i+1])
	}
	text := labels(pairs...)
	r.add(name, help, gauge, func(b []byte, name string) []byte {
		return appendUint(b, name, text, 1)
	})
}
