package room

import (
	"container/heap"
	"slices"
)

// A step is a member in step. It stands beside its cursor, so that a pass need
// not touch the cursors of those who take all.
type step struct {
	member Member
	cursor *Cursor
}

// A place says which of the shard's lists a cursor is in.
type place uint8

const (
	outside place = iota // in none yet: it joined, and is in the inbox
	inStep               // its next message is the shard's
	lagging              // it is offered another one, or told that it overflowed
	away                 // it is not ready
	gone                 // in none, for good
)

// admit takes up a member that can be offered something.
func (sh *shard) admit(c *Cursor) {
	if c.next != sh.cursor {
		c.place = lagging
		if sh.lag == nil {
			sh.lag = sh.pump.lendLag()
		}
		sh.lag = append(sh.lag, c)
		return
	}
	c.place = inStep
	list := sh.steps[c.enc]
	if n := len(list); n == cap(list) {
		list = slices.Grow(list, max(1, min(n, int(sh.seats)-n))) // for all seats at last, and no more
	}
	c.at = int32(len(list))
	sh.steps[c.enc] = append(list, step{c.member, c})
}

// park takes up a member that must not be offered anything until it is ready.
func (sh *shard) park(c *Cursor) {
	c.place = away
	heap.Push(&sh.away, c)
}

// remove takes c out of its list. One that lags is let go by the pass, which
// comes by all of them.
func (sh *shard) remove(c *Cursor) {
	switch c.place {
	case inStep:
		sh.unstep(c)
	case away:
		heap.Remove(&sh.away, int(c.at))
	case outside, lagging, gone:
	}
	c.place = gone
}

// unstep takes c out of those in step; the last one gets its index.
func (sh *shard) unstep(c *Cursor) {
	list := sh.steps[c.enc]
	last := len(list) - 1
	list[c.at] = list[last]
	list[c.at].cursor.at = c.at
	list[last] = step{}
	sh.steps[c.enc] = list[:last]
}

// expire takes those away whose next message is before base, which the log's
// base has come to, to those that lag, where the pass tells them. They cannot
// be offered anything there, ready or not: the base only grows.
func (sh *shard) expire(base uint64) {
	for sh.away.expired(base) {
		c := sh.away[0]
		sh.remove(c)
		sh.admit(c)
	}
}

// shrink gives back what the lists take, once the members that they were made
// for have left. That some are in another list is no reason: they come back.
func (sh *shard) shrink(members int) {
	for e := range sh.steps {
		sh.steps[e] = shrunk(sh.steps[e], members)
	}
	sh.away = shrunk(sh.away, members)
}

func shrunk[T any](list []T, members int) []T {
	if cap(list) <= 16 || cap(list) <= 4*members {
		return list
	}
	return slices.Clone(list)
}

// stepCount counts the members in step.
func (sh *shard) stepCount() (n int) {
	for _, list := range sh.steps {
		n += len(list)
	}
	return n
}
