package fuzz

import (
	"encoding/binary"

	"rfc6455/frame"
)

// maxStream bounds what [Stream] makes, in bytes. The longest frame ends it.
const maxStream = 1 << 17

// Stream makes of fuzz bytes what a peer might send to an endpoint of a role:
// frames that are mostly legal, in an order that mostly is, with faults of every
// kind among them. Each byte of seed is one choice, so a fuzzer that changes a
// byte changes one frame. Neither the faults nor the end of the stream are held
// back by what came before: what is legal depends on the connection.
func Stream(role frame.Role, seed []byte) []byte {
	s := stream{from: role.Peer(), dice: seed, packer: packer{takeover: true}}
	defer s.packer.release()
	for len(s.dice) > 0 && len(s.out) < maxStream {
		s.next()
	}
	return s.out
}

// A stream is what was sent so far.
type stream struct {
	from   frame.Role
	dice   []byte // choices that are left
	out    []byte
	inside bool // a fragmented message
	packer packer
}

// roll takes the next choice, of n; 0 if none is left.
func (s *stream) roll(n int) int {
	if len(s.dice) == 0 {
		return 0
	}
	c := s.dice[0]
	s.dice = s.dice[1:]
	return int(c) % n
}

// next sends one frame, or what should have been one.
func (s *stream) next() {
	f := s.legal()
	if kind := s.roll(256); kind >= 192 {
		s.spoil(&f, kind)
	}
	at := len(s.out)
	s.out = f.AppendWire(s.out)
	if s.roll(64) == 63 { // the stream breaks off, or bytes get lost
		s.out = s.out[:at+s.roll(len(s.out)-at+1)]
	}
}

// legal makes a frame that may come now.
func (s *stream) legal() frame.Frame {
	f := frame.Frame{Header: frame.Header{Fin: true, Masked: s.from.Masks()}}
	kind := s.roll(16)
	switch {
	case kind == 15:
		f.Opcode, f.Payload = frame.Close, s.closePayload()
	case kind >= 12:
		f.Opcode, f.Payload = frame.Ping+frame.Opcode(kind&1), s.payload(kind&1 == 0, frame.MaxControlPayload)
	case s.inside:
		f.Opcode, f.Fin = frame.Continuation, kind >= 6
		f.Payload = s.payload(kind&1 == 0, maxStream)
	default:
		f.Opcode = frame.Text + frame.Opcode(kind&1)
		f.Fin = kind < 6
		f.Payload = s.payload(kind&1 == 0, maxStream)
		if kind >= 10 || kind < 2 {
			f = s.packer.packFrame(f)
		}
	}
	if !f.Opcode.IsControl() {
		s.inside = !f.Fin
	}
	if f.Masked {
		f.Key = s.key()
	}
	f.Length = int64(len(f.Payload))
	return f
}

// key gives a mask; most are alike, so that seeds stay short.
func (s *stream) key() frame.MaskKey {
	switch s.roll(4) {
	case 0:
		return frame.ExampleKey
	case 1:
		return frame.MaskKey{}
	case 2:
		return frame.MaskKey{0, 0, 0, 1}
	}
	return frame.MaskKey{byte(s.roll(256)), byte(s.roll(256)), byte(s.roll(256)), byte(s.roll(256))}
}

// sizes of payloads: the borders of the length field and of a parser's loops.
var sizes = []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 64, 65, 100, 123, 124, 125, 126, 127, 128, 129, 200, 255, 256, 1000, 4096, 65535, 65536, 70000}

// payload makes text or bytes of at most most bytes.
func (s *stream) payload(text bool, most int) []byte {
	size := min(sizes[s.roll(len(sizes))], most)
	p := make([]byte, 0, size)
	if !text {
		first, step := byte(s.roll(256)), byte(s.roll(3))
		for i := range size {
			p = append(p, first+step*byte(i))
		}
		return p
	}
	pattern := characters[s.roll(len(characters))]
	for len(p) < size {
		p = append(p, pattern...)
	}
	if s.roll(4) < 3 && len(p) > size && len(p) > len(pattern) {
		return p[:len(p)-len(pattern)]
	}
	return p[:size] // the last character may be torn: to end in the next frame, or nowhere
}

// characters are texts to repeat: every length of a character, and the borders
// of RFC 3629 §4.
var characters = []string{
	"*", "Hello", "\x00", "\x7f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff",
	"aé€😀", "κόσμε", "a", "\n\x1b\"\\",
}

// badText are octets that no text may hold, and beginnings that one may not end
// in: too long, surrogates, beyond U+10FFFF, torn.
var badText = []string{
	"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
	"\xf5", "\xff", "\xc2", "\xe2\x82", "\xf0\x9f\x98", "\xc2\xc2", "\xe1\x80\xc0", "\xf1\x80\x80\x00",
}

// codes of a Close: good ones, and those around them that are not.
var codes = []uint16{
	1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
	0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535,
}

func (s *stream) closePayload() []byte {
	switch s.roll(8) {
	case 0:
		return nil
	case 1:
		return []byte{3}
	}
	p := binary.BigEndian.AppendUint16(nil, codes[s.roll(len(codes))])
	return append(p, s.payload(true, 40)...)
}

// spoil breaks a rule, or the frame's promise to come whole.
func (s *stream) spoil(f *frame.Frame, kind int) {
	switch kind % 16 {
	case 0:
		f.Masked, f.Key = !f.Masked, frame.MaskKey{}
	case 1:
		f.RSV1 = !f.RSV1
	case 2:
		f.RSV2 = true
	case 3:
		f.RSV3 = true
	case 4:
		f.Opcode = frame.Opcode(s.roll(16))
	case 5:
		f.Fin = !f.Fin
	case 6:
		f.Form = 16
	case 7:
		f.Form = 64
	case 8:
		f.Length = int64(s.roll(256)) // more than there is, or less
	case 9:
		f.Length = []int64{1 << 16, 1 << 20, 1<<20 + 1, 1 << 31, 1 << 32, 1<<63 - 1, -1, -1 << 63}[s.roll(8)]
	case 10, 11:
		at := s.roll(len(f.Payload) + 1)
		f.Payload = append(f.Payload[:at:at], badText[s.roll(len(badText))]...)
		f.Length = int64(len(f.Payload))
	case 12:
		f.Payload = append(f.Payload, make([]byte, s.roll(256))...) // also of a control frame, too long
		f.Length = int64(len(f.Payload))
	case 13:
		for i := range f.Payload[:min(len(f.Payload), 8)] {
			f.Payload[i] ^= byte(s.roll(256)) // a compressed one turns to garbage
		}
	case 14:
		s.packer.takeover = !s.packer.takeover
	case 15:
		n := s.roll(64)
		s.out = append(s.out, s.dice[:min(n, len(s.dice))]...) // as they are
		s.dice = s.dice[min(n, len(s.dice)):]
	}
}
