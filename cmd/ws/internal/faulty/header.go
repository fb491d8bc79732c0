package faulty

import (
	"encoding/binary"

	"rfc6455/frame"
)

// header reads the header at the beginning of s.in and says how long it is: 0
// while it is not whole, or after it broke a rule. It judges in the order of the
// wire, as soon as the bytes suffice.
func (s *session) header() (h frame.Header, n int) {
	b := s.in
	if len(b) == 0 {
		return h, 0
	}
	h.Fin, h.RSV1, h.RSV2, h.RSV3 = b[0]&0x80 != 0, b[0]&0x40 != 0, b[0]&0x20 != 0, b[0]&0x10 != 0
	h.Opcode = frame.Opcode(b[0] & 0x0f)
	if s.badOpcode(h) || len(b) < 2 {
		return h, 0
	}
	h.Masked = b[1]&0x80 != 0
	h.Length = int64(b[1] & 0x7f)
	if h.Opcode.IsControl() && h.Length > 125 && s.breaks(frame.ErrControlTooLong, longControlTaken) {
		return h, 0
	}
	n = 2
	switch h.Length {
	case 126:
		n, h.Length = s.length16(b)
	case 127:
		n, h.Length = s.length64(b)
	}
	if n == 0 || !h.Masked {
		return h, n
	}
	if len(b) < n+4 {
		return h, 0
	}
	copy(h.Key[:], b[n:])
	return h, n + 4
}

// badOpcode judges the first byte (§5.2, §5.5).
func (s *session) badOpcode(h frame.Header) bool {
	lets := dataOpcodeIgnored
	if h.Opcode.IsControl() {
		lets = controlOpcodeIgnored
	}
	if h.Opcode.IsReserved() && s.breaks(frame.ErrReservedOpcode, lets) {
		return true
	}
	return h.Opcode.IsControl() && !h.Fin && s.breaks(frame.ErrControlFragmented, controlFragmentTaken)
}

// length16 reads a length in 16 bits, and how long the header is with it.
func (s *session) length16(b []byte) (n int, length int64) {
	if len(b) < 4 {
		return 0, 0
	}
	length = int64(binary.BigEndian.Uint16(b[2:]))
	switch {
	case s.is(length16Swapped):
		length = int64(binary.LittleEndian.Uint16(b[2:]))
	case s.is(length65535Short) && length == 65535:
		length--
	}
	if length < 126 && s.breaks(frame.ErrLengthNotMinimal, longLengthTaken) {
		return 0, 0
	}
	return 4, length
}

// length64 reads a length in 64 bits. Its beginning may break a rule already.
func (s *session) length64(b []byte) (n int, length int64) {
	if len(b) > 2 && b[2]&0x80 != 0 && s.breaks(frame.ErrLengthTopBit, topBitDropped) {
		return 0, 0
	}
	var field [8]byte
	known := copy(field[:], b[2:])
	value := binary.BigEndian.Uint64(field[:])
	if known >= 6 && value>>16 == 0 && s.breaks(frame.ErrLengthNotMinimal, longLengthTaken) || known < 8 {
		return 0, 0
	}
	if s.is(length64Cut) {
		value &= 0xffff
	}
	return 10, int64(value &^ (1 << 63))
}

// place judges a whole header within its connection, and begins its frame. It
// says whether there is one.
func (s *session) place(h frame.Header) bool {
	if s.badBits(h) || s.badMask(h) {
		return false
	}
	s.key = s.keyFor(h)
	s.inside, s.head, s.left = true, h, h.Length
	if alone(h.Opcode) {
		s.body = nil
		return !s.badControl(h)
	}
	return s.dataHeader(h)
}

// keyFor gives the key that a frame is unmasked with: its own, from the beginning
// (§5.3).
func (s *session) keyFor(h frame.Header) frame.MaskKey {
	if !s.keyed {
		s.keyed, s.keyOne = true, h.Key
	}
	switch {
	case s.is(maskOfFirst):
		return s.keyOne
	case s.is(maskGoesOn):
		var skipped [3]byte
		return h.Key.XOR(skipped[:s.head.Length%4])
	}
	return h.Key
}

// badBits judges the RSV bits (§5.2; RFC 7692 §6).
func (s *session) badBits(h frame.Header) bool {
	first := h.Opcode == frame.Text || h.Opcode == frame.Binary
	switch {
	case h.RSV2 && s.breaks(frame.ErrReservedBits, rsv2Ignored):
		return true
	case h.RSV3 && s.breaks(frame.ErrReservedBits, rsv3Ignored):
		return true
	case h.RSV1 && s.inflater == nil:
		return s.breaks(frame.ErrReservedBits, rsv1Ignored)
	case h.RSV1 && h.Opcode.IsControl():
		return s.breaks(frame.ErrCompressedNotHead, rsv1Control)
	case h.RSV1 && !first:
		return s.breaks(frame.ErrCompressedNotHead, rsv1Continues)
	}
	return false
}

// badMask judges who masks (§5.1).
func (s *session) badMask(h frame.Header) bool {
	switch {
	case s.role == frame.Server && !h.Masked:
		return s.breaks(frame.ErrNotMasked, unmaskedTaken)
	case s.role == frame.Client && h.Masked:
		return s.breaks(frame.ErrMasked, maskedTaken)
	}
	return false
}
