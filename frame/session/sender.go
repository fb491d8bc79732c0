package session

import (
	"unicode/utf8"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
)

// A Sender turns what our side wants to say into bytes (§6.1). They gather in
// Output; the shell writes them, in order, and says so by Wrote. What is handed
// in is copied before it is masked, so it stays the caller's, and nothing can
// change a frame whose key may have been seen (§10.3).
type Sender struct {
	// What a broadcast looks at stands first, see Prepared and Output.
	sent       bool // our Close (§5.5.1)
	received   bool // the peer's
	failed     bool // §7.1.7
	fragmented bool // between the first and the last Fragment
	text       bool // it is one
	wait       bool // pong waits
	role       frame.Role
	out        []byte // what is to be written
	written    int    // bytes of it that were
	deflater   *deflate.Compressor

	nextKey  func() frame.MaskKey
	fragment validator // of a text sent in fragments
	pong     []byte    // payload of a Pong that waits until earlier output is gone, §5.5.3
}

// NewSender makes the sending half of a connection.
func NewSender(cfg Config) *Sender {
	return &Sender{role: cfg.Role, deflater: cfg.Deflater, nextKey: cfg.NextKey}
}

// Role is the side that it sends for.
func (s *Sender) Role() frame.Role { return s.role }

// State says how far the connection is from its end.
func (s *Sender) State() State {
	switch {
	case s.failed:
		return Failed
	case s.sent && s.received:
		return Closed
	case s.sent:
		return Closing
	}
	return Open // a Close that comes is answered at once, so received alone is never seen
}

// Send sends a whole message or a Ping or Pong in one frame (§6.1). A message of up
// to 1 MiB is compressed if that was agreed and makes it smaller. Text has to be UTF-8
// (§5.6).
func (s *Sender) Send(op frame.Opcode, p []byte) error {
	if err := s.judge(op, p); err != nil {
		return err
	}
	if !op.IsControl() && s.appendDeflated(op, p) {
		return nil
	}
	s.append(frame.Header{Fin: true, Opcode: op}, p)
	return nil
}

// judge says whether op may be sent with the payload p now.
func (s *Sender) judge(op frame.Opcode, p []byte) error {
	switch op {
	case frame.Text, frame.Binary:
		if s.fragmented {
			return ErrInsideMessage // §5.4: messages do not interleave
		}
		if op == frame.Text && !utf8.Valid(p) {
			return ErrNotUTF8 // §5.6
		}
	case frame.Ping, frame.Pong:
		if len(p) > frame.MaxControlPayload {
			return ErrControlSize // §5.5
		}
	default:
		return ErrOpcode // §5.2: the others are not for messages, or reserved
	}
	if s.sent {
		return ErrClosed // §6.1/1, §5.5.1: nothing follows our Close
	}
	return nil
}

// Fragment sends a piece of a message as a frame of its own, uncompressed
// (§5.4). The first names the opcode, and all of them the same; last ends the
// message. A character may be cut between two pieces.
func (s *Sender) Fragment(op frame.Opcode, p []byte, last bool) error {
	switch {
	case op != frame.Text && op != frame.Binary, s.fragmented && s.text != (op == frame.Text):
		return ErrOpcode
	case s.sent:
		return ErrClosed // §6.1/1: the state may have changed since the last piece
	}
	text := s.fragment // s stays as it is if p is refused
	if op == frame.Text && (!text.write(p) || last && !text.done()) {
		return ErrNotUTF8 // §5.6
	}
	h := frame.Header{Fin: last, Opcode: op}
	if s.fragmented {
		h.Opcode = frame.Continuation // §5.4
	}
	s.fragmented, s.text, s.fragment = !last, op == frame.Text, text
	s.append(h, p)
	return nil
}

// Announce appends only the header of a whole message. The caller writes p right
// after Output, without a copy. It answers false if the payload has to be changed
// on its way - masked, or compressed - and then has done nothing: use Send.
func (s *Sender) Announce(op frame.Opcode, p []byte) (bool, error) {
	if s.role.Masks() || s.compresses(len(p)) {
		return false, nil
	}
	if err := s.judge(op, p); err != nil {
		return false, err
	}
	s.flushPong() // or Output would put it between header and payload
	s.out = frame.Header{Fin: true, Opcode: op, Length: int64(len(p))}.Append(s.out)
	return true, nil
}

// InPlace gives ev, a message that came in whole and was not changed, as a frame
// to send back: the header is written into the free bytes before its payload. The
// caller writes it right after Output. It answers nil if there is no such place,
// as of an event that is not the Receiver's present one; then use Send.
func (s *Sender) InPlace(ev Event) []byte {
	h := frame.Header{Fin: true, Opcode: ev.Opcode, Length: int64(len(ev.Payload))}
	if ev.framed == nil || s.role.Masks() || s.compresses(len(ev.Payload)) || s.sent || s.fragmented {
		return nil
	}
	framed := *ev.framed
	front := len(framed) - len(ev.Payload)
	start := front - h.Len()
	if start < 0 || ev.Opcode.IsControl() || len(ev.Payload) > 0 && &framed[front] != &ev.Payload[0] {
		return nil
	}
	h.Append(framed[start:start])
	return framed[start:]
}

// Echo sends ev back, a message that came in whole and was not changed: like
// [Sender.Send], but its text was judged already.
func (s *Sender) Echo(ev Event) error {
	if framed := s.InPlace(ev); framed != nil {
		s.out = append(s.out, framed...)
		return nil
	}
	return s.Send(ev.Opcode, ev.Payload)
}

// append appends a frame with the payload p, masked if our role masks (§5.1).
func (s *Sender) append(h frame.Header, p []byte) {
	h.Length = int64(len(p))
	if s.role.Masks() {
		h.Masked, h.Key = true, s.nextKey() // a fresh one for each frame, §5.3
	}
	s.out = h.Append(s.out)
	start := len(s.out)
	s.out = append(s.out, p...) // before it is masked: p stays the caller's, §10.3
	if h.Masked {
		h.Key.XOR(s.out[start:])
	}
}

// Output gives the bytes that are to be written now. They stay valid until the
// next call of any method.
func (s *Sender) Output() []byte {
	s.flushPong()
	return s.out[s.written:]
}

// Wrote says that the first n bytes of Output were written.
func (s *Sender) Wrote(n int) {
	if s.written += n; s.written == len(s.out) {
		s.out, s.written = s.out[:0], 0
	}
}

// Lend hands in memory for output to gather in. There must be none at present.
func (s *Sender) Lend(b []byte) { s.out = b[:0] }

// Take takes the memory of Output back, nil while there is output, so that a
// connection at rest holds none.
func (s *Sender) Take() []byte {
	if len(s.out) > 0 {
		return nil
	}
	b := s.out
	s.out = nil
	return b
}
