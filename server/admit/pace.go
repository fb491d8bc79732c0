package admit

import (
	"net/netip"
	"time"
)

// A pace bounds how fast addresses open connections: a token bucket for each,
// kept as the time at which it will be full, which needs no clock of its own. A
// bucket that is full is as good as none, so it is forgotten.
type pace struct {
	interval time.Duration // until the next token
	fill     time.Duration // until all of them
	most     int           // buckets
	buckets  table[*bucket]
	ends     bucket // ends.next took a token last, ends.prev the longest ago
}

type bucket struct {
	key        netip.Addr
	full       time.Time
	prev, next *bucket
}

func newPace(interval time.Duration, burst, most int) *pace {
	p := &pace{interval: interval, fill: time.Duration(burst) * interval, most: most}
	p.ends.prev, p.ends.next = &p.ends, &p.ends
	return p
}

// take takes one token of key's, if it has one.
func (p *pace) take(key netip.Addr, now time.Time) bool {
	b := p.buckets.rows[key]
	if b == nil {
		p.makeRoom(now)
		b = &bucket{key: key, full: now}
		p.buckets.put(key, b)
		b.insert(&p.ends)
	}
	if b.full.Before(now) {
		b.full = now
	}
	if b.full.Add(p.interval).Sub(now) > p.fill {
		return false
	}
	b.full = b.full.Add(p.interval)
	b.remove()
	b.insert(&p.ends)
	return true
}

// makeRoom forgets, for each newcomer, up to two buckets that are full: so they
// go faster than they come. Where all places are taken, the address that took a
// token the longest ago gets a full bucket: to refuse newcomers instead would let
// a few shut out everybody.
func (p *pace) makeRoom(now time.Time) {
	for range 2 {
		if oldest := p.ends.prev; oldest != &p.ends && !oldest.full.After(now) {
			p.forget(oldest)
		}
	}
	if len(p.buckets.rows) >= p.most {
		p.forget(p.ends.prev)
	}
}

func (p *pace) forget(b *bucket) {
	b.remove()
	p.buckets.drop(b.key)
}

// insert puts b after another.
func (b *bucket) insert(after *bucket) {
	b.prev, b.next = after, after.next
	b.prev.next, b.next.prev = b, b
}

func (b *bucket) remove() { b.prev.next, b.next.prev = b.next, b.prev }
