package server

import "iter"

// Visitors are the connections that have entered, linked. A map would keep what a
// crowd took, and grow while many come and go. Whoever owns them locks them.
type visitors struct {
	first *visit
	count int
}

func (vs *visitors) has(v *visit) bool { return v.prev != nil || v == vs.first }

func (vs *visitors) add(v *visit) {
	v.next = vs.first
	if v.next != nil {
		v.next.prev = v
	}
	vs.first = v
	vs.count++
}

// remove takes v out, if it is there.
func (vs *visitors) remove(v *visit) {
	if !vs.has(v) {
		return
	}
	if v.prev != nil {
		v.prev.next = v.next
	} else {
		vs.first = v.next
	}
	if v.next != nil {
		v.next.prev = v.prev
	}
	v.prev, v.next = nil, nil
	vs.count--
}

// all gives those who are there, the last to come first.
func (vs *visitors) all() iter.Seq[*visit] {
	return func(yield func(*visit) bool) {
		for v := vs.first; v != nil && yield(v); v = v.next {
		}
	}
}
