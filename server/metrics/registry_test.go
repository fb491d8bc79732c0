package metrics

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// example has a family of each kind, with something counted in it.
func example() *Registry {
	r := &Registry{}
	r.Info("build_info", "What is running.", "version", `1.0 "beta"`, "path", "C:\\chat\nnext")
	c := r.Counter("messages_total", "Messages\nin C:\\chat, \"all\".")
	c.Add(2)
	c.AddAt(7, 3)
	by := r.CounterBy("closes_total", "Closes.", NewLabel("code", "1001", "1000", Other, "1006"))
	by.Of("1000").Add(4)
	by.Of("lobby").Add(1)
	by.Of("지민").Add(1)
	g := r.Gauge("lagging", "Members.")
	g.Add(5)
	g.Add(-7)
	r.GaugeBy("connections", "Connections.", NewLabel("kind", "plain")).Of("plain").Set(9)
	for i, v := range []float64{math.Inf(1), math.Inf(-1), math.NaN(), 0.1, 1e21} {
		r.GaugeFunc(fmt.Sprintf("number_%d", i), "A number.", func() float64 { return v })
	}
	r.CounterFunc("large_total", "A large number.", func() uint64 { return math.MaxUint64 })
	h := r.Histogram("latency_seconds", "Latency.", 1e-6, 100, 250, 1_000_000)
	for i, v := range []int64{-5, 0, 100, 101, 250, 251, 1_000_000, 1_000_001} {
		h.Observe(uint32(i), v, 1)
	}
	h.Observe(3, 200, 10)
	r.Histogram("batch_messages", "Batches.", 1, 1, 2).Observe(0, 2, 3)
	return r
}

const golden = `# HELP build_info What is running.
# TYPE build_info gauge
build_info{version="1.0 \"beta\"",path="C:\\chat\nnext"} 1
# HELP messages_total Messages\nin C:\\chat, "all".
# TYPE messages_total counter
messages_total 5
# HELP closes_total Closes.
# TYPE closes_total counter
closes_total{code="1001"} 0
closes_total{code="1000"} 4
closes_total{code="1006"} 0
closes_total{code="other"} 2
# HELP lagging Members.
# TYPE lagging gauge
lagging -2
# HELP connections Connections.
# TYPE connections gauge
connections{kind="plain"} 9
connections{kind="other"} 0
# HELP number_0 A number.
# TYPE number_0 gauge
number_0 +Inf
# HELP number_1 A number.
# TYPE number_1 gauge
number_1 -Inf
# HELP number_2 A number.
# TYPE number_2 gauge
number_2 NaN
# HELP number_3 A number.
# TYPE number_3 gauge
number_3 0.1
# HELP number_4 A number.
# TYPE number_4 gauge
number_4 1e+21
# HELP large_total A large number.
# TYPE large_total counter
large_total 18446744073709551615
# HELP latency_seconds Latency.
# TYPE latency_seconds histogram
latency_seconds_bucket{le="0.0001"} 3
latency_seconds_bucket{le="0.00025"} 15
latency_seconds_bucket{le="1"} 17
latency_seconds_bucket{le="+Inf"} 18
latency_seconds_sum 2.002703
latency_seconds_count 18
# HELP batch_messages Batches.
# TYPE batch_messages histogram
batch_messages_bucket{le="1"} 0
batch_messages_bucket{le="2"} 3
batch_messages_bucket{le="+Inf"} 3
batch_messages_sum 6
batch_messages_count 3
`

func TestText(t *testing.T) {
	r := example()
	if got := string(r.AppendText(nil)); got != golden {
		t.Errorf("got:\n%s", got)
	}
	x := scrape(t, r)
	if x.helps["messages_total"] != `Messages\nin C:\\chat, "all".` || x.kinds["latency_seconds"] != "histogram" || len(x.order) != 13 {
		t.Errorf("parsed %v, %v, %v", x.order, x.helps, x.kinds)
	}
	x.want(t, "latency_seconds_sum", 2.002703)
}

