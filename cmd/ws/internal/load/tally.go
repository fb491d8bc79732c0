package load

import (
	"sync"

	"rfc6455/cmd/ws/internal/hist"
)

// A tally counts for some of the connections, so that not all of them meet at one
// lock.
type tally struct {
	mu sync.Mutex
	counts
	latency hist.Histogram // from when a message was due to its arrival
	lag     hist.Histogram // from when a message was due to its sending
}

// counts are what can be counted as it happens.
type counts struct {
	sent, received      uint64 // messages; received: each once
	sentBytes, gotBytes uint64 // of all messages, the foreign ones too
	late, duplicate     uint64
	foreign, stray      uint64 // stray: another sender's mark where there should be none
	damaged             uint64
}

func (c *counts) add(o counts) {
	c.sent += o.sent
	c.received += o.received
	c.sentBytes += o.sentBytes
	c.gotBytes += o.gotBytes
	c.late += o.late
	c.duplicate += o.duplicate
	c.foreign += o.foreign
	c.stray += o.stray
	c.damaged += o.damaged
}

// addTo adds what t has counted to the sums.
func (t *tally) addTo(c *counts, latency, lag *hist.Histogram) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c.add(t.counts)
	latency.Add(&t.latency)
	if lag != nil {
		lag.Add(&t.lag)
	}
}

// wentOut counts a message that was sent so long after it was due.
func (t *tally) wentOut(size int, lag int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent++
	t.sentBytes += uint64(size)
	t.lag.Record(lag)
}

// cameIn counts a message that is no duplicate.
func (t *tally) cameIn(size int, latency int64, v verdict) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.received++
	t.gotBytes += uint64(size)
	if v == late {
		t.late++
	}
	t.latency.Record(latency)
}

// countOther counts a message that is not a first arrival: n is one of t's counts.
func (t *tally) countOther(size int, n *uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	*n++
	t.gotBytes += uint64(size)
}
