package conn

import (
	"errors"
	"math"
	"runtime"
	"time"

	"rfc6455/frame/session"
)

// parkAfter is the silence after which a connection that is served in the
// background gives its goroutine up; parkSoon if it is new or was parked before, and
// is watched ([Clock.watch]): most have one thing to say and are silent again.
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
	if !c.asked || c.woken {
		return false, false
	}
	c.asked = false
	c.nc.SetReadDeadline(time.Time{})
	if _, partial := c.partial(); partial || c.snd.State() != session.Open {
		return false, true // a Close of ours may have come between: its answer is waited for
	}
	c.park()
	return true, false
}

// awakeMax is how many connections that come or wake in one tick of a Clock may
// wait on goroutines of their own, until they have been silent for parkSoon. Most
// have something to say soon, and are answered sooner so; but where thousands come
// or wake together, their goroutines must not all stand beside each other. One that
// was parked for that reason and is woken within parkAfter is one that talks: it may
// wait, or to park it would cost more than what it says.
const awakeMax = 128

// parkFirst parks a connection before its first read, if as many have come or woken
// as may wait.
func (c *Conn) parkFirst() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.in.rest) > 0 || c.isOver() || c.sock.waits() || c.cfg.Clock.came(c, awakeMax) {
		return false
	}
	c.waiting.Store(c.cfg.Clock.Now())
	c.park()
	return true
}

// parkAgain parks a connection that is not to wait, once it has handled what it was
// woken for.
func (c *Conn) parkAgain() bool {
	if !c.brief {
		return false
	}
	c.brief, c.hasty = false, true
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, partial := c.partial(); partial || c.holdsBuffer() || c.asked || c.broken || c.snd.State() != session.Open {
		return false
	}
	c.park()
	return true
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
		k, most := c.cfg.Clock, awakeMax
		if c.hasty && k.Now()-c.waiting.Load() < int64(parkAfter) {
			most = math.MaxInt
		}
		c.brief, c.hasty = !k.woke(c, most), false
		k.waking.Add(1)
		go c.serveWoken()
	}
}

func (c *Conn) serveWoken() {
	c.cfg.Clock.waking.Add(-1)
	c.serve()
}

// wakingMax is how many goroutines may be about to begin before the next is started
// by who has many to start.
const wakingMax = 64

// letWake lets those begin that were unparked. Goroutines are made much faster than
// they run: without it thousands whose connections end together would all be there
// at once.
func (k *Clock) letWake() {
	for k.waking.Load() > wakingMax {
		runtime.Gosched()
	}
}
