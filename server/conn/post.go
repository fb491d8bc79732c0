package conn

import (
	"errors"

	"rfc6455/frame"
)

// ErrQueueFull says that more than [Config.QueueBytes] of output stand behind a
// write that is stuck.
var ErrQueueFull = errors.New("websocket: output waits behind a write that is stuck (RFC 6455 §10.4)")

// Post is Send for those who must not wait, like whoever sends to many: while the
// queue is full it fails with [ErrQueueFull] and sends nothing. p is copied.
func (c *Conn) Post(op frame.Opcode, p []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.writing && len(c.snd.Output()) > c.cfg.QueueBytes {
		return ErrQueueFull
	}
	if err := c.usable(); err != nil {
		return err
	}
	c.lend()
	if err := c.snd.Send(op, p); err != nil {
		return c.refused(err)
	}
	c.push()
	return c.usable()
}
