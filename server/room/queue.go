package room

// The queues are the shards that have work, in the order in which they came. Front
// rows have a queue of their own: one of them is next when the others had so many
// sends.
type queues struct {
	front, rest queue
	sends       int // of the others since a front row was next; the pump's own
}

// frontEvery is how many sends the others have between two turns of front rows: the
// less, the more is said meanwhile and the later it comes to those at the end.
const frontEvery = 32

func (qs *queues) empty() bool { return qs.front.first == nil && qs.rest.first == nil }

func (qs *queues) put(sh *shard) {
	if sh.front {
		qs.front.put(sh)
	} else {
		qs.rest.put(sh)
	}
}

func (qs *queues) take() *shard {
	if qs.rest.first == nil || qs.front.first != nil && qs.sends >= frontEvery {
		qs.sends = 0
		return qs.front.take()
	}
	return qs.rest.take()
}

// A queue is linked shards.
type queue struct{ first, last *shard }

func (q *queue) put(sh *shard) {
	if q.first == nil {
		q.first = sh
	} else {
		q.last.link = sh
	}
	q.last = sh
}

// take gives the first one; nil: there is none.
func (q *queue) take() *shard {
	sh := q.first
	if sh != nil {
		q.first, sh.link = sh.link, nil
	}
	if q.first == nil {
		q.last = nil // its room may be dropped before another shard comes
	}
	return sh
}
