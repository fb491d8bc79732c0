package conn

import (
	"net"
	"sync"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// Sizes on the way out, in bytes.
const (
	gatherMax  = 4 << 10  // of answers that gather; more are written at once
	directFrom = 16 << 10 // a message from this size on is written where it is, without a copy

	outputSize = gatherMax + directFrom + frame.MaxHeaderLen // of the buffer in which answers gather
)

var outputBuffers = sync.Pool{New: func() any { return new([outputSize]byte) }}

// Send sends a message: Text, which has to be UTF-8, or Binary; or a Ping or a
// Pong with a payload of up to 125 bytes. It returns when the bytes were written
// or stand in the bounded queue behind a write of somebody else's; p is free for
// use then. Errors are those of [session.Sender.Send], or what ended the
// connection.
func (c *Conn) Send(op frame.Opcode, p []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(p) >= directFrom {
		if ok, err := c.sendDirect(op, p); ok || err != nil {
			return err
		}
	}
	if err := c.waitForRoom(); err != nil {
		return err
	}
	c.lend()
	if err := c.snd.Send(op, p); err != nil {
		return c.refused(err)
	}
	return c.pushWaiting()
}

// Fragment sends a piece of a message as a frame of its own (§5.4); see
// [session.Sender.Fragment].
func (c *Conn) Fragment(op frame.Opcode, p []byte, last bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.waitForRoom(); err != nil {
		return err
	}
	c.lend()
	if err := c.snd.Fragment(op, p, last); err != nil {
		return c.refused(err)
	}
	err := c.pushWaiting()
	if last && !c.writing {
		c.tellReady() // Deliver had to wait for the end of the message
	}
	return err
}

// Reply answers a message that was just given out; only the goroutine that got it
// may call it, before it takes the next. ev is that message, not changed, or one of
// the caller's own making, of which Opcode and Payload count, as for Send. It leaves
// together with the other answers to the same read; what came and is long leaves at
// once and without a copy.
func (c *Conn) Reply(ev session.Event) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(ev.Payload) >= directFrom {
		if err := c.settle(); err != nil { // before InPlace judges: the state may change meanwhile
			return err
		}
		if framed := c.snd.InPlace(ev); framed != nil {
			return c.writeDirect(framed, nil)
		}
	}
	if err := c.waitForRoom(); err != nil {
		return err
	}
	c.lend()
	if err := c.snd.Echo(ev); err != nil {
		return c.refused(err)
	}
	if len(c.snd.Output()) >= gatherMax {
		return c.pushWaiting()
	}
	return nil
}

// refused prefers what ended the connection to the Sender's ErrClosed.
func (c *Conn) refused(err error) error {
	c.unlend()
	if err == session.ErrClosed && c.last.cause != nil {
		return c.last.cause
	}
	return err
}

// lend gives the Sender a buffer for its output if it has none. c.mu is held, as
// in all that follows. While somebody writes it does not ask for the output: that
// would put a Pong into it that a newer one may still replace (§5.5.3).
func (c *Conn) lend() {
	if !c.lent && !c.writing && len(c.snd.Output()) == 0 {
		c.snd.Lend(outputBuffers.Get().(*[outputSize]byte)[:])
		c.lent = true
	}
}

// unlend takes the buffer back from a Sender that has no output left.
func (c *Conn) unlend() {
	if !c.lent || c.writing || len(c.snd.Output()) > 0 {
		return
	}
	c.lent = false
	if b := c.snd.Take(); cap(b) == outputSize {
		outputBuffers.Put((*[outputSize]byte)(b[:outputSize]))
	}
}

// waitForRoom waits while too much stands behind a write that is stuck.
func (c *Conn) waitForRoom() error {
	for c.writing && len(c.snd.Output()) > c.cfg.QueueBytes && !c.broken {
		c.await()
	}
	return c.usable()
}

func (c *Conn) usable() error {
	if c.broken {
		return c.last.cause
	}
	return nil
}

// push writes the output (§6.1 item 7) if that needs no waiting, else lets a
// goroutine of its own do it.
func (c *Conn) push() {
	if !c.tryPush() {
		c.writeLater()
	}
}

// writeLater lets a goroutine of its own write all there is.
func (c *Conn) writeLater() {
	c.beginWrite()
	go func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.writeAll()
	}()
}

// pushWaiting writes the output, waiting for the peer if need be.
func (c *Conn) pushWaiting() error {
	if !c.tryPush() {
		c.beginWrite()
		c.writeAll()
	}
	return c.usable()
}

