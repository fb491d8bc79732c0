package capturetest

import (
	"encoding/binary"

	"rfc6455/cmd/ws/internal/capture"
)

// An Order is a byte order of a file: [binary.LittleEndian] or [binary.BigEndian].
type Order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// Orders are both.
var Orders = []Order{binary.LittleEndian, binary.BigEndian}

// Pcap gives a pcap file of packets on one link, with nanoseconds or microseconds.
func Pcap(o Order, nano bool, packets []capture.Packet) []byte {
	magic, unit := uint32(0xA1B2C3D4), 1000
	if nano {
		magic, unit = 0xA1B23C4D, 1
	}
	b := o.AppendUint32(nil, magic)
	b = o.AppendUint16(b, 2)
	b = o.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = o.AppendUint32(b, 262144)
	link := Ethernet
	if len(packets) > 0 {
		link = packets[0].Link
	}
	b = o.AppendUint32(b, uint32(link))
	for _, p := range packets {
		b = o.AppendUint32(b, uint32(p.Time.Unix()))
		b = o.AppendUint32(b, uint32(p.Time.Nanosecond()/unit))
		b = o.AppendUint32(b, uint32(len(p.Data)))
		b = o.AppendUint32(b, uint32(p.Length))
		b = append(b, p.Data...)
	}
	return b
}

// Section gives the block with which a section of a pcapng file begins.
func Section(o Order) []byte {
	b := o.AppendUint32(nil, 0x1A2B3C4D)
	b = o.AppendUint16(b, 1)
	b = o.AppendUint16(b, 0)
	return Block(o, 0x0A0D0D0A, o.AppendUint64(b, 1<<64-1))
}

// Interface gives the block of an interface. Options are as they stand in the file.
func Interface(o Order, link capture.LinkType, snap int, options []byte) []byte {
	b := o.AppendUint16(nil, uint16(link))
	b = o.AppendUint16(b, 0)
	b = o.AppendUint32(b, uint32(snap))
	return Block(o, 1, append(b, options...))
}

// Option gives one option of a block.
func Option(o Order, kind uint16, value []byte) []byte {
	b := o.AppendUint16(nil, kind)
	b = o.AppendUint16(b, uint16(len(value)))
	return align(append(b, value...))
}

// Enhanced gives the block of a packet that came so many units after 1970.
func Enhanced(o Order, iface uint32, units uint64, p capture.Packet) []byte {
	b := o.AppendUint32(nil, iface)
	b = o.AppendUint32(b, uint32(units>>32))
	b = o.AppendUint32(b, uint32(units))
	b = o.AppendUint32(b, uint32(len(p.Data)))
	b = o.AppendUint32(b, uint32(p.Length))
	return Block(o, 6, append(b, p.Data...))
}

// Simple gives the block of a packet without a time.
func Simple(o Order, p capture.Packet) []byte {
	return Block(o, 3, append(o.AppendUint32(nil, uint32(p.Length)), p.Data...))
}

// Block gives any block.
func Block(o Order, kind uint32, body []byte) []byte {
	body = align(body)
	b := o.AppendUint32(nil, kind)
	b = o.AppendUint32(b, uint32(len(body)+12))
	b = append(b, body...)
	return o.AppendUint32(b, uint32(len(body)+12))
}

// align fills up to a multiple of four bytes.
func align(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }
