package session

import (
	"io"
	"iter"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
)

// A Receiver turns the bytes that a peer sends into events (§6.2). It belongs to
// one goroutine.
type Receiver struct {
	role     frame.Role
	inPlace  bool
	limits   Limits
	inflater *deflate.Decompressor
	memory   Memory
	control  *Budget

	err    error  // what ended the stream
	closed bool   // a Close came: nothing is parsed any more
	rest   []byte // of Feed's argument, after a break

	head    [frame.MaxHeaderLen]byte // a header that is not whole yet
	headLen int

	inFrame bool         // inside the payload of frame
	frame   frame.Header // Key is turned to where the payload is
	left    int64        // bytes of the frame's payload to come
	ping    []byte       // the payload so far of a control frame that came in pieces

	message message // the data message that is being put together
}

// NewReceiver makes the receiving half of a connection.
func NewReceiver(cfg Config) *Receiver {
	r := &Receiver{
		role:     cfg.Role,
		inPlace:  cfg.InPlace,
		limits:   cfg.Limits.withDefaults(),
		inflater: cfg.Inflater,
		memory:   cfg.Memory,
		control:  cfg.Control,
	}
	if r.memory == nil {
		r.memory = heap{}
	}
	if r.control == nil {
		r.control = &Budget{}
	}
	return r
}

// Tick tells the time, in nanoseconds of any clock that does not go back. It
// refills the budget of control frames, and is needed for nothing else.
func (r *Receiver) Tick(now int64) { r.control.tick(now) }

// Err says what ended the stream: nil, or the [frame.Violation] that the peer
// committed. The first one stays.
func (r *Receiver) Err() error { return r.err }

// Partial says whether the stream stands inside a message, a frame or a header,
// and how many bytes of the message's payload are there.
func (r *Receiver) Partial() (n int64, partial bool) {
	return r.message.wire, r.inFrame || r.headLen > 0 || r.message.begun
}

// Feed takes the next bytes of the stream and gives the events that they
// complete. It changes p: payloads are unmasked where they are, and events that
// came whole point into it.
//
// A break leaves the rest of p unparsed: see [Receiver.Rest]. After a violation,
// or the peer's Close (§1.4), bytes are discarded.
func (r *Receiver) Feed(p []byte) iter.Seq[Event] {
	return func(yield func(Event) bool) { r.feed(p, yield) }
}

// Rest gives what a break left of Feed's argument, once. It has to be fed before
// anything else.
func (r *Receiver) Rest() []byte {
	rest := r.rest
	r.rest = nil
	return rest
}

func (r *Receiver) feed(p []byte, yield func(Event) bool) {
	for r.err == nil && !r.closed {
		head := p
		if !r.inFrame {
			n, err := r.parseHeader(p)
			if err == io.ErrUnexpectedEOF {
				return // the piece is kept
			}
			if err != nil {
				r.fail(err)
				return
			}
			p = p[n:]
		}
		piece := p[:min(r.left, int64(len(p)))]
		before := len(head) - len(p) // header bytes that stand right before piece
		p = p[len(piece):]
		r.left -= int64(len(piece))
		if r.frame.Masked {
			r.frame.Key = r.frame.Key.XOR(piece)
		}
		ev, whole, err := r.take(head[:before+len(piece)], before)
		if err != nil {
			r.fail(err)
			return
		}
		if r.left > 0 {
			return // p is used up
		}
		r.inFrame = false
		if whole {
			more := yield(ev)
			r.closed = r.closed || ev.Opcode == frame.Close
			r.release(ev)
			if !more {
				r.rest = p
				return
			}
		}
	}
}

// parseHeader reads a header at the beginning of p and begins its frame. It says
// how many bytes of p belong to it; a piece of a header is kept for the next p.
func (r *Receiver) parseHeader(p []byte) (n int, err error) {
	var h frame.Header
	if r.headLen == 0 {
		h, n, err = frame.ParseHeader(p)
		if err == io.ErrUnexpectedEOF {
			r.headLen = copy(r.head[:], p)
		}
	} else {
		had := r.headLen
		filled := had + copy(r.head[had:], p)
		h, n, err = frame.ParseHeader(r.head[:filled])
		if err == io.ErrUnexpectedEOF {
			r.headLen = filled
		} else {
			r.headLen = 0
			n -= had
		}
	}
	if err != nil {
		return 0, err
	}
	return n, r.begin(h)
}

// begin judges a header in its connection and enters its frame.
func (r *Receiver) begin(h frame.Header) error {
	if err := r.judge(h); err != nil {
		return err
	}
	if err := r.judgeLimits(h); err != nil {
		return err
	}
	if !h.Opcode.IsControl() {
		r.message.enter(h)
	}
	r.frame, r.left, r.inFrame = h, h.Length, true
	return nil
}

// take takes a piece of the frame's payload, framed[front:], and gives the event
// if it completes one.
func (r *Receiver) take(framed []byte, front int) (ev Event, whole bool, err error) {
	if r.frame.Opcode.IsControl() {
		return r.takeControl(framed[front:])
	}
	return r.takeData(framed, front)
}

// fail ends the stream and gives back what the message held.
func (r *Receiver) fail(err error) {
	r.err = err
	r.message.free(r.memory)
	r.ping = nil
}

// release gives back what ev held, now that it was seen.
func (r *Receiver) release(ev Event) {
	if ev.Opcode.IsControl() {
		r.ping = nil
		return
	}
	r.message.free(r.memory)
}

// Close gives back what an unfinished message holds. Nothing is parsed any more.
func (r *Receiver) Close() {
	r.closed = true
	r.message.free(r.memory)
	if r.inflater != nil {
		r.inflater.Close()
	}
}
