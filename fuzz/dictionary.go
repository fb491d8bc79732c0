package fuzz

import (
	"encoding/binary"
	"fmt"
	"strings"

	"rfc6455/frame"
)

// Dictionary gives the words of the protocol as a file for AFL++ and libFuzzer:
// the first two bytes of frames, the long forms of lengths, close codes, and
// octets that break a text or end a compressed message.
func Dictionary() []byte {
	d := dictionary("# WebSocket frames (RFC 6455, RFC 7692), for AFL++ (-x) and libFuzzer (-dict=).\n")
	d.heads()
	d.lengths()
	for _, c := range codes {
		f := frame.Frame{Header: frame.Header{Fin: true, Opcode: frame.Close, Length: 2}, Payload: binary.BigEndian.AppendUint16(nil, c)}
		d.word(fmt.Sprintf("close_%d", c), f.AppendWire(nil))
	}
	for i, octets := range badText {
		d.word(fmt.Sprintf("bad_text_%d", i), []byte(octets))
	}
	for i, text := range characters {
		d.word(fmt.Sprintf("text_%d", i), []byte(text))
	}
	d.word("deflate_hello", []byte("\xf2\x48\xcd\xc9\xc9\x07\x00"))
	d.word("deflate_sync", []byte("\x00\x00\xff\xff"))
	d.word("deflate_final", []byte("\x01\x00\x00\xff\xff"))
	return []byte(d)
}

// A dictionary is a file so far.
type dictionary string

// word adds an entry, all of its bytes as \xNN.
func (d *dictionary) word(name string, b []byte) {
	var hex strings.Builder
	for _, c := range b {
		fmt.Fprintf(&hex, `\x%02x`, c)
	}
	*d += dictionary(fmt.Sprintf("%s=\"%s\"\n", name, hex.String()))
}

// heads adds the beginning of a frame of every opcode: whole and fragmented,
// with an empty payload and a short one, masked and not.
func (d *dictionary) heads() {
	flags := []struct {
		name string
		bits byte
	}{{"", 0x80}, {"_more", 0}, {"_rsv1", 0xC0}, {"_rsv2", 0xA0}, {"_rsv3", 0x90}}
	for op := range frame.Opcode(16) {
		for _, f := range flags {
			d.word(op.String()+f.name, []byte{f.bits | byte(op), 0})
			d.word(op.String()+f.name+"_masked", []byte{f.bits | byte(op), 0x80, 0, 0, 0, 0})
		}
	}
}

// lengths adds what may stand in a header's second byte and behind it.
func (d *dictionary) lengths() {
	for _, n := range []uint64{125, 126, 127, 65535, 65536, 1 << 20, 1<<20 + 1, 1 << 31, 1 << 32, 1<<63 - 1, 1 << 63, 1<<64 - 1} {
		if n < 1<<16 {
			d.word(fmt.Sprintf("length16_%d", n), binary.BigEndian.AppendUint16([]byte{126}, uint16(n)))
		}
		d.word(fmt.Sprintf("length64_%d", n), binary.BigEndian.AppendUint64([]byte{127}, n))
	}
}
