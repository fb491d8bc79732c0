package load

import "time"

// keepTime wakes the senders when a message of theirs is due, until all are. One
// goroutine keeps the time for all: it sleeps more precisely than timers do, and a
// sender that is stuck in a write delays nobody else.
func (r *run) keepTime(senders []*client) {
	n := int64(len(senders))
	for k := int64(0); k < r.total.Load() && !r.stopping.Load(); {
		r.sleepUntil(r.start + r.plan.due(k))
		due := min(r.plan.messages(time.Duration(r.now()-r.start)), r.total.Load())
		for i := k; i < min(due, k+n); i++ { // more would wake somebody twice
			wake(senders[i%n])
		}
		k = max(k, due)
	}
	for _, c := range senders {
		wake(c)
	}
}

func wake(c *client) {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// nap is the longest sleep, so that stopping is seen.
const nap = 20 * time.Millisecond

func (r *run) sleepUntil(t int64) {
	for !r.stopping.Load() {
		d := time.Duration(t - r.now())
		if d <= 0 {
			return
		}
		sleep(min(d, nap))
	}
}

// sendOnTime sends all messages of sender c in its turn, each when it is due or,
// if c was stuck, as soon as it can.
func (r *run) sendOnTime(c *client, senders int) {
	for k := int64(c.id); k < r.total.Load(); k += int64(senders) {
		due := r.start + r.plan.due(k)
		for r.now() < due && !r.stopping.Load() {
			<-c.wake
		}
		if r.stopping.Load() || c.sendLocked(due) != nil {
			return
		}
	}
}

func (c *client) sendLocked(due int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.send(due, c.conn.Send)
}

// ticket allows one more message of a closed loop.
func (r *run) ticket() bool {
	if r.stopping.Load() {
		return false
	}
	if r.plan.Count == 0 {
		return true
	}
	n := r.tickets.Add(1)
	if n == r.plan.Count {
		close(r.spent)
	}
	return n <= r.plan.Count
}

// watchInterval is how often closed loops are looked at.
const watchInterval = 100 * time.Millisecond

// keepLooping sets closed loops going again that wait for what was lost.
func (r *run) keepLooping(senders []*client, stop <-chan struct{}) {
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
		for _, c := range senders {
			if c.forgive(r.now()) {
				r.sending.Go(c.fill)
			}
		}
	}
}
