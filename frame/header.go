package frame

import (
	"encoding/binary"
	"io"
	"math"
)

// Sizes of the wire format, in bytes.
const (
	MaxHeaderLen      = 14  // two bytes, a 64-bit length and a key, §5.2
	MaxControlPayload = 125 // §5.5
)

// Bits of a header's first two bytes (§5.2).
const (
	bitFin  = 0x80
	bitRSV1 = 0x40
	bitRSV2 = 0x20
	bitRSV3 = 0x10
	bitMask = 0x80

	opcodeBits = 0x0F
)

// Values of the 7-bit length that announce a longer field (§5.2).
const (
	length16 = 126
	length64 = 127
)

// A Header is all of a frame but its payload (§5.2).
type Header struct {
	Fin              bool // the message's last frame
	RSV1, RSV2, RSV3 bool // zero unless an extension gave them a meaning
	Opcode           Opcode
	Masked           bool
	Key              MaskKey // zero if not Masked
	Length           int64   // of the payload, in bytes
}

// ParseHeader reads the header at the beginning of b and says how long it is.
//
// The error is [io.ErrUnexpectedEOF] if b ends inside a header that is good so
// far, and otherwise a *[Violation]: [ErrReservedOpcode], [ErrControlFragmented],
// [ErrControlTooLong], [ErrLengthTopBit] or [ErrLengthNotMinimal]. With an error
// h holds nothing and n is 0.
func ParseHeader(b []byte) (h Header, n int, err error) {
	n, err = h.Parse(b)
	return h, n, err
}

// Parse is [ParseHeader] into h, which an error leaves as it was.
func (h *Header) Parse(b []byte) (n int, err error) {
	if len(b) < 2 {
		return 0, judgeFirst(b)
	}
	first, second := b[0], b[1]
	if err := judge(first, second); err != nil {
		return 0, err
	}
	length, n := int64(second&^bitMask), 2
	switch length {
	case length16:
		length, n, err = parseLength16(b)
	case length64:
		length, n, err = parseLength64(b)
	}
	if err != nil {
		return 0, err
	}
	masked, key := second&bitMask != 0, MaskKey{}
	if masked {
		if len(b) < n+len(key) {
			return 0, io.ErrUnexpectedEOF
		}
		key = MaskKey(b[n : n+4])
		n += len(key)
	}
	h.Fin = first&bitFin != 0
	h.RSV1 = first&bitRSV1 != 0
	h.RSV2 = first&bitRSV2 != 0
	h.RSV3 = first&bitRSV3 != 0
	h.Opcode = Opcode(first & opcodeBits)
	h.Masked = masked
	h.Key = key
	h.Length = length
	return n, nil
}

// judgeFirst judges what is there of a header without its second byte.
func judgeFirst(b []byte) error {
	if len(b) > 0 {
		if err := judge(b[0], 0); err != nil {
			return err
		}
	}
	return io.ErrUnexpectedEOF
}

// judge holds the rules on a header's first two bytes.
func judge(first, second byte) error {
	switch Opcode(first & opcodeBits) {
	case Continuation, Text, Binary:
		return nil
	case Close, Ping, Pong:
		if first&bitFin == 0 {
			return ErrControlFragmented // §5.5
		}
		if second&^bitMask > MaxControlPayload {
			return ErrControlTooLong // §5.5
		}
		return nil
	}
	return ErrReservedOpcode // §5.2
}

// parseLength16 reads the length in bytes 2 and 3 and says where it ends (§5.2).
func parseLength16(b []byte) (length int64, end int, err error) {
	if len(b) < 4 {
		return 0, 0, io.ErrUnexpectedEOF
	}
	v := binary.BigEndian.Uint16(b[2:])
	if v < length16 {
		return 0, 0, ErrLengthNotMinimal
	}
	return int64(v), 4, nil
}

// parseLength64 reads the length in bytes 2 to 9 and says where it ends (§5.2).
func parseLength64(b []byte) (length int64, end int, err error) {
	if len(b) > 2 && b[2]&0x80 != 0 {
		return 0, 0, ErrLengthTopBit
	}
	// Six leading zeros show that 16 bits would do: the last two bytes need not
	// be there for the verdict.
	if len(b) >= 8 && binary.BigEndian.Uint64(b)<<16 == 0 {
		return 0, 0, ErrLengthNotMinimal
	}
	if len(b) < 10 {
		return 0, 0, io.ErrUnexpectedEOF
	}
	return int64(binary.BigEndian.Uint64(b[2:])), 10, nil
}

// Append appends h in its shortest form (§5.2), which is what [ParseHeader]
// accepts. It never refuses: a header that breaks a rule is written as it is,
// its opcode cut to four bits.
func (h Header) Append(b []byte) []byte {
	switch {
	case uint64(h.Length) < length16:
		b = append(b, h.first(), h.second(byte(h.Length)))
	case uint64(h.Length) <= math.MaxUint16:
		b = h.append16(b)
	default:
		b = h.append64(b)
	}
	return h.appendKey(b)
}

// Len is the number of bytes that [Header.Append] appends: 2 to 14.
func (h Header) Len() int {
	n := 2
	switch {
	case uint64(h.Length) < length16:
	case uint64(h.Length) <= math.MaxUint16:
		n += 2
	default:
		n += 8
	}
	if h.Masked {
		n += len(h.Key)
	}
	return n
}

// The parts of Append take a pointer: inlined, they then copy no header.

func (h *Header) first() byte {
	first := byte(h.Opcode) & opcodeBits
	if h.Fin {
		first |= bitFin
	}
	if h.RSV1 {
		first |= bitRSV1
	}
	if h.RSV2 {
		first |= bitRSV2
	}
	if h.RSV3 {
		first |= bitRSV3
	}
	return first
}

func (h *Header) second(length byte) byte {
	if h.Masked {
		return bitMask | length // §5.3
	}
	return length
}

// append16 appends all before the key, with a 16-bit length whatever it is.
func (h *Header) append16(b []byte) []byte {
	return append(b, h.first(), h.second(length16), byte(h.Length>>8), byte(h.Length))
}

// append64 is append16 with a 64-bit length.
func (h *Header) append64(b []byte) []byte {
	b = append(b, h.first(), h.second(length64))
	return binary.BigEndian.AppendUint64(b, uint64(h.Length))
}

func (h *Header) appendKey(b []byte) []byte {
	if h.Masked {
		return append(b, h.Key[:]...)
	}
	return b
}
