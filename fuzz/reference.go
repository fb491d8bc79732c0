package fuzz

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// The ends of a trace. What follows failed and died says why.
const (
	open   = "open" // the stream may go on
	closed = "closed"
	failed = "failed"
	died   = "died" // and no events before it
)

// Reference is the trace of a stream: the oracle of every parser. It is written
// to be read beside the RFC, shares no code with package session nor with the
// parser of package frame, and goes over all the bytes again for each question.
// What it cannot show: see inflate.
func Reference(cfg Config, in []byte) string {
	return judge(cfg, in).trace(frame.Frame.String)
}

// Expect is [Reference] in the plain form of the trace: every payload whole and in
// hexadecimal. It is for other languages; see the package's comment.
func Expect(cfg Config, in []byte) string {
	return judge(cfg, in).trace(plainLine)
}

// plainLine is an event in the plain form.
func plainLine(f frame.Frame) string {
	line, payload := f.Opcode.String(), f.Payload
	if f.Opcode == frame.Close && len(payload) >= 2 {
		line += " " + strconv.Itoa(int(binary.BigEndian.Uint16(payload)))
		payload = payload[2:]
	}
	if len(payload) > 0 {
		line += " 0x" + hex.EncodeToString(payload)
	}
	return line
}

// An oracle reads one stream from its beginning.
type oracle struct {
	cfg    Config
	read   headerReader
	rest   []byte // of the stream, not read yet
	events []frame.Frame
	end    string
	broken []*frame.Violation // if failed: the rule of end, and those that are as good
	bytes  int                // payload of all messages, as events show them
	size   int                // of the stream
	at     int                // where in it the frame begins that is read

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
func judge(cfg Config, in []byte) *oracle { return judgeBy(readFigure, cfg, in) }

// judgeBy reads it with headers as read has them.
func judgeBy(read headerReader, cfg Config, in []byte) *oracle {
	o := &oracle{cfg: cfg, read: read, rest: in, end: open, size: len(in)}
	more := true
	for more {
		more = o.frame()
	}
	return o
}

// trace prints events as line does, and the end.
func (o *oracle) trace(line func(frame.Frame) string) string {
	lines := make([]string, 0, len(o.events)+1)
	for _, f := range o.events {
		lines = append(lines, line(f))
	}
	return strings.Join(append(lines, o.end), "\n")
}

// agrees says whether a trace is the oracle's, or as good.
func (o *oracle) agrees(trace string) bool {
	events := strings.TrimSuffix(o.trace(frame.Frame.String), o.end)
	end, ok := strings.CutPrefix(trace, events)
	return ok && (end == o.end || o.agreesToFail(end))
}

// agreesToFail compares with what a parser says that knows no rules, or their
// close codes alone.
func (o *oracle) agreesToFail(end string) bool {
	return slices.ContainsFunc(o.broken, func(v *frame.Violation) bool {
		return end == failed || end == failed+" "+v.ID || end == failed+" "+v.Code.String()
	})
}

func (o *oracle) fail(broken ...*frame.Violation) bool {
	o.end, o.broken = strings.TrimSpace(failed+" "+broken[0].ID), broken
	return false
}

// frame reads one frame and says whether there may be another.
func (o *oracle) frame() bool {
	o.at = o.size - len(o.rest)
	f, broken, whole := o.read(o.rest, o.cfg.Allow&LongLengths != 0)
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
		if o.control++; o.control > controlBurst(o.cfg.Limits) {
			return frame.ErrControlFlood
		}
		return nil
	}
	if o.frames == 0 {
		o.opcode, o.packed = f.opcode, f.rsv1
	}
	if o.frames++; o.frames > maxFragments(o.cfg.Limits) {
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

func (o *oracle) maxMessage() uint64 { return maxMessage(o.cfg.Limits) }

// controlFrame takes a whole control frame (§5.5).
func (o *oracle) controlFrame(op frame.Opcode, payload []byte) bool {
	if op == frame.Close {
		if v := judgeClose(payload); v != nil {
			return o.fail(v)
		}
		o.end = closed
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
	plain, broken := inflate(o.message, o.window, int64(o.maxMessage()))
	if broken != nil {
		return o.fail(broken...)
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
	o.events = append(o.events, f)
	o.bytes += len(payload)
}

// The limits with their defaults filled in.

func maxMessage(l session.Limits) uint64 { return uint64(cmp.Or(l.Message, 1<<20)) }
func maxFragments(l session.Limits) int  { return cmp.Or(l.Fragments, 131072) }
func controlBurst(l session.Limits) int  { return cmp.Or(l.ControlBurst, 1000) }
