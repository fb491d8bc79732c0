package room

// A shard that has come to the head waits for the next message. All others
// look at the head by themselves before they wait, so that a busy room wakes
// nobody; and of those that wait, a publisher wakes one, which wakes the rest:
// publishing costs the same however many there are. All of this is called
// with room.mu held.

// wakeOne wakes a shard that waits, if there is one: the front row, if it does.
func (r *Room) wakeOne() {
	if n := len(r.waiters); n > 0 {
		sh := r.waiters[n-1]
		if r.front != nil && r.front.waiter > 0 {
			sh = r.front
		}
		r.unwait(sh)
		r.alarm = n > 1
		sh.wake()
	}
}

// wakeRest wakes the other waiters when a message came. Whoever was woken by
// wakeOne comes here at once: a shard that waits is not in a pass.
func (r *Room) wakeRest() {
	if !r.alarm {
		return
	}
	r.alarm = false
	for _, sh := range r.waiters {
		sh.waiter = 0
		sh.wake()
	}
	clear(r.waiters)
	r.waiters = r.waiters[:0]
}

// wait has sh woken by the next message.
func (r *Room) wait(sh *shard) {
	r.waiters = append(r.waiters, sh)
	sh.waiter = len(r.waiters)
}

// unwait takes sh off those that wait, if it does; the last one gets its
// place.
func (r *Room) unwait(sh *shard) {
	if sh.waiter == 0 {
		return
	}
	last := len(r.waiters) - 1
	r.waiters[sh.waiter-1] = r.waiters[last]
	r.waiters[sh.waiter-1].waiter = sh.waiter
	r.waiters[last] = nil
	r.waiters = r.waiters[:last]
	sh.waiter = 0
}
