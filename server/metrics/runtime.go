package metrics

import (
	"math"
	"runtime"
	"runtime/metrics"
)

// runtimeFamilies are what Go tells of itself, under the names that dashboards
// know.
var runtimeFamilies = []struct {
	source, name string
	kind         kind
	help         string
}{
	{"/sched/goroutines:goroutines", "go_goroutines", gauge, "Goroutines that exist."},
	{"/sched/gomaxprocs:threads", "go_sched_gomaxprocs_threads", gauge, "GOMAXPROCS: threads that run Go code at the same time."},
	{"/sched/threads/total:threads", "go_threads", gauge, "Threads of the system that Go owns."},
	{"/memory/classes/heap/objects:bytes", "go_memstats_heap_alloc_bytes", gauge, "Bytes of heap objects, those that are garbage but not yet swept included."},
	{"/gc/heap/live:bytes", "go_gc_heap_live_bytes", gauge, "Bytes of heap objects that the last collection found in use."},
	{"/gc/heap/goal:bytes", "go_gc_heap_goal_bytes", gauge, "Bytes of heap at the end of the next collection, at most."},
	{"/memory/classes/heap/stacks:bytes", "go_memstats_stack_inuse_bytes", gauge, "Bytes of goroutines' stacks."},
	{"/memory/classes/heap/released:bytes", "go_memstats_heap_released_bytes", gauge, "Bytes that were given back to the system."},
	{"/memory/classes/total:bytes", "go_memstats_sys_bytes", gauge, "Bytes of all memory that Go has mapped, given back or not."},
	{"/gc/gomemlimit:bytes", "go_gc_gomemlimit_bytes", gauge, "GOMEMLIMIT in bytes."},
	{"/gc/heap/allocs:bytes", "go_memstats_alloc_bytes_total", counter, "Bytes allocated on the heap."},
	{"/gc/heap/allocs:objects", "go_memstats_mallocs_total", counter, "Objects allocated on the heap."},
	{"/gc/cycles/total:gc-cycles", "go_gc_cycles_total_gc_cycles_total", counter, "Collections that were completed."},
	{"/sched/pauses/total/gc:seconds", "go_sched_pauses_total_gc_seconds", histogram, "Time for which a collection stopped everything. The sum is estimated from Go's own, finer buckets."},
	{"/sched/latencies:seconds", "go_sched_latencies_seconds", histogram, "Time that goroutines waited to run. The sum is estimated from Go's own, finer buckets."},
}

// runtimeBounds are the buckets of times: Go's own are over a hundred.
var runtimeBounds = []float64{1e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 5e-2, 1e-1, 1}

// Runtime registers Go's figures. One that this Go does not know is left out.
func (r *Registry) Runtime() {
	r.Info("go_info", "The Go that built this.", "version", runtime.Version())
	samples := make([]metrics.Sample, len(runtimeFamilies))
	for i, f := range runtimeFamilies {
		samples[i].Name = f.source
	}
	metrics.Read(samples)
	for i, f := range runtimeFamilies {
		if samples[i].Value.Kind() == metrics.KindBad {
			continue
		}
		r.add(f.name, f.help, f.kind, func(b []byte, name string) []byte {
			return appendRuntime(b, name, samples[i].Value)
		})
	}
	r.before = append(r.before, func() { metrics.Read(samples) })
}

func appendRuntime(b []byte, name string, v metrics.Value) []byte {
	switch v.Kind() {
	case metrics.KindUint64:
		return appendUint(b, name, "", v.Uint64())
	case metrics.KindFloat64:
		return appendFloat(b, name, "", v.Float64())
	case metrics.KindFloat64Histogram:
		return appendRuntimeHistogram(b, name, v.Float64Histogram())
	}
	return b
}

// appendRuntimeHistogram shows Go's histogram in our buckets. One of Go's that
// reaches over a bound counts above it, so that nothing looks faster than it was.
func appendRuntimeHistogram(b []byte, name string, h *metrics.Float64Histogram) []byte {
	count, sum, next := uint64(0), 0.0, 0
	for _, bound := range append(runtimeBounds[:len(runtimeBounds):len(runtimeBounds)], math.Inf(1)) {
		for next < len(h.Counts) && h.Buckets[next+1] <= bound {
			count += h.Counts[next]
			sum += float64(h.Counts[next]) * middle(h.Buckets[next], h.Buckets[next+1])
			next++
		}
		b = appendBucket(b, name, bound, count)
	}
	b = appendFloat(b, name, "_sum", sum)
	return appendUint(b, name, "_count", count)
}

// middle stands for what is between two bounds, of which one may be infinite.
func middle(low, high float64) float64 {
	switch {
	case math.IsInf(low, -1) && math.IsInf(high, 1):
		return 0
	case math.IsInf(low, -1):
		return high
	case math.IsInf(high, 1):
		return low
	}
	return low + (high-low)/2
}
