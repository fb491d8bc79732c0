package conn

import (
	"errors"
	"time"

	"rfc6455/frame/session"
)

// parkAfter is the silence after which a connection that is served in the
// background gives its goroutine up; parkSoon if it was parked before and is
// watched ([Clock.watch]): most have one thing to say and are silent again.
const (
	parkAfter = 500 * time.Millisecond
	parkSoon  = tick / 2
)

// errParked ends a goroutine whose connection is parked: it belongs to another
// one from then on.
var errParked = errors.New("websocket: parked")

// askToPark makes the reader return from its wait if it has waited for so long,
// so that it can park. The Clock calls it, with c.mu held.
func (c *Conn) askToPark(now int64, after time.Duration) {
	since := c.waiting.Load()
	if c.handler == nil || c.asked || c.parked.Load() || since == 0 || c.rested || now-since < int64(after) || c.sock.waits() {
		return
	}
	c.asked = true
	c.nc.SetReadDeadline(past)
}

// tryPark parks the connection if it was asked to and nothing stands against it.
// The reader calls it when its read met a deadline. Where there is no place to
// park, the connection goes on waiting on a goroutine with a fresh stack, once in
// a silence: a stack that grew never shrinks under a goroutine that waits.
func (c *Conn) tryPark() (parked, again bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.asked || c.broken || c.snd.State() != session.Open {
		return false, false
	}
	c.asked = false
	c.nc.SetReadDeadline(time.Time{})
	if _, partial := c.partial(); partial {
		return false, true
	}
	c.knownNow()
	c.park()
	return true, false
}

// A favour is what a Clock grants to a few connections at a time.
type favour uint8

const (
	none    favour = iota
	fresh          // to wait for its first bytes on a goroutine, see freshMax
	holding        // to wait for the rest of a message with its buffer, see holdMax
)

// freshMax is how many connections of a Clock may wait for their first bytes on
// goroutines of their own. Most say something at once, and are answered sooner
// so; but where thousands come together, their goroutines must not all stand
// beside each other.
const freshMax = 256

// parkFirst parks a connection before its first read, if there are as many that
// wait for theirs as may be.
func (c *Conn) parkFirst() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.in.rest) > 0 || c.isOver() || c.sock.waits() {
		return false
	}
	if c.cfg.Clock.fresh.Add(1) <= freshMax {
		c.favour = fresh
		return false
	}
	c.cfg.Clock.fresh.Add(-1)
	c.waiting.Store(c.cfg.Clock.Now())
	c.park()
	return true
}

// knownNow ends the time in which a connection counts for freshMax.
func (c *Conn) knownNow() {
	if c.favour == fresh {
		c.favour = none
		c.cfg.Clock.fresh.Add(-1)
	}
}

// park lets go of the connection: it belongs to another goroutine right after it.
// c.mu is held.
func (c *Conn) park() {
	c.in = nil
	if !c.sock.park(c) {
		c.rested = true
		go c.serveRested()
	}
}

// serveRested waits on a stack that stays small, then goes on as usual.
func (c *Conn) serveRested() {
	c.sock.await()
	c.serve()
}

// unpark starts a reader for a connection that is parked.
func (c *Conn) unpark() {
	if c.parked.CompareAndSwap(true, false) {
		c.cfg.Clock.watch(c)
		go c.serve()
	}
}
