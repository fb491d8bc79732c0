package model

import (
	"bytes"
	"errors"
	"slices"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/frame/session"
)

// A Stop is how the target ended TCP.
type Stop uint8

const (
	Running Stop = iota // it did not
	EOF                 // in order
	Reset               // by a reset, or some other error
)

// An Observed is what the target did with a case.
type Observed struct {
	Messages []string         // what it sent, in the notation
	Pongs    []string         // "pong ..."
	Close    *frame.Frame     // its Close
	After    []frame.Frame    // what stood behind its Close
	Broken   *frame.Violation // what it broke itself
	Stop     Stop             // of TCP
	Partial  bool             // it stopped inside a frame or a message
	Late     bool             // there is no more time to wait
	Code     frame.CloseCode  // of Close; NoStatus
}

// An Observer turns what a target sends on one connection into what was observed.
type Observer struct {
	receiver *session.Receiver
	inflater *deflate.Decompressor
	after    []byte // what came behind its Close
	Seen     Observed
}

// maxEcho bounds a message of the target's, in bytes: more than was ever sent.
const maxEcho = 64 << 20

// NewObserver makes the observer of a new connection.
func NewObserver(s *Setting) *Observer {
	o := &Observer{}
	if s.Deflate != nil {
		o.inflater = deflate.NewDecompressor(s.Deflate.Window(s.Role))
	}
	o.receiver = session.NewReceiver(session.Config{
		Role:     s.Role.Peer(),
		Inflater: o.inflater,
		Limits:   session.Limits{Message: maxEcho, ControlBurst: 1 << 30, ControlPerSecond: 1 << 30},
	})
	return o
}

// Next begins anew, for the next case on the same connection.
func (o *Observer) Next() { o.Seen = Observed{} }

// Feed takes bytes that the target sent. It changes them.
func (o *Observer) Feed(p []byte) {
	if o.Seen.Close != nil {
		o.behind(p)
		return
	}
	for ev := range o.receiver.Feed(p) {
		o.take(ev)
		if ev.Opcode == frame.Close {
			break
		}
	}
	if v, ok := errors.AsType[*frame.Violation](o.receiver.Err()); ok {
		o.Seen.Broken = v
	}
	if o.Seen.Close != nil {
		o.behind(o.receiver.Rest())
	}
}

func (o *Observer) take(ev session.Event) {
	s := &o.Seen
	switch ev.Opcode {
	case frame.Text, frame.Binary:
		s.Messages = append(s.Messages, ev.String())
	case frame.Pong:
		s.Pongs = append(s.Pongs, ev.String())
	case frame.Close:
		p := bytes.Clone(ev.Payload)
		s.Close = &frame.Frame{Header: frame.Header{Fin: true, Opcode: frame.Close, Length: int64(len(p))}, Payload: p}
		s.Code = ev.Code
	case frame.Ping: // a target may ask whether we live
	}
}

// maxAfter bounds what is kept of what stands behind a Close, in frames.
const maxAfter = 16

// behind reads what stands behind the target's Close (§5.5.1).
func (o *Observer) behind(p []byte) {
	o.after = append(o.after, p...)
	for len(o.Seen.After) < maxAfter {
		h, n, err := frame.ParseHeader(o.after)
		if v, ok := errors.AsType[*frame.Violation](err); ok {
			o.Seen.Broken = v
			return
		}
		if err != nil || int64(len(o.after)-n) < h.Length {
			return
		}
		f := frame.Frame{Header: frame.Header{Fin: h.Fin, Opcode: h.Opcode, Length: h.Length}, Payload: slices.Clone(o.after[n:][:h.Length])}
		if h.Masked {
			h.Key.XOR(f.Payload)
		}
		o.after = o.after[n+int(h.Length):]
		o.Seen.After = append(o.Seen.After, f)
	}
}

// End takes the end of TCP: in order, or not.
func (o *Observer) End(inOrder bool) {
	o.Seen.Stop = Reset
	if inOrder {
		o.Seen.Stop = EOF
	}
	_, o.Seen.Partial = o.receiver.Partial()
	o.Seen.Partial = o.Seen.Partial && o.Seen.Close == nil || len(o.after) > 0
}

// Close gives back what the observer holds.
func (o *Observer) Close() { o.receiver.Close() }
