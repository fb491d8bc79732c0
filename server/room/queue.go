package room

// The queues are the shards that have work, in the order in which they came. Front
// rows have a queue of their own: each second turn is for one of them.
type queues struct {
	front, rest queue
	fronted     bool // the last turn was a front row's
}

func (qs *queues) empty() bool { return qs.front.first == nil && qs.rest.first == nil }

func (qs *queues) put(sh *shard) {
	if sh.front {
		qs.front.put(sh)
	} else {
		qs.rest.put(sh)
	}
}

func (qs *queues) take() *shard {
	qs.fronted = qs.rest.first == nil || !qs.fronted && qs.front.first != nil
	if qs.fronted {
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
