// Package capturetest makes captures for tests: the packets of TCP connections, on
// any link layer that package capture reads, and files of them in every form. What it
// makes is as a sniffer would have it, but for the checksums, which are zero.
package capturetest

import (
	"encoding/binary"
	"net/netip"
	"time"

	"rfc6455/cmd/ws/internal/capture"
	"rfc6455/frame"
)

// Numbers of link layers.
const (
	Null     capture.LinkType = 0
	Ethernet capture.LinkType = 1
	Raw      capture.LinkType = 101
	Loop     capture.LinkType = 108
	Cooked   capture.LinkType = 113
	IPv4     capture.LinkType = 228
	IPv6     capture.LinkType = 229
	Cooked2  capture.LinkType = 276
)

// A Talk is one connection. Each packet comes 1 ms after the one before.
type Talk struct {
	Client, Server netip.AddrPort
	Link           capture.LinkType
	Tags           int       // of VLANs, on Ethernet
	Options        []byte    // TCP's, a multiple of 4
	Extensions     int       // of IPv6, hop by hop
	Now            time.Time // of the last packet
	Seq            [2]uint32 // of what comes next, by role
}

// New gives a connection over IPv4 on Ethernet from a client with this port.
func New(port uint16) *Talk {
	return &Talk{
		Client: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port),
		Server: netip.MustParseAddrPort("127.0.0.1:8080"),
		Link:   Ethernet,
		Now:    time.Unix(1767323045, 0),
		Seq:    [2]uint32{frame.Server: 0xFFFFFFF0, frame.Client: 0x7FFFFFF0}, // both go over an edge soon
	}
}

// Open gives the three packets with which a connection begins.
func (t *Talk) Open() []capture.Packet {
	syn := t.Packet(frame.Client, capture.SYN, t.Seq[frame.Client], nil)
	t.Seq[frame.Client]++
	answer := t.Packet(frame.Server, capture.SYN|capture.ACK, t.Seq[frame.Server], nil)
	t.Seq[frame.Server]++
	return []capture.Packet{syn, answer, t.Packet(frame.Client, capture.ACK, t.Seq[frame.Client], nil)}
}

// Send gives the packet with which from sends p.
func (t *Talk) Send(from frame.Role, p []byte) capture.Packet {
	packet := t.Packet(from, capture.ACK, t.Seq[from], p)
	t.Seq[from] += uint32(len(p))
	return packet
}

// Again gives p once more, as it was sent back bytes ago.
func (t *Talk) Again(from frame.Role, back int, p []byte) capture.Packet {
	return t.Packet(from, capture.ACK, t.Seq[from]-uint32(back), p)
}

// End gives the packet by which from ends its direction.
func (t *Talk) End(from frame.Role) capture.Packet {
	packet := t.Packet(from, capture.FIN|capture.ACK, t.Seq[from], nil)
	t.Seq[from]++
	return packet
}

// Reset gives the packet by which from ends the connection.
func (t *Talk) Reset(from frame.Role) capture.Packet {
	return t.Packet(from, capture.RST|capture.ACK, t.Seq[from], nil)
}

// Packet gives any packet.
func (t *Talk) Packet(from frame.Role, flags uint8, seq uint32, p []byte) capture.Packet {
	src, dst := t.Client, t.Server
	if from == frame.Server {
		src, dst = dst, src
	}
	b := binary.BigEndian.AppendUint16(nil, src.Port())
	b = binary.BigEndian.AppendUint16(b, dst.Port())
	b = binary.BigEndian.AppendUint32(b, seq)
	ack := uint32(0)
	if flags&capture.ACK != 0 {
		ack = t.Seq[from.Peer()]
	}
	b = binary.BigEndian.AppendUint32(b, ack)
	b = append(b, byte(5+len(t.Options)/4)<<4, flags, 0xFF, 0xFF, 0, 0, 0, 0)
	b = append(append(b, t.Options...), p...)
	b = t.link(t.network(src.Addr(), dst.Addr(), b))
	t.Now = t.Now.Add(time.Millisecond)
	return capture.Packet{Time: t.Now, Link: t.Link, Data: b, Length: int64(len(b))}
}

// network puts IP's header before a segment.
func (t *Talk) network(src, dst netip.Addr, b []byte) []byte {
	if src.Is4() {
		head := []byte{0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0}
		binary.BigEndian.PutUint16(head[2:], uint16(20+len(b)))
		return append(append(append(head, src.AsSlice()...), dst.AsSlice()...), b...)
	}
	next := byte(6)
	for range t.Extensions {
		b = append([]byte{next, 0, 1, 4, 0, 0, 0, 0}, b...)
		next = 0
	}
	head := []byte{0x60, 0, 0, 0, 0, 0, next, 64}
	binary.BigEndian.PutUint16(head[4:], uint16(len(b)))
	return append(append(append(head, src.AsSlice()...), dst.AsSlice()...), b...)
}

// link puts the link's header before an IP packet.
func (t *Talk) link(b []byte) []byte {
	kind, family := []byte{0x08, 0x00}, byte(2)
	if b[0]>>4 == 6 {
		kind, family = []byte{0x86, 0xDD}, 30
	}
	switch t.Link {
	case Null:
		return append([]byte{family, 0, 0, 0}, b...)
	case Loop:
		return append([]byte{0, 0, 0, family}, b...)
	case Ethernet:
		head := make([]byte, 12)
		for range t.Tags {
			head = append(head, 0x81, 0, 0, 7)
		}
		return pad(append(append(head, kind...), b...))
	case Cooked:
		return append(append(make([]byte, 14), kind...), b...)
	case Cooked2:
		return append(append(kind, make([]byte, 18)...), b...)
	}
	return b
}

// pad makes an Ethernet frame as long as the shortest.
func pad(b []byte) []byte { return append(b, make([]byte, max(0, 60-len(b)))...) }

// Cut gives p as a capture has it that keeps n bytes of a packet.
func Cut(p capture.Packet, n int) capture.Packet {
	p.Data = p.Data[:min(n, len(p.Data))]
	return p
}
