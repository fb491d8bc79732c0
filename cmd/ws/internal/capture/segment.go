package capture

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// Flags of a segment.
const (
	FIN = 1 << 0
	SYN = 1 << 1
	RST = 1 << 2
	ACK = 1 << 4
)

// A Segment is one segment of TCP.
type Segment struct {
	Time     time.Time
	Src, Dst netip.AddrPort
	Seq, Ack uint32
	Flags    uint8 // FIN, SYN, RST, ACK, and others
	Payload  []byte
	Missing  int // bytes that follow Payload and that the capture left out
}

// ParseSegment reads a packet. Its error is [ErrNotTCP], [ErrShort], [ErrFragment] or
// [ErrLinkType].
func ParseSegment(p Packet) (Segment, error) {
	b, err := network(p.Link, p.Data)
	if err != nil {
		return Segment{}, err
	}
	d, err := parseIP(b)
	if err != nil {
		return Segment{}, err
	}
	b = d.data
	if len(b) < 20 {
		return Segment{}, ErrShort
	}
	head := int(b[12]>>4) * 4
	if head < 20 || head > len(b) {
		return Segment{}, ErrShort
	}
	return Segment{
		Time:    p.Time,
		Src:     netip.AddrPortFrom(d.src, binary.BigEndian.Uint16(b)),
		Dst:     netip.AddrPortFrom(d.dst, binary.BigEndian.Uint16(b[2:])),
		Seq:     binary.BigEndian.Uint32(b[4:]),
		Ack:     binary.BigEndian.Uint32(b[8:]),
		Flags:   b[13],
		Payload: b[head:],
		Missing: d.missing,
	}, nil
}
