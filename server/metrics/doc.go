// Package metrics counts, and shows what it counted in Prometheus's text format
// 0.0.4. The first half is a small library, the second what the chat shows:
// [Chat].
//
// # Terms
//
// A family is one name with its HELP and TYPE and all its samples. A sample is a
// number, with or without a label. A [Label] is a name and the closed set of its
// values, fixed before anything is counted: a value that is not in the set counts
// as "other". So the number of samples is known at the start, and no room, name
// or address can become a label, whatever a caller hands in.
//
// A stripe is a share of a counter in a cache line of its own. Where all
// processors count at the same time, each caller keeps to one stripe, any number
// of its own choosing, and they do not wait for each other.
//
// # Flow
//
//	Registry.Counter, ...  at the start   -> *Counter, *Gauge, *Histogram, or By label
//	Counter.Add, ...       at any time    atomic, no lock, no allocation
//	Registry.ServeHTTP     on each scrape -> families in the order of registration
//
// A scrape is no snapshot: every number is right, but they are read one after the
// other. Within a histogram the count is that of its buckets.
//
// # Limits
//
//	what                   limit      default  past it
//	values of a label      MaxValues  -        panics, at the start
//	buckets of a Histogram MaxBounds  -        panics, at the start
//	stripes                maxStripes -        shared
//	a count                2^64 - 1   -        begins again at 0, which Prometheus takes for a restart
//
// # Goroutines
//
// Registering comes first, from one goroutine. After that anybody may count and
// scrape; scrapes wait for each other.
package metrics
