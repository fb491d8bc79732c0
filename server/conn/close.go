package conn

import (
	"errors"
	"net"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// Close begins the closing handshake (§7.1.2) and waits for its end, at most
// [Config.CloseTimeout] and LingerTimeout whatever the peer does. While a message
// is being handled it only sends the Close, and the range over Messages ends by
// itself. Messages that still come are not delivered.
//
// The error is [session.ErrCloseCode] or [session.ErrNotUTF8] for what may not be
// sent, or what ended the connection if that was not a closing handshake. Closing
// twice is no error.
func (c *Conn) Close(code frame.CloseCode, reason string) error {
	if err := c.sendClose(code, reason); err != nil {
		return err
	}
	if c.handling.Load() {
		return nil
	}
	if c.reading.CompareAndSwap(false, true) {
		c.readOut()
	}
	<-c.Done()
	var closed *ClosedError
	if errors.As(c.last.cause, &closed) {
		return nil
	}
	return c.last.cause
}

// readOut reads until the end; what comes is not for the user any more.
func (c *Conn) readOut() {
	for c.turn(func(session.Event) bool { return true }) == on {
	}
}

// StartClose sends a Close like [Conn.Close] and returns at once.
func (c *Conn) StartClose(code frame.CloseCode, reason string) error {
	return c.sendClose(code, reason)
}

func (c *Conn) sendClose(code frame.CloseCode, reason string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.queueClose(code, reason)
}

// queueClose is sendClose with c.mu held.
func (c *Conn) queueClose(code frame.CloseCode, reason string) error {
	if c.broken {
		return nil // ended already
	}
	c.lend()
	if err := c.snd.Close(code, reason); err != nil {
		c.unlend()
		if err == session.ErrClosed {
			return nil
		}
		return err
	}
	c.beginClosing()
	c.push()
	return nil
}

// beginClosing notes that a Close went into the output. c.mu is held.
func (c *Conn) beginClosing() {
	if !c.closing.Swap(true) {
		c.atLast().began = c.cfg.Clock.Now()
	}
}

// because notes why the connection ends. The first cause stays. c.mu is held.
func (c *Conn) because(err error) {
	if c.last.cause == nil {
		c.atLast().cause = err
	}
}

// breakOff gives the socket up. c.mu is held.
func (c *Conn) breakOff(err error) {
	c.because(&BrokenError{err})
	c.broken = true
	c.tell()
	c.nc.SetWriteDeadline(past)
	c.wake()
}

// past makes waits on a net.Conn return.
var past = time.Unix(1, 0)

// wake makes the reader return from its wait, and lets the connection end if
// nobody reads. It does not block. c.mu is held.
func (c *Conn) wake() {
	c.woken = true
	c.nc.SetReadDeadline(past)
	c.unpark()
	if c.reading.CompareAndSwap(false, true) {
		go c.finish()
	}
}

// fail fails the connection (§7.1.7). The reader calls it, or the Clock.
func (c *Conn) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.because(&FailedError{err})
	c.lend()
	c.snd.Fail(err)
	c.beginClosing()
}

// answer lets the answers of one turn go, before the next read. It is true if the
// connection is over.
func (c *Conn) answer() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rested = false
	over := c.isOver()
	c.lastWords = over && c.endsFirst()
	c.pushWaiting()
	return over || c.broken
}

// isOver says whether nothing is read any more. c.mu is held.
func (c *Conn) isOver() bool {
	state := c.snd.State()
	return c.broken || state == session.Closed || state == session.Failed
}

// end ends the connection after the read failed with err.
func (c *Conn) end(err error) {
	c.mu.Lock()
	if !c.isOver() {
		c.because(&BrokenError{err})
		c.broken = true
		c.tell()
	}
	c.mu.Unlock()
	c.finish()
}

// finish ends TCP and lets everything go. Only the owner of reading calls it.
func (c *Conn) finish() {
	c.dropRead()
	c.mu.Lock()
	if !c.broken {
		c.settle()
	}
	broken := c.broken
	c.lingering, c.atLast().began = true, c.cfg.Clock.Now()
	if c.woken || c.asked {
		c.nc.SetReadDeadline(time.Time{})
	}
	c.broken = true // nobody writes from now on, the Clock has nothing to break off
	c.mu.Unlock()
	if !broken && c.cfg.LingerTimeout != Off {
		c.linger()
	}
	c.sock.leave(c)
	hangUp(c.nc)
	c.mu.Lock()
	c.tail = nil
	c.tell()
	if c.agreed.deflater != nil {
		c.agreed.deflater.Close()
	}
	c.ended.Store(true)
	if c.last.done != nil {
		close(c.last.done)
	}
	c.mu.Unlock()
	c.cfg.Clock.remove(c)
}

// dropRead lets go of what was read, and of its buffer: what comes now may take a
// while, and thousands may end at once.
func (c *Conn) dropRead() {
	if c.in != nil {
		c.in.rcv.Close()
		c.in.rest = nil
	}
	c.releaseBuffer()
}

// linger ends TCP in an order that lets our Close arrive (§7.1.1): who serves, or
// has failed the connection, ends its direction first; then what the peer still
// sends is dropped until its end, within bounds.
//
// A peer whose own Close was the last that it sent has nothing more to say (§5.5.1),
// so no reset can come of closing at once: the system delivers what is on its way.
func (c *Conn) linger() {
	c.mu.Lock()
	first, byPeer := c.endsFirst(), c.closedByPeer()
	c.mu.Unlock()
	if first && byPeer && c.sock.drained() {
		return
	}
	if first {
		c.sock.closeWrite()
	}
	for dropped := int64(0); dropped < c.cfg.LingerBytes; {
		p, err := c.sock.read(c, nil)
		if err != nil {
			return
		}
		dropped += int64(len(p))
	}
}

// closedByPeer says whether the peer began the closing handshake. c.mu is held.
func (c *Conn) closedByPeer() bool {
	closed, ok := c.last.cause.(*ClosedError)
	return ok && closed.ByPeer
}

// endsFirst says whether it is on us to end TCP (§7.1.1). c.mu is held.
func (c *Conn) endsFirst() bool {
	return c.snd.Role() == frame.Server || c.snd.State() == session.Failed
}

// closeWrite ends our direction of nc: for TLS by its close_notify and that of
// the connection below.
func closeWrite(nc net.Conn) {
	type closeWriter interface{ CloseWrite() error }
	if w, ok := nc.(closeWriter); ok {
		w.CloseWrite()
	}
	if below, ok := nc.(interface{ NetConn() net.Conn }); ok {
		closeWrite(below.NetConn())
	}
}

// hangUp closes nc. What is below TLS goes first: its alert could wait for a peer
// that takes nothing, and in good order closeWrite has sent it.
func hangUp(nc net.Conn) {
	if below, ok := nc.(interface{ NetConn() net.Conn }); ok {
		hangUp(below.NetConn())
	}
	nc.Close()
}
