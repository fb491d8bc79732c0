package capture

import (
	"encoding/binary"
	"net/netip"
)

// Numbers of what follows an IP header.
const (
	nextHopByHop    = 0
	nextTCP         = 6
	nextRouting     = 43
	nextFragment    = 44
	nextAuth        = 51
	nextDestination = 60
)

const maxExtensions = 8 // headers between IPv6's own and TCP's

// A datagram is an IP packet that carries TCP.
type datagram struct {
	src, dst netip.Addr
	data     []byte // as far as it was captured
	missing  int    // bytes that it had besides
}

// parseIP takes an IP packet apart.
func parseIP(b []byte) (datagram, error) {
	if len(b) == 0 {
		return datagram{}, ErrShort
	}
	switch b[0] >> 4 {
	case 4:
		return parseIPv4(b)
	case 6:
		return parseIPv6(b)
	}
	return datagram{}, ErrNotTCP
}

func parseIPv4(b []byte) (d datagram, err error) {
	if len(b) < 20 {
		return d, ErrShort
	}
	head, total := int(b[0]&0x0F)*4, int(binary.BigEndian.Uint16(b[2:]))
	switch {
	case b[9] != nextTCP:
		return d, ErrNotTCP
	case binary.BigEndian.Uint16(b[6:])&0x3FFF != 0: // more fragments, or not the first
		return d, ErrFragment
	case total == 0: // cut up later, by the network card
		total = len(b)
	}
	if head < 20 || head > len(b) || total < head {
		return d, ErrShort
	}
	d.src, d.dst = netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:]))
	d.data, d.missing = bounded(b[head:], total-head)
	return d, nil
}

func parseIPv6(b []byte) (d datagram, err error) {
	if len(b) < 40 {
		return d, ErrShort
	}
	d.src, d.dst = netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))
	next, length := b[6], int(binary.BigEndian.Uint16(b[4:]))
	if b = b[40:]; length == 0 { // cut up later, by the network card
		length = len(b)
	}
	b, missing := bounded(b, length)
	for range maxExtensions {
		if next == nextTCP {
			d.data, d.missing = b, missing
			return d, nil
		}
		if next, b, err = extension(next, b); err != nil {
			return d, err
		}
	}
	return d, ErrNotTCP
}

// extension passes over one of IPv6's extension headers.
func extension(kind byte, b []byte) (next byte, rest []byte, err error) {
	if len(b) < 8 {
		return 0, nil, ErrShort
	}
	n := 0
	switch kind {
	case nextHopByHop, nextRouting, nextDestination:
		n = 8 + 8*int(b[1])
	case nextAuth:
		n = 8 + 4*int(b[1])
	case nextFragment:
		if binary.BigEndian.Uint16(b[2:])&^6 != 0 { // more fragments, or not the first
			return 0, nil, ErrFragment
		}
		n = 8
	default:
		return 0, nil, ErrNotTCP
	}
	rest, err = after(b, n)
	return b[0], rest, err
}

// bounded gives the n bytes that belong to a packet, without the link's padding, and
// how many of them the capture left out.
func bounded(b []byte, n int) (data []byte, missing int) {
	if n < len(b) {
		return b[:n], 0
	}
	return b, n - len(b)
}
