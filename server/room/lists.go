package room

import (
	"math"
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
	c.at = int32(len(sh.steps[c.enc]))
	sh.steps[c.enc] = append(sh.steps[c.enc], step{c.member, c})
}

// park takes up a member that must not be offered anything until it is ready.
func (sh *shard) park(c *Cursor) {
	c.place = away
	c.at = int32(len(sh.away))
	sh.away = append(sh.away, c)
	sh.oldest = min(sh.oldest, c.next)
}

// remove takes c out of its list. One that lags is let go by the pass, which
// comes by all of them.
func (sh *shard) remove(c *Cursor) {
	switch c.place {
	case inStep:
		sh.unstep(c)
	case away:
		sh.unpark(c)
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

// unpark does the same for those away. The bound stays: it is a lower one.
func (sh *shard) unpark(c *Cursor) {
	last := len(sh.away) - 1
	sh.away[c.at] = sh.away[last]
	sh.away[c.at].at = c.at
	sh.away[last] = nil
	sh.away = sh.away[:last]
}

// expire takes those away whose next message the log has lost to those that
// lag, where the pass tells them: its base is at base now. They cannot be
// offered anything there, ready or not, since the base only grows.
//
// It looks at the list only when the base has passed the lowest place in it,
// so each time somebody has fallen or, in the last moment, become ready.
func (sh *shard) expire(base uint64) {
	if sh.oldest >= base {
		return
	}
	sh.oldest = math.MaxUint64
	for i := 0; i < len(sh.away); {
		c := sh.away[i]
		if c.next < base {
			sh.unpark(c) // another one is at i now
			sh.admit(c)
			continue
		}
		sh.oldest = min(sh.oldest, c.next)
		i++
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

// inStep counts the members in step.
func (sh *shard) inStep() (n int) {
	for _, list := range sh.steps {
		n += len(list)
	}
	return n
}
