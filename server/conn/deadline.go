package conn

import (
	"time"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// checkDeadlines is called by the Clock, about once a second. It does not block.
// Without a deadline that passed nothing is closed (§7.1.7, §7.2.1, §7.3).
func (c *Conn) checkDeadlines(now int64) {
	if overdue := c.overdue.Load(); overdue != 0 && now > overdue && c.waiting.Load() != 0 {
		c.failTooSlow()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.lingering:
		if passed(c.last.began, c.cfg.LingerTimeout, now) {
			c.nc.SetDeadline(past) // of the read, and of the last words of TLS
		}
	case c.broken:
	case c.writing && passed(c.stuck.Load(), c.cfg.WriteTimeout, now):
		c.breakOff(ErrWriteTimeout)
	case c.closing.Load() && passed(c.last.began, c.cfg.CloseTimeout, now):
		c.breakOff(ErrCloseTimeout)
	case c.snd.State() == session.Open:
		c.checkAlive(now)
		c.askToPark(now, parkAfter)
	}
}

// checkParking is checkDeadlines for a connection that is watched.
func (c *Conn) checkParking(now int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.broken && c.snd.State() == session.Open {
		c.askToPark(now, parkSoon)
	}
}

// passed says whether timeout has passed since then.
func passed(then int64, timeout time.Duration, now int64) bool {
	return timeout != Off && now-then > int64(timeout)
}

// checkAlive sends a Ping into a silence and breaks the connection off if it
// lasts. Only time in which somebody waits for bytes counts as silence.
func (c *Conn) checkAlive(now int64) {
	since := c.waiting.Load()
	if since == 0 || c.cfg.PingAfter == Off {
		return
	}
	if c.pinged <= since {
		c.pinged = 0 // answered: bytes came after it
	}
	switch {
	case c.pinged != 0 && passed(c.pinged, c.cfg.PongTimeout, now):
		c.breakOff(ErrPongTimeout)
	case c.pinged == 0 && passed(since, c.cfg.PingAfter, now):
		c.pinged = now
		c.lend()
		c.snd.Send(frame.Ping, nil) // the state is Open, so it is taken
		c.push()
	}
}

// failTooSlow fails the connection from outside the reader, which waits.
func (c *Conn) failTooSlow() {
	c.fail(frame.ErrMessageTooSlow)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.push()
	c.wake()
}
