package conn

import (
	"errors"
	"time"

	"rfc6455/frame/session"
)

// parkAfter is the silence after which a connection that is served in the
// background gives its goroutine up, where the system has a place to park it.
const parkAfter = 500 * time.Millisecond

// errParked ends a goroutine whose connection is parked: it belongs to another
// one from then on.
var errParked = errors.New("websocket: parked")

// askToPark makes the reader return from its wait so that it can park. The Clock
// calls it, with c.mu held.
func (c *Conn) askToPark(now int64) {
	since := c.waiting.Load()
	if c.handler == nil || c.asked || c.parked.Load() || since == 0 || now-since < int64(parkAfter) || c.sock.waits() {
		return
	}
	c.asked = true
	c.nc.SetReadDeadline(past)
}

// tryPark parks the connection if it was asked to and nothing stands against it.
// The reader calls it when its read met a deadline.
func (c *Conn) tryPark() (parked, again bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.asked || c.broken || c.snd.State() != session.Open {
		return false, false
	}
	c.asked = false
	c.nc.SetReadDeadline(time.Time{})
	if _, partial := c.rcv.Partial(); partial {
		return false, true
	}
	rcv := c.rcv
	c.rcv = nil // before park: c may be another goroutine's right after it
	if c.sock.park(c) {
		return true, false
	}
	c.rcv = rcv
	return false, true
}

// unpark starts a reader for a connection that is parked.
func (c *Conn) unpark() {
	if c.parked.CompareAndSwap(true, false) {
		go c.serve()
	}
}
