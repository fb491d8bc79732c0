package metrics

import (
	"math"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
)

func TestRuntime(t *testing.T) {
	r := &Registry{}
	r.Runtime()
	runtime.GC()
	x := scrape(t, r)
	for _, f := range runtimeFamilies {
		if x.kinds[f.name] != string(f.kind) {
			t.Errorf("%s is %q, not shown as a %s", f.name, x.kinds[f.name], f.kind)
		}
	}
	x.want(t, "go_sched_gomaxprocs_threads", float64(runtime.GOMAXPROCS(0)))
	x.want(t, `go_info{version="`+runtime.Version()+`"}`, 1)
	for _, key := range []string{"go_goroutines", "go_threads", "go_memstats_heap_alloc_bytes", "go_memstats_sys_bytes", "go_gc_cycles_total_gc_cycles_total", "go_sched_pauses_total_gc_seconds_count", "go_sched_pauses_total_gc_seconds_sum"} {
		if x.samples[key] <= 0 {
			t.Errorf("%s is %v", key, x.samples[key])
		}
	}
}

// Every scrape reads anew.
func TestRuntimeIsReadAnew(t *testing.T) {
	r := &Registry{}
	r.Runtime()
	before := scrape(t, r).samples["go_goroutines"]
	stop := make(chan struct{})
	for range 100 {
		go func() { <-stop }()
	}
	if after := scrape(t, r).samples["go_goroutines"]; after < before+50 { // others may end meanwhile
		t.Errorf("%v goroutines, then %v", before, after)
	}
	close(stop)
}

// Go's buckets that lie across a bound of ours count above it.
func TestRuntimeHistogram(t *testing.T) {
	inf := math.Inf(1)
	h := &metrics.Float64Histogram{
		Counts:  []uint64{1, 2, 4, 8, 16},
		Buckets: []float64{math.Inf(-1), 0, 1e-6, 2e-5, 2, inf},
	}
	text := string(appendRuntimeHistogram([]byte("# HELP h H.\n# TYPE h histogram\n"), "h", h))
	x, err := parse(text)
	if err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	x.want(t, `h_bucket{le="1e-06"}`, 3)
	x.want(t, `h_bucket{le="1e-05"}`, 3)
	x.want(t, `h_bucket{le="5e-05"}`, 7)
	x.want(t, `h_bucket{le="1"}`, 7)
	x.want(t, "h_count", 31)
	want := 1*0 + 2*0.5e-6 + 4*1.05e-5 + 8*1.00001 + 16*2
	if got := x.samples["h_sum"]; math.Abs(got-want) > 1e-9 {
		t.Errorf("sum %v, want %v", got, want)
	}
	if m := middle(math.Inf(-1), inf); m != 0 {
		t.Errorf("the middle of everything is %v", m)
	}
}

func TestProcess(t *testing.T) {
	r := &Registry{}
	r.Process()
	if runtime.GOOS != "linux" {
		if text := string(r.AppendText(nil)); text != "" {
			t.Errorf("elsewhere than on Linux: %s", text)
		}
		return
	}
	x := scrape(t, r)
	if len(x.order) != 3 || !strings.HasPrefix(x.order[0], "process_") {
		t.Errorf("families %v", x.order)
	}
	for key, v := range x.samples {
		if v <= 0 {
			t.Errorf("%s is %v", key, v)
		}
	}
	if open, most := x.samples["process_open_fds"], x.samples["process_max_fds"]; open > most {
		t.Errorf("%v descriptors of %v are open", open, most)
	}
}
