package session

import (
	"errors"
	"math"
	"slices"
	"unicode/utf8"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
)

// firstBuffer is the least that a message's buffer begins with, in bytes.
const firstBuffer = 512

// A message is a data message while it is put together (§5.4).
type message struct {
	begun      bool // a frame of it came, and not the last one yet
	op         frame.Opcode
	compressed bool  // RSV1 on its first frame (RFC 7692 §6)
	fragments  int   // its frames so far
	declared   int64 // sum of their lengths
	wire       int64 // bytes of them that came
	text       validator

	kept     []byte // the payload so far, after front free bytes
	front    int
	lent     bool   // kept is Feed's memory, not Memory's
	inflated []byte // what kept stands for
}

// enter begins a data frame whose header was judged good. The first frame's opcode
// is the message's type (§5.6, §6.2), the continuations have none of their own
// (§5.4).
func (m *message) enter(h *frame.Header) {
	if !m.begun {
		m.begun, m.op, m.compressed = true, h.Opcode, h.RSV1
	}
	m.fragments++
	m.declared += h.Length
}

// free gives back the message's memory. What comes next begins a new one (§6.2).
func (m *message) free(memory Memory) {
	if m.kept != nil && !m.lent {
		memory.Put(m.kept)
	}
	if m.inflated != nil {
		memory.Put(m.inflated)
	}
	*m = message{}
}

// takeData takes a piece of a data frame, framed[front:]. A message is handed on
// when its last frame is whole, wherever its frames were cut (§5.4, §6.2): where
// it is, if it came in one piece; else it was kept.
func (r *Receiver) takeData(framed []byte, front int) (ev Event, whole bool, err error) {
	m := &r.message
	m.wire += int64(len(framed) - front)
	if m.op == frame.Text && !m.compressed && !m.text.write(framed[front:]) {
		return Event{}, false, frame.ErrTextNotUTF8 // §8.1, at the first bad octet
	}
	last := r.left == 0 && r.frame.Fin
	if m.kept != nil || !last {
		if err := r.keep(framed, front); err != nil || !last {
			return Event{}, false, err
		}
		framed, front = m.kept, m.front
	}
	if m.compressed {
		if framed, front, err = r.inflate(framed[front:]); err != nil {
			return Event{}, false, err
		}
	}
	if m.op == frame.Text && !m.textDone(framed[front:]) {
		return Event{}, false, frame.ErrTextNotUTF8 // §5.6, §8.1
	}
	r.framed = framed
	return Event{Opcode: m.op, Payload: slices.Clip(framed[front:]), framed: &r.framed}, true, nil
}

// textDone says whether the whole text is UTF-8: one that came plain was judged
// on its way, but for its end.
func (m *message) textDone(text []byte) bool {
	if m.compressed {
		return utf8.Valid(text)
	}
	return m.text.done()
}

// keep keeps a piece of the message until the rest is there.
func (r *Receiver) keep(framed []byte, front int) error {
	m, piece := &r.message, framed[front:]
	switch {
	case isBehind(m.kept, piece): // it was read into Space
		m.kept = m.kept[:len(m.kept)+len(piece)]
	case m.kept == nil && r.inPlace && r.frame.Fin && int64(cap(framed)-len(framed)) >= r.left:
		m.kept, m.front, m.lent = framed, front, true
	default:
		if err := r.reserve(len(piece)); err != nil {
			return err
		}
		m.kept = append(m.kept, piece...)
	}
	if r.left > 0 {
		return r.reserve(1) // so that Space has some
	}
	return nil
}

// isBehind says whether piece stands right behind kept, in its capacity.
func isBehind(kept, piece []byte) bool {
	n := len(kept)
	return len(piece) > 0 && n < cap(kept) && &kept[:n+1][n] == &piece[0]
}

// reserve makes room for n more bytes in kept. It looks ahead by no more than
// three times what came, nor than the frame declares.
func (r *Receiver) reserve(n int) error {
	m := &r.message
	if cap(m.kept)-len(m.kept) >= n && m.kept != nil {
		return nil
	}
	return r.move(n)
}

// move puts what is kept where there is room for n more bytes.
func (r *Receiver) move(n int) error {
	m := &r.message
	have := int64(len(m.kept) - m.front + n)
	ahead := min(r.left, 3*have)
	if !r.frame.Fin || m.fragments > 1 {
		ahead = max(ahead, have) // more frames will come
	}
	bigger := r.lend(frame.MaxHeaderLen + max(firstBuffer, have+ahead))
	if bigger == nil {
		return frame.ErrMemoryShort
	}
	front := bigger[:frame.MaxHeaderLen] // room for a header, see Sender.InPlace
	old := m.kept
	m.kept = append(front, old[m.front:]...)
	if old != nil && !m.lent {
		r.memory.Put(old)
	}
	m.front, m.lent = len(front), false
	return nil
}

// lend gets n bytes from Memory: none if an int, which may have 32 bits, cannot say
// so many.
func (r *Receiver) lend(n int64) []byte {
	if n > math.MaxInt {
		return nil
	}
	return r.memory.Get(int(n))
}

// Space is where the next bytes of the stream may be read to without being
// copied once more: the room for the rest of a long frame. It is nil when there
// is none; then they may be read anywhere. What was read is handed to
// [Receiver.Feed] as usual.
func (r *Receiver) Space() []byte {
	m := &r.message
	if !r.inFrame || r.frame.Opcode.IsControl() || m.kept == nil {
		return nil
	}
	have := len(m.kept)
	return m.kept[have:min(int64(cap(m.kept)), int64(have)+r.left)]
}

// InPlace says whether an unfinished message stands in what Feed was given, which
// must stay untouched then.
func (r *Receiver) InPlace() bool { return r.message.lent }

// Settle moves such a message into Memory, so that a connection which waits for the
// rest holds no more than what came. Space is another one then. It may fail the
// stream: see Err.
func (r *Receiver) Settle() {
	if !r.message.lent {
		return
	}
	if err := r.move(1); err != nil {
		r.fail(err)
	}
}

// inflate gives the message that src stands for (RFC 7692 §7.2.2), with room for
// a header before it. All its memory is Memory's, and little of it is taken before it
// is known that the message keeps its limit.
func (r *Receiver) inflate(src []byte) (framed []byte, front int, err error) {
	guess := min(r.limits.Message, firstBuffer+4*int64(len(src)), deflate.CountFrom)
	dst := r.memory.Get(frame.MaxHeaderLen + int(guess))
	if dst == nil {
		return nil, 0, frame.ErrMemoryShort
	}
	m := &r.message
	m.inflated, err = r.inflater.AppendIn(r.memory, dst[:frame.MaxHeaderLen], src, r.limits.Message)
	if err != nil {
		return nil, 0, inflateViolation(err)
	}
	return m.inflated, frame.MaxHeaderLen, nil
}

// inflateViolation is the rule that a compressed message broke.
func inflateViolation(err error) *frame.Violation {
	switch {
	case err == deflate.ErrTooBig:
		return frame.ErrMessageTooBig // §10.4
	case err == deflate.ErrMemory:
		return frame.ErrMemoryShort // §10.4
	case err == deflate.ErrTruncated:
		return frame.ErrDeflateTruncated // RFC 7692 §7.2.2
	case errors.Is(err, deflate.ErrCorrupt):
		return frame.ErrDeflateCorrupt // RFC 7692 §7.2.2
	}
	panic("session: no such error of deflate: " + err.Error())
}
