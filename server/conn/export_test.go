package conn

import (
	"time"

	"rfc6455/frame"
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

// CloseAsked is StartClose when the Clock has just asked the reader to park, which
// knows of neither yet. It is false, and nothing was done, where it is not asked.
func (c *Conn) CloseAsked(code frame.CloseCode) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.askToPark(c.cfg.Clock.Now(), -time.Hour)
	return c.asked && c.queueClose(code, "") == nil
}

// A HeldRead is the first read of a connection, which has read and does not return
// before it is let go.
type HeldRead struct {
	socket
	came, letGo chan struct{}
	last        error // of the last read
}

// HoldRead holds the first read of a connection that is not served yet.
func (c *Conn) HoldRead() *HeldRead {
	h := &HeldRead{socket: c.sock, came: make(chan struct{}), letGo: make(chan struct{})}
	c.sock = h
	return h
}

func (h *HeldRead) read(c *Conn, space []byte) (p []byte, err error) {
	p, h.last = h.socket.read(c, space)
	select {
	case <-h.letGo:
	default:
		close(h.came)
		<-h.letGo
	}
	return p, h.last
}

// Came waits until something was read.
func (h *HeldRead) Came() { <-h.came }

// LetGo lets that read return, and all that follow.
func (h *HeldRead) LetGo() { close(h.letGo) }

// Last is what the last read ended with. The connection must have ended.
func (h *HeldRead) Last() error { return h.last }

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

const (
	AwakeMax      = awakeMax
	TicksPerRound = ticksPerRound
)

// StillClock gives a Clock that does not tick, and what ends it.
func StillClock() (k *Clock, stop func()) {
	k = &Clock{runs: true, start: time.Now()}
	k.now.Store(1)
	return k, k.lot.close
}

// Crowd is as if n connections more had come in this tick, of a Clock that is still,
// and says how many have that are still there.
func (k *Clock) Crowd(n int) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.awake += n
	return k.awake
}

// ParkAfter lets so much time pass for a Clock that is still.
func (k *Clock) ParkAfter() { k.now.Add(int64(parkAfter)) }

// Room is for how many connections the Clock has memory.
func (k *Clock) Room() (n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, slot := range k.slots {
		n += cap(slot)
	}
	return n
}

const HoldMax = holdMax

// Holding says how many connections wait with their buffers, and Hold lets more do so.
func (k *Clock) Holding() int32 { return k.holding.Load() }

func (k *Clock) Hold(n int32) { k.holding.Add(n) }
