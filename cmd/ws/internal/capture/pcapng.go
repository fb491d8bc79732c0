package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"time"
)

// Types of blocks.
const (
	blockSection   = 0x0A0D0D0A // SHB, alike in both byte orders
	blockInterface = 1          // IDB
	blockSimple    = 3          // SPB
	blockEnhanced  = 6          // EPB
)

// Options of an interface.
const (
	optionEnd        = 0
	optionResolution = 9
	optionOffset     = 14
)

const (
	byteOrderMagic = 0x1A2B3C4D
	blockHeadLen   = 8        // type and length
	blockTailLen   = 4        // the length once more
	maxOptions     = 64 << 10 // bytes of an interface's block
)

// ErrBlock says that a block of a pcapng file contradicts itself.
var ErrBlock = errors.New("capture: broken pcapng block")

// pcapng is what the present section has said.
type pcapng struct {
	links []link // by the interfaces' numbers
	last  time.Time
}

// A link is one interface.
type link struct {
	kind    LinkType
	snap    uint32 // bytes that are kept of a packet; 0: all
	perUnit uint64 // units in a second
	offset  int64  // seconds
}

// nextBlock goes on to the next block that is a packet.
func (r *Reader) nextBlock() (Packet, error) {
	for {
		if _, err := r.r.Peek(1); err != nil {
			return Packet{}, err // io.EOF where a block may end
		}
		p, found, err := r.block()
		if found || err != nil {
			return p, err
		}
	}
}

// block reads one block.
func (r *Reader) block() (p Packet, found bool, err error) {
	head, err := r.r.Peek(blockHeadLen + 4)
	if err != nil {
		return p, false, cut(err)
	}
	if binary.BigEndian.Uint32(head) == blockSection {
		return p, false, r.section(head)
	}
	if r.order == nil {
		return p, false, fmt.Errorf("%w: none stands before the first section", ErrBlock)
	}
	kind, length := r.order.Uint32(head), r.order.Uint32(head[4:])
	if length < blockHeadLen+blockTailLen || length%4 != 0 {
		return p, false, fmt.Errorf("%w: length %d", ErrBlock, length)
	}
	if _, err := r.r.Discard(blockHeadLen); err != nil {
		return p, false, err
	}
	body := length - blockHeadLen - blockTailLen
	switch kind {
	case blockInterface:
		err = r.iface(body)
	case blockEnhanced:
		p, err = r.enhanced(body)
		found = err == nil
	case blockSimple:
		p, err = r.simple(body)
		found = err == nil
	default:
		err = r.skip(body)
	}
	if err == nil {
		_, err = r.fixed(blockTailLen)
	}
	return p, found && err == nil, err
}

// section begins a section, which may have another byte order than the one before.
// Head is its type, length and byte order.
func (r *Reader) section(head []byte) error {
	switch uint32(byteOrderMagic) {
	case binary.LittleEndian.Uint32(head[blockHeadLen:]):
		r.order = binary.LittleEndian
	case binary.BigEndian.Uint32(head[blockHeadLen:]):
		r.order = binary.BigEndian
	default:
		return fmt.Errorf("%w: section without a byte order", ErrBlock)
	}
	r.ng = pcapng{last: r.ng.last}
	length := r.order.Uint32(head[4:])
	if length < 28 || length%4 != 0 {
		return fmt.Errorf("%w: section of %d bytes", ErrBlock, length)
	}
	return r.skip(length)
}

// iface takes one interface.
func (r *Reader) iface(n uint32) error {
	if len(r.ng.links) >= MaxInterfaces {
		return ErrTooManyInterfaces
	}
	if n < 8 || n > maxOptions {
		return fmt.Errorf("%w: interface of %d bytes", ErrBlock, n)
	}
	b, err := r.packetData(n)
	if err != nil {
		return err
	}
	l := link{kind: LinkType(r.order.Uint16(b)), snap: r.order.Uint32(b[4:]), perUnit: 1_000_000}
	if err := r.options(&l, b[8:]); err != nil {
		return err
	}
	r.ng.links = append(r.ng.links, l)
	return nil
}

