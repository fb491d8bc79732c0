package session

const second = 1_000_000_000 // in nanoseconds

// A Budget is how many control frames a peer has used up: a token bucket,
// counted in nanoseconds, so that a frame costs as many as must pass until the
// next is free (§10.4). The zero Budget is full. It is small, and all that a
// connection at rest has to remember of its Receiver.
type Budget struct {
	owed int64 // nanoseconds that must pass until the bucket is full
	last int64 // the clock at the last tick, 0 before the first
}

// tick refills for the time since the last tick.
func (b *Budget) tick(now int64) {
	if b.last != 0 && now > b.last {
		b.owed = max(0, b.owed-(now-b.last))
	}
	b.last = now
}

// spend takes one frame's cost, if burst frames are not owed already.
func (b *Budget) spend(burst, perSecond int) bool {
	cost := max(1, second/int64(perSecond))
	if b.owed > cost*int64(burst-1) {
		return false
	}
	b.owed += cost
	return true
}