// tryPush writes what can be written without waiting. It is true if nothing is
// left to do: all went, or somebody else is writing and will take it along.
func (c *Conn) tryPush() bool {
	if c.writing || c.broken {
		return true
	}
	for len(c.tail) > 0 {
		n, err := c.sock.tryWrite(c.tail[0], false)
		if err != nil {
			c.breakOff(err)
			return true
		}
		if n < len(c.tail[0]) {
			c.tail[0] = c.tail[0][n:]
			return false
		}
		c.dropTail()
	}
	out := c.snd.Output()
	if len(out) > 0 {
		n, err := c.sock.tryWrite(out, c.lastWords)
		if err != nil {
			c.breakOff(err)
			return true
		}
		c.snd.Wrote(n)
		if n < len(out) {
			return false
		}
	}
	c.unlend()
	return true
}

// dropTail takes the first frame off the tail.
func (c *Conn) dropTail() {
	if len(c.tail) == 1 {
		c.emptyTail()
		return
	}
	c.tail[0] = nil
	c.tail = c.tail[1:]
}

// emptyTail keeps the memory of a tail of one frame: who is slow has it again.
func (c *Conn) emptyTail() {
	clear(c.tail)
	c.tail = c.tail[:0]
	if cap(c.tail) > 1 {
		c.tail = nil
	}
}

// beginWrite claims the socket for writing with c.mu let go.
func (c *Conn) beginWrite() {
	c.writing = true
	c.stuck.Store(c.cfg.Clock.Now())
}

// endWrite gives the socket free again and tells those who wait.
func (c *Conn) endWrite() {
	c.writing = false
	c.unlend()
	c.tell()
	c.tellReady()
}

// tellReady calls what OnReady set, if that is owed. c.mu is let go meanwhile.
func (c *Conn) tellReady() {
	if c.late && !c.broken && c.ready != nil {
		c.late = false
		ready := c.ready
		c.mu.Unlock()
		ready()
		c.mu.Lock()
	}
}

// writeAll writes until nothing is left, what others add meanwhile included. The
// caller called beginWrite; c.mu is let go while it waits.
func (c *Conn) writeAll() {
	for !c.broken {
		tail, out := c.tail, []byte(nil)
		if len(tail) == 0 {
			if out = c.snd.Output(); len(out) == 0 {
				break
			}
		}
		n, err := c.write(out, tail...)
		switch {
		case err != nil:
			c.breakOff(err)
		case len(tail) > 0:
			c.emptyTail()
		default:
			c.snd.Wrote(int(n))
		}
	}
	c.endWrite()
}

// A writing is what a write needs of its own, besides the bytes.
type writing struct {
	header [frame.MaxHeaderLen]byte
	pieces net.Buffers
}

var writings = sync.Pool{New: func() any { return new(writing) }}

// write writes first, which may be empty, and then more, with c.mu let go.
func (c *Conn) write(first []byte, more ...[]byte) (int64, error) {
	w := writings.Get().(*writing)
	defer writings.Put(w)
	list := w.pieces[:0]
	if len(first) > 0 {
		list = append(list, first)
	}
	list = append(list, more...)
	c.mu.Unlock()
	defer c.mu.Lock()
	n, err := c.sock.write(c, list)
	clear(list)
	w.pieces = list
	return n, err
}

// sendDirect sends a long message without copying it. It is false, and has done
// nothing, if the message has to be changed on its way.
func (c *Conn) sendDirect(op frame.Opcode, p []byte) (bool, error) {
	if err := c.settle(); err != nil {
		return false, err
	}
	c.lend()
	ok, err := c.snd.Announce(op, p)
	if err != nil {
		return false, c.refused(err)
	}
	if !ok {
		return false, nil
	}
	w := writings.Get().(*writing)
	defer writings.Put(w)
	n := copy(w.header[:], c.snd.Output())
	c.snd.Wrote(n)
	return true, c.writeDirect(w.header[:n], p)
}

// settle waits until all output is written.
func (c *Conn) settle() error {
	for !c.broken && (c.writing || !c.tryPush()) {
		if c.writing {
			c.await()
			continue
		}
		c.beginWrite()
		c.writeAll()
	}
	return c.usable()
}

// writeDirect writes head and p behind all output there is, and before any that
// comes later.
func (c *Conn) writeDirect(head, p []byte) error {
	if err := c.settle(); err != nil {
		return err
	}
	if len(p) == 0 {
		n, err := c.sock.tryWrite(head, false)
		if err != nil {
			c.breakOff(err)
			return c.usable()
		}
		if head = head[n:]; len(head) == 0 {
			return nil
		}
	}
	c.beginWrite()
	var err error
	if len(p) == 0 {
		_, err = c.write(head)
	} else {
		_, err = c.write(head, p)
	}
	if err != nil {
		c.breakOff(err)
	}
	c.writeAll()
	return c.usable()
}
