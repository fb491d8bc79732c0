package room

import "sync"

// A seating is how many members share a shard.
type seating struct {
	least int // a 32nd of the room's members, within these bounds:
	most  int // a large room is walked in some dozen turns
}

var usualSeating = seating{least: 16, most: 4096}

// next is how many seats the next shard has in a room of so many members.
func (s seating) next(members int) int { return min(max(members/32, s.least), s.most) }

// pumpMembers is how many seats of a room a pump has before the next one takes part:
// two at work on one small room cost more than they bring.
const pumpMembers = 4096

// A shard is a part of a room's members, in the hands of one pump.
type shard struct {
	room *Room
	pump *pump

	// Under room.mu.
	members int    // joined and not yet left
	cursor  uint64 // the next message; written by the pump, which may read it without
	waiter  int    // its place among room.waiters, from 1; 0: it does not wait
	seats   int32  // how many members it has at most; never changes
	front   bool   // it is the front row; never changes
	settled bool   // no pass is under way, and all its members are in step
	state   state  // under mu, this one

	// Under mu, a leaf but for pump.mu.
	mu       sync.Mutex
	inbox    *Cursor   // those with news, linked
	speakers []*Cursor // those who spoke since the last pass

	link *shard // the next one in the run queue; under pump.mu

	// The pump's, while it runs the shard.
	steps [][]step  // the members in step, by encoding
	lag   []*Cursor // those that lag
	away  absence   // those that are away
	pass  *pass     // the one under way
}

// A state says whether a shard has work, and whether a pump has it in hands.
type state uint8

const (
	idle    state = iota
	queued        // in its pump's run queue
	running       // in a turn
	dirty         // in a turn, and there is news since the inbox was last read
)

// wake sees to it that the shard gets a turn that begins after this call.
func (sh *shard) wake() {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.rouse()
}

// rouse is wake with sh.mu held.
func (sh *shard) rouse() {
	switch sh.state {
	case idle:
		sh.state = queued
		sh.pump.push(sh)
	case running:
		sh.state = dirty
	case queued, dirty:
	}
}

// sleep ends the turns, unless there is news.
func (sh *shard) sleep() bool {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.state == dirty {
		return false
	}
	sh.state = idle
	return true
}

// yield puts the shard behind the others of its pump.
func (sh *shard) yield() {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.state = queued
	sh.pump.push(sh)
}

// readInbox puts everybody with news where he belongs. News of the head that
// came up to here is taken too: whoever calls this looks at the head next.
func (sh *shard) readInbox() {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.state = running
	for c := sh.inbox; c != nil; c, c.link = c.link, nil {
		news := c.marks
		c.marks &= left | spoken
		switch waits := c.place == outside || c.place == away; {
		case news&left != 0:
			sh.remove(c)
		case waits && news&ready != 0:
			sh.remove(c)
			sh.admit(c)
		case c.place == outside:
			sh.park(c)
		}
	}
	sh.inbox = nil
}

// share is how many sends a turn has: one pass, so that what is said meanwhile
// gathers, and nobody waits for several.
func (sh *shard) share() int { return min(int(sh.seats), sendsPerTurn) }
