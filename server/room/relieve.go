package room

import "slices"

// relief is which part of Config.Total Relieve leaves free: what may be said until
// it is called again, without a room's having to forget more than another.
const relief = 8

// Relieve is for the owner's clock to call, every second or so. When what all logs
// hold comes near Config.Total the largest of them forget their oldest messages,
// down to a size that is the same for all: who fills rooms takes nothing from those
// that are small.
func (rs *Rooms) Relieve() {
	goal := rs.cfg.Total - rs.cfg.Total/relief
	if rs.cfg.Total == 0 || rs.cfg.used.Load() <= goal {
		return
	}
	all := rs.all()
	sizes := make([]int64, len(all))
	for i, r := range all {
		sizes[i] = r.size()
	}
	share := fairShare(sizes, goal)
	for _, r := range all {
		r.shrink(share)
	}
}

func (rs *Rooms) all() []*Room {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	all := make([]*Room, 0, len(rs.byName))
	for _, r := range rs.byName {
		all = append(all, r)
	}
	return all
}

// fairShare gives what each may have at most, so that all have no more than total;
// it sorts sizes.
func fairShare(sizes []int64, total int64) int64 {
	slices.Sort(sizes)
	for i, size := range sizes {
		if share := total / int64(len(sizes)-i); size > share {
			return share
		}
		total -= size
	}
	return total
}

func (r *Room) size() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return int64(r.bytes)
}

// shrink lets go of the oldest messages until what is held is of size bytes, but
// not of those that are on their way.
func (r *Room) shrink(size int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if int64(r.bytes) <= size {
		return
	}
	r.floor = r.lowest()
	base, bytes := r.base, r.bytes
	for ; base < r.floor && int64(bytes) > size; base++ {
		bytes -= len(r.log.At(base))
	}
	r.trim(base, bytes)
}
