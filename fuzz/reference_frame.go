package fuzz

import "rfc6455/frame"

// A figure is a header as §5.2 draws it.
type figure struct {
	fin, rsv1, rsv2, rsv3 bool
	opcode                frame.Opcode
	mask                  bool
	length                uint64
	key                   [4]byte
	size                  int // of the header, in bytes
}

// A headerReader reads the header that in begins with, as [readFigure] does.
type headerReader func(in []byte, long bool) (f figure, broken *frame.Violation, whole bool)

// number reads n bits from bit i on, the most significant first, as the figure
// numbers them. It is false if some of them are not there.
func number(in []byte, i, n int) (v uint64, ok bool) {
	for ; n > 0; n, i = n-1, i+1 {
		if i/8 >= len(in) {
			return 0, false
		}
		v = v<<1 | uint64(in[i/8]>>(7-i%8)&1)
	}
	return v, true
}

// readFigure reads the header that in begins with. It is not whole if in ends
// inside it; broken by the first rule that no further byte could mend.
func readFigure(in []byte, long bool) (f figure, broken *frame.Violation, whole bool) {
	flags, ok := number(in, 0, 4)
	if !ok {
		return f, nil, false
	}
	f.fin, f.rsv1, f.rsv2, f.rsv3 = flags&8 != 0, flags&4 != 0, flags&2 != 0, flags&1 != 0
	opcode, _ := number(in, 4, 4)
	f.opcode = frame.Opcode(opcode)
	if opcode >= 3 && opcode <= 7 || opcode >= 11 {
		return f, frame.ErrReservedOpcode, false // §5.2
	}
	if opcode >= 8 && !f.fin {
		return f, frame.ErrControlFragmented, false // §5.5
	}
	mask, ok := number(in, 8, 1)
	if !ok {
		return f, nil, false
	}
	f.mask = mask == 1
	f.length, _ = number(in, 9, 7)
	if opcode >= 8 && f.length > 125 {
		return f, frame.ErrControlTooLong, false // §5.5
	}
	f.size = 2
	if f.length > 125 {
		if broken, whole = f.readExtended(in, long); !whole {
			return f, broken, false
		}
	}
	if f.mask {
		if len(in) < f.size+4 {
			return f, nil, false
		}
		f.key = [4]byte(in[f.size:])
		f.size += 4
	}
	return f, nil, true
}

// readExtended reads the extended payload length: "the minimal number of bytes
// MUST be used", and of 64 bits "the most significant bit MUST be 0" (§5.2).
func (f *figure) readExtended(in []byte, long bool) (broken *frame.Violation, whole bool) {
	bits, least := 16, uint64(126)
	if f.length == 127 {
		bits, least = 64, 65536
		if top, ok := number(in, 16, 1); ok && top == 1 {
			return frame.ErrLengthTopBit, false
		}
		if high, ok := number(in, 16, 48); ok && high == 0 && !long {
			return frame.ErrLengthNotMinimal, false
		}
	}
	n, ok := number(in, 16, bits)
	if !ok {
		return nil, false
	}
	if n < least && !long {
		return frame.ErrLengthNotMinimal, false
	}
	f.length, f.size = n, 2+bits/8
	return nil, true
}

// unmask is §5.3: octet i with octet i modulo 4 of the key.
func unmask(payload []byte, f figure) []byte {
	plain := make([]byte, len(payload))
	for i := range payload {
		plain[i] = payload[i]
		if f.mask {
			plain[i] = payload[i] ^ f.key[i%4]
		}
	}
	return plain
}
