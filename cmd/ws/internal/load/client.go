package load

import (
	"sync"
	"sync/atomic"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/server/conn"
)

// A client is one connection.
type client struct {
	run   *run
	conn  *conn.Conn
	tally *tally

	// Set before run.stage is, and not changed after.
	id      int      // as a sender; none: rollCall
	streams []stream // mode broadcast: one for each sender; mode echo: its own

	at       int          // where the mark stood last; the reader's
	heard    atomic.Bool  // the roll call came
	received atomic.Int64 // messages, each once
	ended    atomic.Bool  // before its time

	wake chan struct{} // a message of ours is due

	mu       sync.Mutex   // guards the sending: numbers go out in order
	issued   atomic.Int64 // numbers; written under mu
	refused  int64        // of them were not sent, as the connection had ended
	underWay int          // closed loop: sent and not come back
	moved    int64        // closed loop: when one was sent or came last
}

// read takes what comes until the connection ends.
func (c *client) read() {
	for ev := range c.conn.Messages() {
		c.take(ev)
	}
	if !c.run.closing.Load() && c.ended.CompareAndSwap(false, true) {
		c.run.ends.add(reason(c.conn.Err()))
	}
}

// take judges one message.
func (c *client) take(ev session.Event) {
	now, size := c.run.now(), len(ev.Payload)
	p, found := c.run.shape.read(ev.Payload, &c.at)
	senders := c.run.stage.Load()
	switch {
	case found == foreign:
		c.tally.countOther(size, &c.tally.foreign)
	case found == ours && p.sender == rollCall:
		if c.heard.CompareAndSwap(false, true) {
			c.run.present.Add(1)
		}
	case found == damaged || senders == nil || p.sender >= len(*senders) || p.due > now ||
		p.number >= (*senders)[p.sender].issued.Load():
		c.tally.countOther(size, &c.tally.damaged)
	case c.run.plan.Mode == Echo && p.sender != c.id:
		c.tally.countOther(size, &c.tally.stray)
	default:
		c.judge(p, size, now)
	}
}

// judge counts the arrival of a message, and lets a closed loop go on.
func (c *client) judge(p probe, size int, now int64) {
	s := &c.streams[0]
	if c.run.plan.Mode == Broadcast {
		s = &c.streams[p.sender]
	}
	v := s.take(p.number)
	if v == duplicate {
		c.tally.countOther(size, &c.tally.duplicate)
		return
	}
	c.tally.cameIn(size, now-p.due, v)
	c.received.Add(1)
	if p.sender == c.id && c.run.plan.Rate == 0 {
		c.goOn(now)
	}
}

// goOn is a closed loop's next step: a message came back, so another one goes.
// Reply lets all answers to one read leave in one write.
func (c *client) goOn(now int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.underWay = max(0, c.underWay-1)
	c.moved = now
	c.loopSend(now, func(op frame.Opcode, b []byte) error {
		return c.conn.Reply(session.Event{Opcode: op, Payload: b})
	})
}

// fill sends until as many messages are under way as should be. It begins a closed
// loop, and goes on with one that waits for what was lost.
func (c *client) fill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.underWay < c.run.plan.Inflight {
		if !c.loopSend(c.run.now(), c.conn.Send) {
			return
		}
	}
}

// loopSend sends a closed loop's next message. It is false if there is none. c.mu
// is held.
func (c *client) loopSend(now int64, write func(frame.Opcode, []byte) error) bool {
	if !c.run.ticket() {
		return false
	}
	c.underWay++
	c.moved = now
	return c.send(now, write) == nil
}

// forgive takes what has been under way for too long as lost. It says whether the
// loop stood still.
func (c *client) forgive(now int64) bool {
	if !c.mu.TryLock() {
		return false // it sends just now
	}
	defer c.mu.Unlock()
	if c.underWay == 0 || now-c.moved < int64(c.run.plan.Wait) || c.ended.Load() {
		return false
	}
	c.underWay = 0
	return true
}

// send sends the next number, due then. c.mu is held.
func (c *client) send(due int64, write func(frame.Opcode, []byte) error) error {
	number := c.issued.Load()
	c.issued.Store(number + 1)
	b := c.run.buffers.Get().(*[]byte)
	defer c.run.buffers.Put(b)
	c.run.shape.write(*b, probe{c.id, number, due})
	lag := c.run.now() - due
	if err := write(c.run.plan.opcode(), *b); err != nil {
		c.refused++
		return err
	}
	c.tally.wentOut(len(*b), lag)
	return nil
}

// sent is how many messages went out.
func (c *client) sent() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.issued.Load() - c.refused
}
