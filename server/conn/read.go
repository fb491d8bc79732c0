package conn

import (
	"errors"
	"iter"
	"os"
	"runtime"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// Messages gives the messages that come in, in order: Text and Binary. A payload
// is valid, and the caller's to change, until the next step. The range ends when
// the connection has ended; then Err says why. Breaking it off leaves the rest for
// the next range; meanwhile nobody reads, so no Ping is answered.
//
// One goroutine may range at a time; a second one gets nothing.
func (c *Conn) Messages() iter.Seq[session.Event] {
	return func(yield func(session.Event) bool) {
		if !c.reading.CompareAndSwap(false, true) {
			return
		}
		defer c.stopReading()
		for c.turn(yield) == on {
		}
	}
}

// stopReading gives the reading free, unless the connection has ended: then there
// is nothing left to own. After our Close nothing is given out any more, and the
// reading goes on in the background until the end.
func (c *Conn) stopReading() {
	if c.Err() != nil {
		return
	}
	c.handling.Store(false) // it is still set where the body of the range panicked
	c.reading.Store(false)
	c.mu.Lock()
	defer c.mu.Unlock()
	if (c.closing.Load() || c.broken) && c.reading.CompareAndSwap(false, true) {
		go c.readOut()
	}
}

// A Handler is what [Conn.Serve] tells about a connection, from one goroutine at
// a time. Where Message panics and somebody recovers, as net/http does above
// [Conn.Run], the connection is broken off, and End does not come.
type Handler interface {
	// Message takes a message, Text or Binary. Its payload is valid, and the
	// handler's to change, until Message returns.
	Message(c *Conn, ev session.Event)
	// End comes last, once; c.Err says why.
	End(c *Conn)
}

// A TurnHandler is a [Handler] that is told when all messages of one read were
// handled, before what [Conn.Reply] gathered leaves: what each of them needs can be
// done there once.
type TurnHandler interface {
	Handler
	Turned(c *Conn)
}

// Serve reads in the background and tells h what comes. It returns at once.
func (c *Conn) Serve(h Handler) {
	switch {
	case !c.claim(h):
		go c.tellEnd(h)
	case !c.parkFirst():
		go c.serve()
	}
}

// Run is Serve on the caller's goroutine, for one that has nothing else to do,
// like that of an HTTP handler. It returns when the connection has ended or waits
// elsewhere, on some systems at once; h is told of the rest from there.
func (c *Conn) Run(h Handler) {
	switch {
	case !c.claim(h):
		c.tellEnd(h)
	case !c.parkFirst():
		c.serve()
	}
}

// claim makes h the one to be told, if nobody reads yet.
func (c *Conn) claim(h Handler) bool {
	if !c.reading.CompareAndSwap(false, true) {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handler = h
	return true
}

// tellEnd is for a connection that ended before, or that somebody else reads.
func (c *Conn) tellEnd(h Handler) {
	<-c.Done()
	h.End(c)
}

// serve reads until the connection has ended, or is parked and no longer ours.
func (c *Conn) serve() {
	h, went := c.handler, on
	defer func() {
		if went == on {
			c.end(errPanicked) // else nobody would ever read again, nor a deadline pass
		}
	}()
	for went == on {
		went = c.turn(func(ev session.Event) bool { h.Message(c, ev); return true })
	}
	if went == over {
		h.End(c)
	}
}

// A course says how it goes on after a turn.
type course uint8

const (
	on     course = iota // with another turn
	enough               // the user wants no more at present
	parked               // on another goroutine, when there is something to read
	over                 // not at all: the connection has ended
)

// turn reads once, handles all that came, and lets the answers go in one write.
// The caller owns reading.
func (c *Conn) turn(handle func(session.Event) bool) course {
	p, err := c.receive()
	if err == errParked {
		return parked
	}
	if err != nil {
		c.end(err)
		return over
	}
	in := c.incoming()
	in.rcv.Tick(c.cfg.Clock.Now())
	then := on
	for ev := range in.rcv.Feed(p) {
		if !c.dispatch(ev, handle) {
			then = enough
			break
		}
	}
	c.handled()
	in.rest = in.rcv.Rest()
	c.judgePace()
	if err := in.rcv.Err(); err != nil {
		c.fail(err)
	}
	if len(in.rest) == 0 && !in.rcv.InPlace() {
		c.releaseBuffer()
	}
	if c.answer() {
		c.finish()
		return over
	}
	return then
}

// receive gives the next bytes: what is left from before, or what is read.
func (c *Conn) receive() ([]byte, error) {
	if in := c.in; in != nil && len(in.rest) > 0 {
		p := in.rest
		in.rest = nil
		return p, nil
	}
	began := c.waiting.Load() // not 0 after a time without a goroutine
	if began == 0 {
		began = c.cfg.Clock.Now()
		c.waiting.Store(began)
		if c.parkAgain() {
			return nil, errParked
		}
		runtime.Gosched() // others are read first: meanwhile more may come here, and a read in vain is saved
	}
	p, err := c.sock.read(c, c.space())
	for errors.Is(err, os.ErrDeadlineExceeded) {
		isParked, again := c.tryPark()
		if isParked {
			return nil, errParked
		}
		if !again {
			break
		}
		p, err = c.sock.read(c, c.space())
	}
	c.waiting.Store(0)
	if _, partial := c.partial(); partial {
		c.in.slow += c.cfg.Clock.Now() - began
	}
	return p, err
}

// space is where the Receiver wants the next bytes, if it does.
func (c *Conn) space() []byte {
	if c.in == nil {
		return nil
	}
	return c.in.rcv.Space()
}

// partial says whether the stream stands inside a message.
func (c *Conn) partial() (n int64, partial bool) {
	if c.in == nil {
		return 0, false
	}
	return c.in.rcv.Partial()
}

// borrow gives the buffer to read into, taking one from the pool if need be.
func (c *Conn) borrow() []byte {
	in := c.incoming()
	if in.buf == nil {
		in.buf = readBuffers.Get().(*[readSize]byte)
	}
	return in.buf[:]
}

func (c *Conn) holdsBuffer() bool { return c.in != nil && c.in.buf != nil }

func (c *Conn) releaseBuffer() {
	if c.holdsBuffer() {
		readBuffers.Put(c.in.buf)
		c.in.buf = nil
	}
	if c.holding {
		c.holding = false
		c.cfg.Clock.holding.Add(-1)
	}
}

// holdMax is how many connections of a Clock may wait for the rest of a message with
// their buffers, in which its beginning stands: a copy is saved so. Of more than
// that, what came is moved where it is counted (§10.4): many could begin a message
// and never end it.
const holdMax = 32

// stall is for a connection that has to wait inside a message, and has its buffer.
// It gives where to read to when there is something; false if the connection failed.
func (c *Conn) stall() (space []byte, ok bool) {
	switch {
	case c.holding:
	case c.cfg.Clock.holding.Add(1) <= holdMax:
		c.holding = true
	default:
		c.cfg.Clock.holding.Add(-1)
		c.in.rcv.Settle()
		c.releaseBuffer()
	}
	return c.in.rcv.Space(), c.in.rcv.Err() == nil
}

// dispatch handles one event. It is false if the user does not want another.
func (c *Conn) dispatch(ev session.Event, handle func(session.Event) bool) bool {
	switch ev.Opcode {
	case frame.Ping, frame.Close:
		c.react(ev)
	case frame.Text, frame.Binary:
		if c.closing.Load() {
			return true // data after our Close is not delivered, §5.5.1
		}
		if !c.handling.Load() { // once a read: a Store costs more
			c.handling.Store(true)
		}
		return handle(ev)
	case frame.Pong, frame.Continuation: // that bytes came is all that a Pong tells
	}
	return true
}

// handled ends the handling of what one read gave.
func (c *Conn) handled() {
	if !c.handling.Load() {
		return
	}
	if h, ok := c.handler.(TurnHandler); ok {
		h.Turned(c)
	}
	c.handling.Store(false)
}

// react lets the Sender answer a control frame.
func (c *Conn) react(ev session.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	byPeer := c.snd.State() == session.Open
	c.lend()
	c.snd.React(ev, c.writing || len(c.tail) > 0)
	if ev.Opcode == frame.Close {
		c.beginClosing()
		c.because(&ClosedError{Code: ev.Code, Reason: ev.Reason, ByPeer: byPeer})
	}
}

// judgePace fails the connection for a message that takes too long, and tells
// the Clock how long it may still take.
func (c *Conn) judgePace() {
	in := c.in
	n, partial := in.rcv.Partial()
	if !partial || c.cfg.MessageTimeout == Off {
		in.slow = 0
		c.overdue.Store(0)
		return
	}
	left := int64(c.cfg.MessageTimeout) + n*int64(time.Second)/c.cfg.MessageRate - in.slow
	if left < 0 && in.rcv.Err() == nil {
		c.fail(frame.ErrMessageTooSlow)
	}
	c.overdue.Store(max(1, c.cfg.Clock.Now()+left))
}
