package room

import (
	"cmp"
	"slices"
	"sync/atomic"
)

// Rest is for the owner's clock to call, every minute or so. Rooms that were
// quiet since the last call give memory back; those that were without members for
// as many calls as Config.Idle says are dropped, with their logs. It gives those
// that were dropped.
func (rs *Rooms) Rest() (dropped []*Room) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for name, r := range rs.byName {
		if r.rest() {
			delete(rs.byName, name)
			r.abandon()
			dropped = append(dropped, r)
		}
	}
	return dropped
}

// reclaimed is which part of the rooms without members Reclaim drops: it looks at
// all of them, so it must not have to for each room that comes into being.
const reclaimed = 8

// Reclaim makes place where Join says ErrRooms: rooms without members are dropped,
// an eighth of them and one at least, those that were empty for the longest. It
// gives those that were dropped.
func (rs *Rooms) Reclaim() (dropped []*Room) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	type empty struct {
		name   string
		room   *Room
		vacant int
	}
	var all []empty
	for name, r := range rs.byName {
		if vacant, ok := r.isVacant(); ok {
			all = append(all, empty{name, r, vacant})
		}
	}
	slices.SortFunc(all, func(a, b empty) int { return cmp.Compare(b.vacant, a.vacant) })
	for _, e := range all[:(len(all)+reclaimed-1)/reclaimed] {
		delete(rs.byName, e.name)
		e.room.abandon()
		dropped = append(dropped, e.room)
	}
	return dropped
}

// isVacant says whether the room has no members, and for how many calls of rest.
func (r *Room) isVacant() (vacant int, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.vacant, r.members == 0
}

// abandon takes a room that is dropped out of the account of all logs, whatever
// is still said there by somebody who was dropped before.
func (r *Room) abandon() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used.Add(-int64(r.bytes))
	r.used = new(atomic.Int64)
}

// Forget lets go of the messages before number before, as far as they are not still
// on their way: for an owner that knows how old they are.
func (r *Room) Forget(before uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.floor = r.lowest()
	r.letGo(min(before, r.floor))
}

// rest is called by the clock of the room's owner. What was published before
// the last call, and no member needs any more, is trimmed to what is kept for
// those who come back; without any news since then the frames go, too. It
// reports whether the room was without members for long enough to go.
func (r *Room) rest() (idle bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.calm() {
		kept := min(r.head, uint64(r.cfg.Keep))
		r.letGo(min(r.rested, r.head-kept))
		if r.rested == r.head {
			r.rings = nil
		}
	}
	r.rested = r.head
	if r.members > 0 {
		r.vacant = 0
		return false
	}
	r.vacant++
	return r.vacant >= r.cfg.Idle
}

// calm says that every member is in step and has all there is. Called with
// r.mu held.
func (r *Room) calm() bool {
	return !slices.ContainsFunc(r.shards, func(sh *shard) bool {
		return !sh.settled || sh.cursor < r.head
	})
}