func TestServeHTTP(t *testing.T) {
	for _, tt := range []struct {
		method string
		status int
		header string
		want   string
	}{
		{"GET", 200, "Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
		{"HEAD", 200, "Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
		{"POST", 405, "Allow", "GET, HEAD"},
	} {
		w := httptest.NewRecorder()
		example().ServeHTTP(w, httptest.NewRequest(tt.method, "/metrics", nil))
		if w.Code != tt.status || w.Header().Get(tt.header) != tt.want {
			t.Errorf("%s: %d, %v", tt.method, w.Code, w.Header())
		}
		if tt.status == http.StatusOK && w.Body.String() != golden {
			t.Errorf("%s: %s", tt.method, w.Body)
		}
	}
}

func TestRegisteringPanics(t *testing.T) {
	var many []string
	for i := range MaxValues {
		many = append(many, fmt.Sprint(i))
	}
	label := NewLabel("code", many[1:]...) // with Other as many as may be
	for what, f := range map[string]func(r *Registry){
		`"" is not a name`:               func(r *Registry) { r.Gauge("", "Help.") },
		`"1a" is not a name`:             func(r *Registry) { r.Gauge("1a", "Help.") },
		`"a-b" is not a name`:            func(r *Registry) { r.Gauge("a-b", "Help.") },
		`"a:b" is not a name`:            func(r *Registry) { r.Gauge("a:b", "Help.") },
		`"ä" is not a name`:              func(r *Registry) { r.Gauge("ä", "Help.") },
		"says nothing about itself":      func(r *Registry) { r.Gauge("a", "") },
		"a: counters end in _total":      func(r *Registry) { r.Counter("a", "Help.") },
		"b_total: counters end in":       func(r *Registry) { r.GaugeBy("b_total", "Help.", label) },
		"c is taken":                     func(r *Registry) { r.Gauge("c", "Help."); r.GaugeFunc("c", "Help.", nil) },
		"h_sum is taken":                 func(r *Registry) { r.Gauge("h_sum", "Help."); r.Histogram("h", "Help.", 1, 1) },
		"h_count is taken":               func(r *Registry) { r.Histogram("h", "Help.", 1, 1); r.Gauge("h_count", "Help.") },
		"h has 0 bounds":                 func(r *Registry) { r.Histogram("h", "Help.", 1) },
		"h has 65 bounds":                func(r *Registry) { r.Histogram("h", "Help.", 1, make([]int64, 65)...) },
		"bounds of unit 0":               func(r *Registry) { r.Histogram("h", "Help.", 0, 1) },
		"do not ascend":                  func(r *Registry) { r.Histogram("h", "Help.", 1, 1, 3, 3) },
		"bounds of n do not ascend":      func(r *Registry) { r.Histogram("n", "Help.", 1, -1, 3) },
		`"le" is not a label's`:          func(*Registry) { NewLabel("le") },
		`"__x" is not a label's`:         func(*Registry) { NewLabel("__x") },
		"over 256 values":                func(*Registry) { NewLabel("x", many...) },
		`value "b", which is empty, not`: func(*Registry) { NewLabel("x", "b", "b") },
		`the value ""`:                   func(*Registry) { NewLabel("x", "") },
		`the value "\xff"`:               func(*Registry) { NewLabel("x", "\xff") },
		`"a b" is not a label's`:         func(r *Registry) { r.Info("i", "Help.", "a b", "c") },
	} {
		t.Run(what, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.HasPrefix(got, "metrics: ") || !strings.Contains(got, what) {
					t.Errorf("panics with %q", got)
				}
			}()
			f(&Registry{})
		})
	}
}

