package session

const second = 1_000_000_000 // in nanoseconds

// A budget is a token bucket, counted in nanoseconds: a frame costs as many as
// must pass until the next is free.
type budget struct {
	cost, full int64 // of one frame, and of an untouched bucket
	left       int64
	last       int64 // the clock at the last tick, 0 before the first
}

func newBudget(burst, perSecond int) budget {
	cost := max(1, second/int64(perSecond))
	full := cost * int64(burst)
	return budget{cost: cost, full: full, left: full}
}

// tick refills for the time since the last tick.
func (b *budget) tick(now int64) {
	if b.last != 0 && now > b.last {
		b.left = min(b.full, b.left+min(now-b.last, b.full))
	}
	b.last = now
}

// spend takes one frame's cost, if it is there.
func (b *budget) spend() bool {
	if b.left < b.cost {
		return false
	}
	b.left -= b.cost
	return true
}
