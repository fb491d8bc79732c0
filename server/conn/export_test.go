package conn

import (
	"time"

	"rfc6455/frame/session"
)

// AskToPark is what the Clock does to a connection that is silent, at once.
func (c *Conn) AskToPark() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.broken && c.snd.State() == session.Open {
		c.askToPark(c.cfg.Clock.Now(), -time.Hour)
	}
}

// Asked says whether the reader was asked to park and has not done so.
func (c *Conn) Asked() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked
}

// Rests says whether the connection is parked, or, where there is no such thing,
// waits on a fresh stack.
func (c *Conn) Rests() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.parked.Load() || c.rested
}

// CheckDeadlines is what the Clock does, as if so much time had passed.
func (c *Conn) CheckDeadlines(passed time.Duration) {
	c.checkDeadlines(c.cfg.Clock.Now() + int64(passed))
}

const FreshMax = freshMax

// Crowd lets n more connections wait for their first bytes, and says how many do.
func (k *Clock) Crowd(n int32) int32 { return k.fresh.Add(n) }

const HoldMax = holdMax

// Holding says how many connections wait with their buffers, and Hold lets more do so.
func (k *Clock) Holding() int32 { return k.holding.Load() }

func (k *Clock) Hold(n int32) { k.holding.Add(n) }
