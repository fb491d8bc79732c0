package room

// A Log is what a room needs of the place where its messages live. The room
// calls it under its own lock, one call at a time, so no method may wait for
// anything slow. The room is the log's only writer.
type Log interface {
	// Bounds gives the log as [base, head): the number of the oldest message
	// that is held, from 1 on, and the number of the message to come.
	Bounds() (base, head uint64)

	// Append takes body as message number head, or fails and changes nothing.
	// The log keeps body; nobody changes it from here on.
	Append(body []byte) error

	// At gives the body of message seq.
	At(seq uint64) []byte

	// Trim lets go of the messages before base.
	Trim(base uint64)
}

// evict makes space for a body of n bytes within the log's limits, unless
// that would take a message from a shard that has not yet come to it; and within
// what all logs may take, as far as it can. Called with r.mu held.
func (r *Room) evict(n int) error {
	base, bytes := r.base, r.bytes
	for base < r.head && (r.head-base >= uint64(r.cfg.Messages) || n > r.cfg.Bytes-bytes) {
		bytes -= len(r.log.At(base))
		base++
	}
	if base > r.floor {
		r.floor = r.lowest()
	}
	if base > r.floor {
		return ErrBehind
	}
	if over := r.over(n); over > 0 {
		r.floor = r.lowest()
		for ; base < r.floor && int64(r.bytes-bytes) < over; base++ {
			bytes -= len(r.log.At(base))
		}
	}
	r.trim(base, bytes)
	return nil
}

// over gives how many bytes all logs would be over their limit with n more.
func (r *Room) over(n int) int64 {
	if r.cfg.Total == 0 {
		return 0
	}
	return r.used.Load() + int64(n) - r.cfg.Total
}

// lowest gives the lowest cursor of a shard: what lies before it may go.
// Called with r.mu held.
func (r *Room) lowest() uint64 {
	low := r.head
	for _, sh := range r.shards {
		low = min(low, sh.cursor)
	}
	return low
}

// letGo lets go of the messages before number before. Called with r.mu held.
func (r *Room) letGo(before uint64) {
	base, bytes := r.base, r.bytes
	for ; base < before; base++ {
		bytes -= len(r.log.At(base))
	}
	r.trim(base, bytes)
}

// trim moves the base; bytes is what the bodies after it sum up to. Called
// with r.mu held.
func (r *Room) trim(base uint64, bytes int) {
	if base != r.base {
		r.used.Add(int64(bytes - r.bytes))
		r.base, r.bytes = base, bytes
		r.log.Trim(base)
		for e := range r.rings {
			r.rings[e].trim(base)
		}
	}
}
