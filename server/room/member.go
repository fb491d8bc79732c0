package room

import (
	"slices"
	"sync/atomic"
)

// A Member is whoever follows a room: a connection, as a rule. Its methods are
// called by one pump, one call at a time, with no lock of the room held; they
// must not block. A call that is under way may still come while Leave returns.
type Member interface {
	// Touch reads something of all that Deliver is going to need, without a lock:
	// what it gives does not matter. It is called for some members in a row before
	// they are offered anything, so that what of them is in no cache comes together:
	// one after the other they would wait for it longer than they work.
	Touch() bool

	// Deliver offers the next messages. The batch and its slices are valid
	// until Deliver returns; the bytes of a Frame are so for ever.
	//
	// Took says that all of it is written. Later says that the first so many
	// whole frames are taken care of: written, or kept by the member as its
	// tail, which can be a part of the last of them; the room goes on with the
	// frame after them once the member has called Ready, and offers nothing
	// until then. Gone says that the member is no more, as Leave does.
	Deliver(b *Batch) (frames int, st State)

	// Overflowed says that the log no longer holds what the member needs next,
	// since it was too slow. It comes with the next pass, whether the member
	// has called Ready or not, and so perhaps before Join has returned. It is
	// told once, as the last call; the member has left the room by then.
	Overflowed()
}

// A State is a member's answer to what it was offered.
type State uint8

const (
	Took  State = iota // all of it; the number of frames does not matter
	Later              // the frames that were counted; it will call Ready
	Gone               // nothing, and never again
)

// A Cursor is a member's place in a room's log, and the member's handle: its
// methods may be called from any goroutine, from within Deliver too, but not
// under a lock that Deliver takes.
type Cursor struct {
	shard  atomic.Pointer[shard] // changes with Room.mu and the mu of both held
	member Member
	next   uint64  // the message to be offered next, unless in step
	link   *Cursor // the next one in the shard's inbox; under shard.mu
	at     int32   // index in the list of its place: in step, or away
	enc    Encoding
	place  place // the pump's
	marks  mark  // under shard.mu
}

// A mark is news of a cursor for the pump that runs its shard.
type mark uint8

const (
	posted mark = 1 << iota // in the inbox
	ready                   // since the inbox was last read
	left                    // for good
	spoken                  // since the shard last looked; of a room that is divided
)

// lock locks the mu of c's shard, which cannot change then.
func (c *Cursor) lock() *shard {
	for {
		sh := c.shard.Load()
		sh.mu.Lock()
		if sh == c.shard.Load() {
			return sh
		}
		sh.mu.Unlock()
	}
}

// Ready says that the member can take more: right after Join, once its
// greeting is on its way, and after each Later, once its tail is gone. It may
// come before the Deliver that says Later has returned, and twice; after one
// that was uncalled for, an offer can find the tail still there: the answer is
// no frames and Later, and Ready once more.
func (c *Cursor) Ready() {
	sh := c.lock()
	defer sh.mu.Unlock()
	if c.marks&left == 0 {
		c.post(ready)
	}
}

// Leave takes the member out of the room, at once out of its count and with
// the next pass out of its memory. It may be called many times, and for a
// member that is gone.
func (c *Cursor) Leave() {
	r := c.shard.Load().room
	r.mu.Lock()
	defer r.mu.Unlock()
	sh := c.lock()
	defer sh.mu.Unlock()
	if c.depart() {
		c.post(left)
	}
}

// drop is Leave by the pump itself, which has taken the cursor out of its
// lists. It reports whether the member was still there.
func (c *Cursor) drop() bool {
	c.place = gone
	r := c.shard.Load().room
	r.mu.Lock()
	defer r.mu.Unlock()
	sh := c.lock()
	defer sh.mu.Unlock()
	return c.depart()
}

// depart takes the member out of the count, and reports whether it was in it.
// Called with room.mu and shard.mu held.
func (c *Cursor) depart() bool {
	if c.marks&left != 0 {
		return false
	}
	sh := c.shard.Load()
	if c.marks&spoken != 0 { // a room that is divided no more does not look at them
		sh.speakers = slices.DeleteFunc(sh.speakers, func(s *Cursor) bool { return s == c })
	}
	c.marks |= left
	sh.members--
	sh.settled = false
	sh.room.members--
	return true
}

// post puts news of c into the inbox, and wakes the shard. Called with
// shard.mu held.
func (c *Cursor) post(m mark) {
	c.note(m)
	c.shard.Load().rouse()
}

// note puts news of c into the inbox, for when the shard is awake. Called with
// shard.mu held.
func (c *Cursor) note(m mark) {
	if sh := c.shard.Load(); c.marks&posted == 0 {
		c.link, sh.inbox = sh.inbox, c
	}
	c.marks |= m | posted
}
