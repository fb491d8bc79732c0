package conn

import "rfc6455/frame/session"

// A Delivery is what became of frames that were offered by [Conn.Deliver].
type Delivery uint8

const (
	Took  Delivery = iota // all are written
	Later                 // the first so many are written or kept; the rest may be offered after OnReady
	Gone                  // none, and never again: the connection is closing or has ended
)

// Touch reads something of each cache line that Deliver needs, so that the next call
// finds them: for a caller that has many connections to deliver to. What it gives
// does not matter.
func (c *Conn) Touch() bool { return c.sock != nil && c.cfg != nil }

// OnReady sets what is called after each [Later], when what was kept is written.
// It is called without a lock, from any goroutine, and must not block. It has to
// be set before the first Deliver.
func (c *Conn) OnReady(ready func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ready = ready
}

// Deliver offers whole frames that many connections share, made by
// [session.AppendMessage] or, if compressed, [session.AppendCompressed]. joined
// is the frames in one piece. It never blocks. After Later the connection keeps
// the first taken frames, whose bytes must never change, until they are written;
// joined and the slice frames itself are not kept.
func (c *Conn) Deliver(joined []byte, frames [][]byte, compressed bool) (taken int, st Delivery) {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.snd.Prepared(compressed)
	if c.broken || err == session.ErrClosed {
		return 0, Gone
	}
	if err != nil || c.writing || !c.pushed() {
		c.late = true
		return 0, Later
	}
	n, failed := c.sock.tryWrite(joined, false)
	switch {
	case failed != nil:
		c.breakOff(failed)
		return 0, Gone
	case n == len(joined):
		return len(frames), Took
	}
	c.late = true
	taken = c.keep(frames, n)
	c.writeLater() // not push: if that wrote all, nobody would tell that it is ready
	return taken, Later
}

// keep keeps what Deliver could not write as the tail, n bytes of frames being
// written: the rest of the one frame that was cut, or, where nothing can be
// written without waiting, all of them.
func (c *Conn) keep(frames [][]byte, n int) (taken int) {
	for n >= len(frames[taken]) {
		n -= len(frames[taken])
		taken++
	}
	if c.sock.waits() {
		c.tail = append(c.tail, frames...)
		return len(frames)
	}
	c.tail = append(c.tail, frames[taken][n:])
	return taken + 1
}

// pushed writes the output, or sees to it that it is written. It is true if
// nothing is left.
func (c *Conn) pushed() bool {
	c.push()
	return !c.writing
}