// Whatever is counted, the samples stay the same ones.
func TestLabelsAreClosed(t *testing.T) {
	r := &Registry{}
	by := r.CounterBy("closes_total", "Closes.", NewLabel("code", "1000"))
	before := len(scrape(t, r).samples)
	for i := range 10_000 {
		by.Of(fmt.Sprint("room ", i)).Add(1)
	}
	x := scrape(t, r)
	if len(x.samples) != before || before != 2 {
		t.Errorf("%d samples, then %d", before, len(x.samples))
	}
	x.want(t, `closes_total{code="other"}`, 10_000)
}

// All goroutines count while others scrape: nothing is lost, and no scrape sees a
// counter go back.
func TestConcurrently(t *testing.T) {
	const workers, times = 8, 2000
	r := &Registry{}
	c, striped := r.Counter("one_total", "One."), r.StripedCounter("striped_total", "Striped.")
	by, g := r.CounterBy("by_total", "By.", NewLabel("x", "a", "b")), r.Gauge("gauge", "Gauge.")
	h := r.Histogram("h", "Histogram.", 1, 10, 100)
	r.Runtime()
	var count, look sync.WaitGroup
	for w := range uint32(workers) {
		count.Go(func() {
			for i := range times {
				c.Add(1)
				striped.AddAt(w, 2)
				by.Of([]string{"a", "b", "c"}[i%3]).Add(1)
				g.Add(1 - 2*int64(i%2))
				h.Observe(w, int64(i), 1)
			}
		})
	}
	stop := make(chan struct{})
	for range 2 {
		look.Go(func() {
			last := map[string]float64{}
			for {
				x := scrape(t, r)
				for _, key := range []string{"one_total", "striped_total", `by_total{x="a"}`, "h_count", "h_sum"} {
					if x.samples[key] < last[key] {
						t.Errorf("%s goes back from %v to %v", key, last[key], x.samples[key])
					}
					last[key] = x.samples[key]
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	count.Wait()
	close(stop)
	look.Wait()
	x := scrape(t, r)
	x.want(t, "one_total", workers*times)
	x.want(t, "striped_total", 2*workers*times)
	x.want(t, "gauge", 0)
	x.want(t, `by_total{x="a"}`, workers*((times+2)/3))
	x.want(t, "h_count", workers*times)
	x.want(t, "h_sum", workers*times*(times-1)/2)
	x.want(t, `h_bucket{le="10"}`, workers*11)
}

// The buckets against the obvious way: each number with each bound.
func TestHistogramBuckets(t *testing.T) {
	r := &Registry{}
	bounds := []int64{0, 3, 7, 1000}
	h := r.Histogram("h", "Histogram.", 1, bounds...)
	want := map[int64]float64{}
	for v := int64(-3); v < 1100; v++ {
		h.Observe(uint32(v), v, 2)
		for _, b := range bounds {
			if max(v, 0) <= b {
				want[b] += 2
			}
		}
	}
	x := scrape(t, r)
	for _, b := range bounds {
		x.want(t, fmt.Sprintf(`h_bucket{le="%d"}`, b), want[b])
	}
	x.want(t, "h_count", 2*1103)
}

func TestStripes(t *testing.T) {
	n := stripes()
	if n < 1 || n > maxStripes || n&(n-1) != 0 {
		t.Errorf("%d stripes", n)
	}
	c := (&Registry{}).StripedCounter("c_total", "Counter.")
	for i := range uint32(2 * n) {
		c.AddAt(i, 1)
	}
	for i := range c.cells {
		if got := c.cells[i].n.Load(); got != 2 {
			t.Errorf("stripe %d has %d", i, got)
		}
	}
	if c.AddAt(math.MaxUint32, 1); c.Value() != uint64(2*n)+1 {
		t.Errorf("count %d", c.Value())
	}
}

func TestOrder(t *testing.T) {
	want := scrape(t, example()).order
	for range 5 {
		if got := scrape(t, example()).order; !slices.Equal(got, want) {
			t.Errorf("order %v, then %v", want, got)
		}
	}
}
