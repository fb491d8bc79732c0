package session

import (
	"io"
	"iter"
	"slices"
	"unicode/utf8"

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
	ping    []byte       // the payload so far of a control frame that comes in pieces

	message message // the data message that is being put together
	framed  []byte  // the event that is handed out, see Event.framed
}

// NewReceiver makes the receiving half of a connection.
func NewReceiver(cfg Config) *Receiver {
	r := &Receiver{role: cfg.Role, inPlace: cfg.InPlace, inflater: cfg.Inflater}
	r.bound(&cfg)
	return r
}

// bound gives r what keeps it within bounds. It stands alone so that the rest of
// NewReceiver is inlined, and a Receiver inside something else allocates nothing.
func (r *Receiver) bound(cfg *Config) {
	r.limits, r.memory, r.control = cfg.Limits.withDefaults(), cfg.Memory, cfg.Control
	if r.memory == nil {
		r.memory = heap{}
	}
	if r.control == nil {
		r.control = &Budget{}
	}
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

// feed goes over p frame by frame. A frame that is not whole yet takes all of p.
func (r *Receiver) feed(p []byte, yield func(Event) bool) {
	for r.err == nil && !r.closed {
		front, err := r.parseHeader(p)
		if err == io.ErrUnexpectedEOF {
			return // the piece is kept
		}
		if err != nil {
			r.fail(err)
			return
		}
		end := front + int(min(r.left, int64(len(p)-front)))
		if r.alone(end - front) {
			if !r.takeAlone(p[:end], front, yield) {
				r.rest = p[end:]
				return
			}
			p = p[end:]
			continue
		}
		ev, whole, err := r.take(p[:end], front)
		if err != nil {
			r.fail(err)
			return
		}
		if r.left > 0 {
			return
		}
		p, r.inFrame = p[end:], false
		if whole && !r.handOut(ev, yield) {
			r.rest = p
			return
		}
	}
}

// parseHeader reads a header at the beginning of p and begins its frame. It says
// how many bytes of p belong to it: none inside a frame. A piece of a header is
// kept for the next p.
func (r *Receiver) parseHeader(p []byte) (n int, err error) {
	if r.inFrame {
		return 0, nil
	}
	had := r.headLen
	if had > 0 {
		p = r.head[:had+copy(r.head[had:], p)]
	}
	n, err = r.frame.Parse(p)
	if err == io.ErrUnexpectedEOF {
		r.headLen = copy(r.head[:], p)
		return 0, err
	}
	r.headLen = 0
	if err == nil {
		err = r.begin()
	}
	return n - had, err
}

// begin judges the frame's header in its connection and enters the frame.
func (r *Receiver) begin() error {
	if err := r.judge(); err != nil {
		return err
	}
	if err := r.judgeLimits(); err != nil {
		return err
	}
	if !r.frame.Opcode.IsControl() {
		r.message.enter(&r.frame)
	}
	r.left, r.inFrame = r.frame.Length, true
	return nil
}

// alone says whether the frame, of which n bytes of payload are there, is a whole
// message of which nothing was kept: most are.
func (r *Receiver) alone(n int) bool {
	m := &r.message
	return r.left == int64(n) && r.frame.Fin && !m.compressed && m.kept == nil && !r.frame.Opcode.IsControl()
}

// takeAlone gives such a message out. It says the same as take and handOut, in
// fewer steps. It is false if no more is wanted.
func (r *Receiver) takeAlone(framed []byte, front int, yield func(Event) bool) bool {
	payload := framed[front:]
	if r.frame.Masked {
		r.frame.Key.XOR(payload) // §5.3
	}
	if r.frame.Opcode == frame.Text && !utf8.Valid(payload) {
		r.fail(frame.ErrTextNotUTF8) // §5.6, §8.1
		return true
	}
	r.inFrame = false
	r.message.begun, r.message.fragments, r.message.declared = false, 0, 0
	r.framed = framed
	more := yield(Event{Opcode: r.frame.Opcode, Payload: slices.Clip(payload), framed: &r.framed})
	r.framed = nil
	return more
}

// take takes a piece of the frame's payload, framed[front:], and gives the event
// if it completes one. Control frames go their own way (§6.2).
func (r *Receiver) take(framed []byte, front int) (ev Event, whole bool, err error) {
	piece := framed[front:]
	r.left -= int64(len(piece))
	if r.frame.Masked {
		r.frame.Key = r.frame.Key.XOR(piece) // §5.3
	}
	if r.frame.Opcode.IsControl() {
		return r.takeControl(piece)
	}
	return r.takeData(framed, front)
}

// handOut gives ev out, and back what it held. It is false if no more is wanted.
func (r *Receiver) handOut(ev Event, yield func(Event) bool) bool {
	more := yield(ev)
	r.framed = nil
	r.closed = r.closed || ev.Opcode == frame.Close // what follows does not count, §1.4
	if ev.Opcode.IsControl() {
		r.ping = r.ping[:0]
	} else {
		r.message.free(r.memory)
	}
	return more
}

// fail ends the stream: of a connection that failed nothing more is processed, a
// Close included (§7.1.7).
func (r *Receiver) fail(err error) {
	r.err = err
	r.drop()
}

// drop gives back what stands unfinished.
func (r *Receiver) drop() {
	r.message.free(r.memory)
	r.ping, r.rest, r.headLen, r.inFrame = nil, nil, 0, false
}

// Close gives back what an unfinished message holds. Nothing is parsed any more.
func (r *Receiver) Close() {
	r.closed = true
	r.drop()
	if r.inflater != nil {
		r.inflater.Close()
	}
}