// options reads what an interface says of its clock.
func (r *Reader) options(l *link, b []byte) error {
	for len(b) >= 4 {
		kind, n := r.order.Uint16(b), int(r.order.Uint16(b[2:]))
		if kind == optionEnd {
			return nil
		}
		b = b[4:]
		if n > len(b) {
			return fmt.Errorf("%w: option over its end", ErrBlock)
		}
		switch {
		case kind == optionResolution && n == 1:
			if l.perUnit = resolution(b[0]); l.perUnit == 0 {
				return fmt.Errorf("%w: clock resolution %#x", ErrBlock, b[0])
			}
		case kind == optionOffset && n == 8:
			l.offset = int64(r.order.Uint64(b))
		}
		b = b[min(len(b), (n+3)&^3):]
	}
	return nil
}

// resolution gives the units in a second, 0 for one that no clock has.
func resolution(b byte) uint64 {
	if n := int(b & 0x7F); b&0x80 != 0 {
		if n > 63 {
			return 0
		}
		return 1 << n
	} else if n > 19 {
		return 0
	}
	unit := uint64(1)
	for range b {
		unit *= 10
	}
	return unit
}

// lastYear is the last one whose times are taken: it has four digits in all zones.
const lastYear = 9998

// time gives the time of so many units; zero, which is unsaid, if no clock shows it.
func (l *link) time(units uint64) time.Time {
	const nano = 1_000_000_000
	seconds, rest := units/l.perUnit, units%l.perUnit
	high, low := bits.Mul64(rest, nano)
	nanos, _ := bits.Div64(high, low, l.perUnit) // rest is below perUnit, so the quotient fits
	at := time.Unix(int64(seconds)+l.offset, int64(nanos))
	if year := at.UTC().Year(); year < 1970 || year > lastYear {
		return time.Time{}
	}
	return at
}

// enhanced reads a packet.
func (r *Reader) enhanced(n uint32) (Packet, error) {
	const headLen = 20
	if n < headLen {
		return Packet{}, fmt.Errorf("%w: packet of %d bytes", ErrBlock, n)
	}
	b, err := r.fixed(headLen)
	if err != nil {
		return Packet{}, err
	}
	units := uint64(r.order.Uint32(b[4:]))<<32 | uint64(r.order.Uint32(b[8:]))
	id, held, length := r.order.Uint32(b), r.order.Uint32(b[12:]), r.order.Uint32(b[16:])
	if int64(id) >= int64(len(r.ng.links)) {
		return Packet{}, fmt.Errorf("%w: no interface %d", ErrBlock, id)
	}
	l := &r.ng.links[id]
	r.ng.last = l.time(units)
	return r.padded(l, n-headLen, held, length)
}

// simple reads a packet of the first interface, which has no time of its own.
func (r *Reader) simple(n uint32) (Packet, error) {
	if n < 4 || len(r.ng.links) == 0 {
		return Packet{}, fmt.Errorf("%w: simple packet of %d bytes, %d interfaces", ErrBlock, n, len(r.ng.links))
	}
	b, err := r.fixed(4)
	if err != nil {
		return Packet{}, err
	}
	l, length := &r.ng.links[0], r.order.Uint32(b)
	held := min(length, n-4)
	if l.snap != 0 {
		held = min(held, l.snap)
	}
	return r.padded(l, n-4, held, length)
}

// padded reads a packet of held bytes in the n that are left of its block.
func (r *Reader) padded(l *link, n, held, length uint32) (Packet, error) {
	if held > n {
		return Packet{}, fmt.Errorf("%w: packet of %d bytes in a block of %d", ErrBlock, held, n)
	}
	data, err := r.packetData(held)
	if err != nil {
		return Packet{}, err
	}
	if err := r.skip(n - held); err != nil {
		return Packet{}, err
	}
	return Packet{Time: r.ng.last, Link: l.kind, Data: data, Length: max(int64(length), int64(len(data)))}, nil
}
