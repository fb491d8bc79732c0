package frame

import (
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"strconv"
	"unicode/utf8"
)

// A Frame is a frame with its payload in the clear, for tests, vectors, logs and
// tools. Its printed form, the notation, is
//
//	opcode {flag} [code] {piece}
//
//	opcode   cont text binary close ping pong, or op3 to op7 and op11 to op15
//	flag     more                 FIN is 0
//	         rsv1 rsv2 rsv3       the bit is 1
//	         masked unmasked      against what the sender's role asks for
//	         key=37fa213d         masked with that key
//	         len16 len64          the length in that form, though a shorter one would do
//	         len=N                declares N bytes whatever the payload has, 0x... too
//	code     of a close: 1000
//	piece    "quoted as in Go" or 0xf248, each may be repeated: "*"*65536
//
// Any frame can be written, the illegal ones too. [ParseFrame] reads the
// notation, [Frame.String] prints it. Append and Len are the header's alone;
// [Frame.AppendWire] appends all of a frame.
type Frame struct {
	Header         // Length is what the frame declares
	Form    int    // 16 or 64 to write the length in that form, 0 for the shortest
	Payload []byte // in the clear
}

// AppendWire appends the frame as it stands on the wire, masked if f.Masked.
func (f Frame) AppendWire(b []byte) []byte {
	b = f.appendHeader(b)
	payload := len(b)
	b = append(b, f.Payload...)
	if f.Masked {
		f.Key.XOR(b[payload:])
	}
	return b
}

// appendHeader appends the header with its length in the form that f asks for.
func (f Frame) appendHeader(b []byte) []byte {
	switch f.Form {
	case 16:
		return f.appendKey(f.append16(b))
	case 64:
		return f.appendKey(f.append64(b))
	}
	return f.Header.Append(b)
}

// String is the frame in the notation, without its mask: whether and how it is
// masked says nothing about what is sent. A payload over 64 bytes is shortened as
// [AppendPayload] does; any other frame is read back by [ParseFrame].
func (f Frame) String() string { return string(f.AppendText(nil)) }

// AppendText appends what [Frame.String] gives.
func (f Frame) AppendText(b []byte) []byte {
	b = append(b, f.Opcode.String()...)
	b = f.appendFlags(b)
	p := f.Payload
	if f.Opcode == Close && len(p) >= 2 {
		b = strconv.AppendUint(append(b, ' '), uint64(binary.BigEndian.Uint16(p)), 10)
		p = p[2:]
	}
	if len(p) == 0 && f.Opcode != Text {
		return b
	}
	return AppendPayload(append(b, ' '), p)
}

func (f Frame) appendFlags(b []byte) []byte {
	for _, flag := range []struct {
		name string
		set  bool
	}{
		{" more", !f.Fin},
		{" rsv1", f.RSV1},
		{" rsv2", f.RSV2},
		{" rsv3", f.RSV3},
		{" len16", f.Form == 16},
		{" len64", f.Form == 64},
	} {
		if flag.set {
			b = append(b, flag.name...)
		}
	}
	if f.Length != int64(len(f.Payload)) {
		// Unsigned, as on the wire: the top bit may be set.
		b = strconv.AppendUint(append(b, " len="...), uint64(f.Length), 10)
	}
	return b
}

const (
	maxShown  = 64 // a longer payload is shortened
	shownHead = 32 // to this many bytes
)

// AppendPayload appends p in the notation: quoted if it is UTF-8, else in
// hexadecimal. Over 64 bytes it is shortened: to one byte and a factor if all
// are alike ("*"*65536), otherwise to its beginning, length and CRC-32, which
// tell it from others but cannot be read back.
func AppendPayload(b, p []byte) []byte {
	if len(p) <= maxShown {
		return appendPiece(b, p)
	}
	if alike(p) {
		return strconv.AppendInt(append(appendPiece(b, p[:1]), '*'), int64(len(p)), 10)
	}
	head := p[:shownHead]
	if utf8.Valid(p) {
		for !utf8.RuneStart(p[len(head)]) {
			head = head[:len(head)-1]
		}
	}
	b = append(appendPiece(b, head), "... ("...)
	b = strconv.AppendInt(b, int64(len(p)), 10)
	b = append(b, " bytes, crc32 "...)
	b = hex.AppendEncode(b, binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(p)))
	return append(b, ')')
}

func appendPiece(b, p []byte) []byte {
	if utf8.Valid(p) {
		return strconv.AppendQuote(b, string(p))
	}
	return hex.AppendEncode(append(b, "0x"...), p)
}

func alike(p []byte) bool {
	for _, c := range p {
		if c != p[0] {
			return false
		}
	}
	return true
}
