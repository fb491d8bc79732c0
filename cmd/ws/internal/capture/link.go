package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A LinkType says what stands before the IP packet, by its number in capture files.
type LinkType uint32

// The link layers that are read.
const (
	linkNull     LinkType = 0   // BSD's loopback: an address family in its machine's order
	linkEthernet LinkType = 1   //
	linkRawBSD   LinkType = 12  // bare IP, as some systems number it
	linkRawOpen  LinkType = 14  // and others
	linkRaw      LinkType = 101 // bare IP
	linkLoop     LinkType = 108 // OpenBSD's loopback
	linkCooked   LinkType = 113 // Linux, SLL
	linkIPv4     LinkType = 228
	linkIPv6     LinkType = 229
	linkCooked2  LinkType = 276 // Linux, SLL2
)

// EtherTypes.
const (
	etherIPv4   = 0x0800
	etherIPv6   = 0x86DD
	etherVLAN   = 0x8100
	etherQinQ   = 0x88A8
	etherQinQ91 = 0x9100
)

const maxTags = 4 // of VLANs on one packet

var (
	// ErrNotTCP says that a packet is none of TCP.
	ErrNotTCP = errors.New("capture: not TCP")
	// ErrShort says that a packet ends inside a header.
	ErrShort = errors.New("capture: packet ends inside a header")
	// ErrFragment says that a packet is a fragment of an IP packet.
	ErrFragment = errors.New("capture: fragment of an IP packet")
	// ErrLinkType says that the link layer is not known.
	ErrLinkType = errors.New("capture: link layer is not known")
)

// network gives the IP packet in a packet of the link.
func network(link LinkType, b []byte) ([]byte, error) {
	switch link {
	case linkNull, linkLoop:
		return after(b, 4) // the IP version tells the family, too
	case linkEthernet:
		return tagged(b, 12, 14)
	case linkCooked:
		return tagged(b, 14, 16)
	case linkCooked2:
		return tagged(b, 0, 20)
	case linkRaw, linkRawBSD, linkRawOpen, linkIPv4, linkIPv6:
		return b, nil
	}
	return nil, fmt.Errorf("%w: number %d", ErrLinkType, link)
}

// tagged gives what stands behind a header of n bytes with its EtherType at a place,
// and behind tags of VLANs.
func tagged(b []byte, at, n int) ([]byte, error) {
	if len(b) < n {
		return nil, ErrShort
	}
	kind, b := binary.BigEndian.Uint16(b[at:]), b[n:]
	for range maxTags {
		if kind != etherVLAN && kind != etherQinQ && kind != etherQinQ91 {
			break
		}
		if len(b) < 4 {
			return nil, ErrShort
		}
		kind, b = binary.BigEndian.Uint16(b[2:]), b[4:]
	}
	if kind != etherIPv4 && kind != etherIPv6 {
		return nil, ErrNotTCP
	}
	return b, nil
}

func after(b []byte, n int) ([]byte, error) {
	if len(b) < n {
		return nil, ErrShort
	}
	return b[n:], nil
}
