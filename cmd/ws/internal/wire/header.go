package wire

import (
	"encoding/binary"
	"io"
	"math"

	"rfc6455/frame"
)

// ParseHeader reads a frame's header at the beginning of b and says how long it is.
// Other than [frame.ParseHeader] it takes every header there can be: reserved
// opcodes, lengths that are not in their shortest form (then Form says in which),
// and those with the top bit set (then Length is below 0). So its result, with
// AppendWire, gives the same bytes again. The error is [io.ErrUnexpectedEOF].
func ParseHeader(b []byte) (f frame.Frame, n int, err error) {
	if len(b) < 2 {
		return f, 0, io.ErrUnexpectedEOF
	}
	f.Length, n = int64(b[1]&0x7F), 2
	switch f.Length {
	case 126:
		n = 4
	case 127:
		n = 10
	}
	masked := b[1]&0x80 != 0
	end := n
	if masked {
		end += len(f.Key)
	}
	if len(b) < end {
		return frame.Frame{}, 0, io.ErrUnexpectedEOF
	}
	switch n {
	case 4:
		f.Length = int64(binary.BigEndian.Uint16(b[2:]))
		f.Form = form(16, uint64(f.Length) < 126)
	case 10:
		f.Length = int64(binary.BigEndian.Uint64(b[2:]))
		f.Form = form(64, uint64(f.Length) <= math.MaxUint16)
	}
	f.Fin, f.RSV1, f.RSV2, f.RSV3 = b[0]&0x80 != 0, b[0]&0x40 != 0, b[0]&0x20 != 0, b[0]&0x10 != 0
	f.Opcode = frame.Opcode(b[0] & 0x0F)
	if f.Masked = masked; masked {
		f.Key = frame.MaskKey(b[n:end])
	}
	return f, end, nil
}

// form gives the form of a length for a Frame, which names only those too long.
func form(bits int, tooLong bool) int {
	if tooLong {
		return bits
	}
	return 0
}

// Judge says which rule the header at the beginning of b breaks by itself: nil, or
// a *[frame.Violation].
func Judge(b []byte) error {
	_, _, err := frame.ParseHeader(b)
	if err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}
