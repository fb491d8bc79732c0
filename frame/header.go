package frame

import (
	"encoding/binary"
	"io"
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
	if len(b) < 2 {
		return Header{}, 0, judgeFirstByte(b)
	}
	h.Fin = b[0]&bitFin != 0
	h.RSV1 = b[0]&bitRSV1 != 0
	h.RSV2 = b[0]&bitRSV2 != 0
	h.RSV3 = b[0]&bitRSV3 != 0
	h.Opcode = Opcode(b[0] & 0xF)
	h.Masked = b[1]&bitMask != 0
	h.Length = int64(b[1] &^ bitMask)

	if err := judgeOpcode(h); err != nil {
		return Header{}, 0, err
	}
	n = 2
	if h.Length >= length16 {
		if h.Length, n, err = parseLength(b); err != nil {
			return Header{}, 0, err
		}
	}
	if h.Masked {
		if len(b) < n+len(h.Key) {
			return Header{}, 0, io.ErrUnexpectedEOF
		}
		h.Key = MaskKey(b[n : n+4])
		n += 4
	}
	return h, n, nil
}

// judgeFirstByte judges what of a header is there if not even its length is.
func judgeFirstByte(b []byte) error {
	if len(b) > 0 {
		h := Header{Fin: b[0]&bitFin != 0, Opcode: Opcode(b[0] & 0xF)}
		if err := judgeOpcode(h); err != nil {
			return err
		}
	}
	return io.ErrUnexpectedEOF
}

// judgeOpcode holds the rules on the first two bytes. Length is the 7-bit field.
func judgeOpcode(h Header) error {
	switch h.Opcode {
	case Continuation, Text, Binary:
		return nil
	case Close, Ping, Pong:
		if !h.Fin {
			return ErrControlFragmented // §5.5
		}
		if h.Length > MaxControlPayload {
			return ErrControlTooLong // §5.5
		}
		return nil
	}
	return ErrReservedOpcode // §5.2
}

// parseLength reads the extended payload length of b, which has at least its
// first two bytes, and says where it ends (§5.2).
func parseLength(b []byte) (length int64, end int, err error) {
	if b[1]&^bitMask == length16 {
		if len(b) < 4 {
			return 0, 0, io.ErrUnexpectedEOF
		}
		v := binary.BigEndian.Uint16(b[2:])
		if v < length16 {
			return 0, 0, ErrLengthNotMinimal
		}
		return int64(v), 4, nil
	}
	if len(b) > 2 && b[2]&0x80 != 0 {
		return 0, 0, ErrLengthTopBit
	}
	// A value that fits 16 bits shows in its six leading zeros already.
	if len(b) >= 8 && binary.BigEndian.Uint64(b[:8])<<16 == 0 {
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
	first := byte(h.Opcode) & 0xF
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
	var mask byte
	if h.Masked {
		mask = bitMask
	}
	switch {
	case uint64(h.Length) < length16:
		b = append(b, first, mask|byte(h.Length))
	case uint64(h.Length) <= 0xFFFF:
		b = append(b, first, mask|length16, byte(h.Length>>8), byte(h.Length))
	default:
		b = append(b, first, mask|length64)
		b = binary.BigEndian.AppendUint64(b, uint64(h.Length))
	}
	if h.Masked {
		b = append(b, h.Key[:]...)
	}
	return b
}

// Len is the number of bytes that [Header.Append] appends: 2 to 14.
func (h Header) Len() int {
	n := 2
	switch {
	case uint64(h.Length) < length16:
	case uint64(h.Length) <= 0xFFFF:
		n += 2
	default:
		n += 8
	}
	if h.Masked {
		n += len(h.Key)
	}
	return n
}
