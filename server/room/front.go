package room

import (
	"context"
	"slices"
)

// A room of more than one shard has a front row: a shard of those who spoke
// lately, a few at most, which gets a turn now and then between those of the others. Most who
// speak again do so when they have seen what they said: they wait for a few sends
// then, not for a thousand, and what they say meanwhile leaves in the same writes
// to all who listen.
//
// Who moves is ahead of the shard that it comes to, whose cursor keeps the log
// from letting go of what it needs.

// frontSeats is how many members the front row has at most: half of frontEvery, so
// that the others get two sends of three at least.
const frontSeats = 16

// frontAhead is how many bytes of messages the front row may be ahead of the others.
// A write of as much costs by its bytes more than by itself: to gather more brings
// little.
const frontAhead = 8 << 10

// Publish is [Room.Publish] for what the member says: it is served sooner from then
// on, as long as others do not speak more.
func (c *Cursor) Publish(ctx context.Context, body []byte) (seq uint64, err error) {
	seq, err = c.shard.Load().room.Publish(ctx, body)
	if err == nil {
		c.spoke()
	}
	return seq, err
}

// spoke takes note of a member that speaks.
func (c *Cursor) spoke() {
	sh := c.lock()
	defer sh.mu.Unlock()
	if c.marks&(spoken|left) != 0 || !sh.room.divided.Load() {
		return
	}
	c.marks |= spoken
	if !sh.front {
		sh.speakers = append(sh.speakers, c)
	}
}

// reseat is called between two passes: those who spoke move to the front row, and
// who was silent for long leaves it if others want to sit there.
func (sh *shard) reseat() {
	if sh.front {
		sh.makeSeats()
		return
	}
	speakers := sh.takeSpeakers()
	if len(speakers) > 0 {
		sh.room.seatInFront(sh, speakers)
	}
	clear(speakers)
	sh.pump.heard = speakers[:0]
}

// takeSpeakers gives those who spoke, for space for the next ones.
func (sh *shard) takeSpeakers() []*Cursor {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	speakers := sh.speakers
	sh.speakers = sh.pump.heard
	for _, c := range speakers {
		c.marks &^= spoken
	}
	return speakers
}

// seatInFront moves those of sh who spoke to the front row, as far as there are
// seats.
func (r *Room) seatInFront(sh *shard, speakers []*Cursor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.front == nil {
		r.front = r.newShard(sh.pump, frontSeats, sh.cursor)
		r.front.front = true
		r.front.wake() // it is behind if there was news: a full log has no other to wake it
	}
	for _, c := range speakers {
		if r.front.members == frontSeats {
			r.wanted = true
			return
		}
		r.move(c, r.front)
	}
}

// makeSeats moves those out of the front row who have not spoken since seats were
// last wanted there.
func (sh *shard) makeSeats() {
	r := sh.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.wanted {
		return
	}
	r.wanted = false
	for _, list := range sh.steps {
		for _, s := range slices.Backward(list) { // move takes it off
			if !s.cursor.hasSpoken() {
				r.move(s.cursor, r.seat())
			}
		}
	}
}

// hasSpoken says whether the member spoke since it was last asked.
func (c *Cursor) hasSpoken() bool {
	sh := c.lock()
	defer sh.mu.Unlock()
	spoke := c.marks&spoken != 0
	c.marks &^= spoken
	return spoke
}

// move takes a member in step from its shard, whose pump calls this, to another, if
// that has not yet come to what the member needs next. Called with r.mu held.
func (r *Room) move(c *Cursor, to *shard) {
	from := c.shard.Load()
	if c.place != inStep || to.cursor > from.cursor {
		return
	}
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock()
	defer to.mu.Unlock()
	if c.marks != 0 {
		return // it has news for this shard
	}
	from.unstep(c)
	c.place, c.next = outside, from.cursor
	from.members--
	to.members++
	to.settled = false
	c.shard.Store(to)
	c.post(ready)
}

// strained says that others are so far behind the front row that it should let them
// come up: it would be the one to fill their sockets. Those whom its turn would have
// woken are woken then: who is behind may be another pump's.
func (r *Room) strained(front *shard) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	ahead := front.cursor - r.lowest()
	if ahead == 0 || r.bytes/int(r.head-r.base)*int(ahead) <= frontAhead {
		return false
	}
	r.wakeRest()
	return true
}
