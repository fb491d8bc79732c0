package room

import "slices"

// A Point says where in the log a member begins. The zero value: with what is
// published from now on.
type Point struct {
	// Epoch and After resume: the room's epoch and the last message that was
	// seen. Empty: nothing to resume.
	Epoch string
	After uint64

	// History is how many of the last messages to begin with when nothing is
	// resumed; as many as the log has, at most.
	History int
}

// A Start says where a member does begin.
type Start struct {
	Room   *Room
	Epoch  string
	Base   uint64 // the log is [Base, Head) at that moment
	Head   uint64
	Next   uint64 // the first message that it will be offered
	Resync bool   // what it wanted to resume is another epoch's, or trimmed
}

// join takes m's place in the log. Nothing is offered before Ready is called.
func (r *Room) join(m Member, e Encoding, at Point) (*Cursor, Start, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.members >= r.cfg.Members {
		return nil, Start{}, ErrFull
	}
	next, resync := r.locate(at)
	sh := r.seat()
	sh.members++
	sh.settled = false
	r.members++
	r.vacant = 0
	c := &Cursor{member: m, next: next, enc: e}
	c.shard.Store(sh)
	c.enter()
	return c, Start{Room: r, Epoch: r.epoch, Base: r.base, Head: r.head, Next: next, Resync: resync}, nil
}

// enter puts c into the shard's inbox, so that the shard knows of a member that
// is never ready. That is no reason to wake it: the next message is.
func (c *Cursor) enter() {
	sh := c.lock()
	defer sh.mu.Unlock()
	c.note(0)
}

// locate gives the number of the message to begin with. Called with r.mu held.
func (r *Room) locate(at Point) (next uint64, resync bool) {
	if at.Epoch != "" {
		if next := at.After + 1; at.Epoch == r.epoch && next >= r.base && next <= r.head {
			return next, false
		}
		resync = true
	}
	history := min(uint64(max(at.History, 0)), r.head-r.base)
	return r.head - history, resync
}

// seat gives a shard with a free place, which is not the front row. Called with
// r.mu held.
func (r *Room) seat() *shard {
	pump, pumped := (*pump)(nil), 0
	for _, sh := range slices.Backward(r.shards) {
		if sh.front {
			continue
		}
		if sh.members < int(sh.seats) {
			return sh
		}
		if pump == nil {
			pump = sh.pump
		}
		if sh.pump == pump {
			pumped += int(sh.seats)
		}
	}
	if pump == nil || pumped >= pumpMembers {
		pump = r.cfg.Pumps.next()
	}
	return r.newShard(pump, r.cfg.seating.next(r.members), r.head)
}

// newShard gives one without members that has come to cursor. Called with r.mu held.
func (r *Room) newShard(p *pump, seats int, cursor uint64) *shard {
	sh := &shard{
		room:    r,
		pump:    p,
		seats:   int32(seats),
		cursor:  cursor,
		settled: true,
		steps:   make([][]step, len(r.cfg.Encoders)),
	}
	r.shards = append(r.shards, sh)
	r.divided.Store(len(r.shards) > 1)
	r.wait(sh)
	return sh
}
