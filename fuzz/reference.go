package fuzz

import (
	"encoding/binary"
	"slices"
	"strings"

	"rfc6455/frame"
)

// open is the end of a stream that may go on.
const open = "open"

// Reference is the trace of a stream: the oracle of every parser. It is written
// to be read beside the RFC, shares no code with package session nor with the
// parser of package frame, and goes over all the bytes again for each question.
// What it cannot show: see inflate.
func Reference(cfg Config, in []byte) string {
	return judge(cfg, in).trace()
}

// An oracle reads one stream from its beginning.
type oracle struct {
	cfg   Config
	rest  []byte   // of the stream, not read yet
	lines []string // the events so far
	end   string
	also  []string // ends that are as good
	bytes int      // payload of all messages, as events show them

	message []byte // as on the wire, unmasked, so far
	opcode  frame.Opcode
	packed  bool   // the message is compressed
	bad     bool   // it is a text, and not UTF-8
	torn    []byte // the beginning of its last character
	frames  int    // of the message so far; 0: there is none
	control int    // Ping and Pong frames so far
	window  []byte // the messages before that a compressed one may look back to
}

// judge reads the whole stream.
func judge(cfg Config, in []byte) *oracle {
	o := &oracle{cfg: cfg, rest: in, end: open}
	more := true
	for more {
		more = o.frame()
	}
	return o
}

func (o *oracle) trace() string {
	return strings.Join(append(slices.Clone(o.lines), o.end), "\n")
}

// agrees says whether a trace is the oracle's, or as good.
func (o *oracle) agrees(trace string) bool {
	events := strings.Join(o.lines, "\n")
	if len(o.lines) > 0 {
		events += "\n"
	}
	end, ok := strings.CutPrefix(trace, events)
	return ok && (end == o.end || slices.Contains(o.also, end))
}

func (o *oracle) fail(v *frame.Violation) bool {
	o.end = "failed " + v.ID
	return false
}

// frame reads one frame and says whether there may be another.
func (o *oracle) frame() bool {
	f, broken, whole := readFigure(o.rest, o.cfg.Allow&LongLengths != 0)
	if broken != nil {
		return o.fail(broken)
	}
	if !whole {
		return false
	}
	if v := o.place(f); v != nil {
		return o.fail(v)
	}
	if v := o.limit(f); v != nil {
		return o.fail(v)
	}
	have := min(uint64(len(o.rest)-f.size), f.length)
	payload := unmask(o.rest[f.size:][:have], f)
	o.rest = o.rest[f.size+int(have):]
	if f.opcode.IsControl() {
		return have == f.length && o.controlFrame(f.opcode, payload)
	}
	return o.dataFrame(f, payload, have == f.length)
}

// place judges a header within its connection: §5.2 and RFC 7692 §6 on the RSV
// bits, §5.1 on masks, §5.4 on fragments.
func (o *oracle) place(f figure) *frame.Violation {
	data := f.opcode == frame.Text || f.opcode == frame.Binary
	switch {
	case f.rsv2 || f.rsv3:
		return frame.ErrReservedBits
	case f.rsv1 && o.cfg.Deflate == Plain:
		return frame.ErrReservedBits
	case f.rsv1 && !data:
		return frame.ErrCompressedNotHead
	case o.cfg.Role == frame.Server && !f.mask:
		return frame.ErrNotMasked
	case o.cfg.Role == frame.Client && f.mask:
		return frame.ErrMasked
	case f.opcode == frame.Continuation && o.frames == 0:
		return frame.ErrNothingToContinue
	case data && o.frames > 0:
		return frame.ErrNotContinued
	}
	return nil
}

// limit counts a frame and judges it by the limits that the endpoint set itself
// (§10.4).
func (o *oracle) limit(f figure) *frame.Violation {
	if f.opcode.IsControl() {
		if f.opcode == frame.Close {
			return nil
		}
		if o.control++; o.control > or(o.cfg.Limits.ControlBurst, 1000) {
			return frame.ErrControlFlood
		}
		return nil
	}
	if o.frames == 0 {
		o.opcode, o.packed = f.opcode, f.rsv1
	}
	if o.frames++; o.frames > or(o.cfg.Limits.Fragments, 131072) {
		return frame.ErrTooManyFragments
	}
	most := o.maxMessage()
	if o.packed {
		most += most/1000 + 64
	}
	if f.length > most || uint64(len(o.message))+f.length > most {
		return frame.ErrMessageTooBig
	}
	return nil
}

func (o *oracle) maxMessage() uint64 {
	return uint64(or(int(o.cfg.Limits.Message), 1<<20))
}

// controlFrame takes a whole control frame (§5.5).
func (o *oracle) controlFrame(op frame.Opcode, payload []byte) bool {
	if op == frame.Close {
		if v := judgeClose(payload); v != nil {
			return o.fail(v)
		}
		o.end = "closed"
	}
	o.event(op, payload)
	return o.end == open
}

// judgeClose judges the payload of a Close: §5.5.1, §7.4.
func judgeClose(payload []byte) *frame.Violation {
	if len(payload) == 0 {
		return nil
	}
	if len(payload) == 1 {
		return frame.ErrCloseTooShort
	}
	switch code := binary.BigEndian.Uint16(payload); {
	case code >= 1000 && code <= 1003: // §7.4.1
	case code >= 1007 && code <= 1011: // §7.4.1
	case code >= 1012 && code <= 1014: // IANA's registry, §11.7
	case code >= 3000 && code <= 4999: // §7.4.2
	default:
		return frame.ErrCloseCode
	}
	if good, torn := judgeText(payload[2:]); !good || torn != nil {
		return frame.ErrReasonNotUTF8
	}
	return nil
}

// dataFrame takes what is there of a data frame (§5.4, §5.6).
func (o *oracle) dataFrame(f figure, payload []byte, whole bool) bool {
	o.message = append(o.message, payload...)
	last := whole && f.fin
	if o.opcode == frame.Text && !o.packed {
		good, torn := judgeText(append(o.torn, payload...))
		o.bad, o.torn = o.bad || !good, torn
		if (o.bad || last && torn != nil) && (last || o.cfg.Allow&LateText == 0) {
			return o.fail(frame.ErrTextNotUTF8) // §8.1
		}
	}
	if !last {
		return whole
	}
	if o.packed && !o.unpack() {
		return false
	}
	o.event(o.opcode, o.message)
	o.message, o.frames, o.bad, o.torn = nil, 0, false, nil
	return true
}

// unpack inflates the message that is whole now, and judges what comes out.
func (o *oracle) unpack() bool {
	plain, broken := inflate(o.message, o.window, int(o.maxMessage()))
	for _, v := range broken {
		o.also = append(o.also, "failed "+v.ID)
	}
	if broken != nil {
		return o.fail(broken[0])
	}
	o.message = plain
	if o.cfg.Deflate == Takeover {
		o.window = append(slices.Clone(o.window), plain...)
	}
	if good, torn := judgeText(plain); o.opcode == frame.Text && (!good || torn != nil) {
		return o.fail(frame.ErrTextNotUTF8)
	}
	return true
}

func (o *oracle) event(op frame.Opcode, payload []byte) {
	f := frame.Frame{Header: frame.Header{Fin: true, Opcode: op, Length: int64(len(payload))}, Payload: payload}
	o.lines = append(o.lines, f.String())
	o.bytes += len(payload)
}

// or is n, or its default.
func or(n, ifZero int) int {
	if n == 0 {
		return ifZero
	}
	return n
}
