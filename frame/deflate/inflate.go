package deflate

import (
	"encoding/binary"
	"slices"
)

// An inflater decodes one message. Between messages it lies in a pool.
type inflater struct {
	bitReader
	out    []byte  // the caller's slice, the message behind base, with capacity for a turn
	whole  []byte  // the same with all its capacity
	base   int     // what was in out before; while counting, less what out no longer has, see pass
	max    int     // len(out) may not pass it
	count  bool    // nothing is to be kept
	window *window // the messages before
	memory Memory  // nil: make
	turn   func()  // see Decompressor.Turn

	literal, distance huffman // of a block with dynamic codes
	lengths           [maxLiteral + maxDistance]uint8
	spare             [512]byte // out, while counting
}

const (
	maxLiteral  = 286 // RFC 1951 §3.2.7: HLIT + 257 at most
	maxDistance = 30  // HDIST + 1 at most: codes 30 and 31 stand for nothing
	endOfBlock  = 256
	blockTurn   = 1 << 10                          // bytes of blocks, whatever becomes of them, before others have their turn
	longest     = maxCodeLen + 5 + maxCodeLen + 13 // the bits of a <length, distance> pair
)

// run decodes block after block. The message ends inside a block: its last
// octets were the header of an empty stored block, whose 00 00 ff ff the sender
// took away (RFC 7692 §7.2.1). There, and nowhere else, the input must be used
// up.
func (f *inflater) run() error {
	for next := blockTurn; ; {
		if f.pos >= next {
			f.turn() // blocks of nothing take time, too
			next = f.pos + blockTurn
		}
		header, ok := f.take(3)
		if !ok {
			return ErrTruncated
		}
		var err error
		switch header >> 1 {
		case 0:
			f.align()
			if f.pos == len(f.in) {
				return nil
			}
			err = f.stored()
		case 1:
			err = f.compressed(fixedLiteral, fixedDistance)
		case 2:
			if err = f.codes(); err == nil {
				err = f.compressed(&f.literal, &f.distance)
			}
		default:
			err = errBlockType
		}
		if err != nil {
			return err
		}
		if final := header&1 != 0; final {
			f.align() // RFC 7692 §7.2.3.4: more blocks may follow, on a byte boundary
		}
	}
}

// stored copies a block of BTYPE 00 (RFC 1951 §3.2.4).
func (f *inflater) stored() error {
	b := f.in[f.pos:]
	if len(b) < 4 {
		return ErrTruncated
	}
	n := binary.LittleEndian.Uint16(b)
	if n != ^binary.LittleEndian.Uint16(b[2:]) {
		return errStoredLength
	}
	if b = b[4:]; int(n) > len(b) {
		return ErrTruncated
	}
	f.pos += 4 + int(n)
	if f.count {
		return f.pass(int(n))
	}
	if err := f.grow(int(n)); err != nil {
		return err
	}
	f.out = append(f.out, b[:n]...)
	return nil
}

// compressed decodes the symbols of a block of BTYPE 01 or 10 (RFC 1951 §3.2.5).
func (f *inflater) compressed(literal, distance *huffman) error {
	for {
		sym, err := f.literals(literal)
		if err != nil || sym == endOfBlock {
			return err
		}
		if err := f.match(sym, distance); err != nil {
			return err
		}
	}
}

// literals puts literals out, and gives the first symbol that is none. Its loop
// is where the time goes: the slice is kept out of f, the common codes are
// looked up in place.
func (f *inflater) literals(literal *huffman) (sym int, err error) {
	out, r := f.out, &f.bitReader
	for {
		if r.n < longest {
			r.refill()
		}
		e := literal.fast[r.bits&literal.mask%(1<<fastBits)]
		if l := uint(e & 15); l > 0 && l <= r.n {
			r.skip(l)
			sym = int(e >> 4)
		} else if sym, err = literal.decode(r); err != nil {
			return 0, err
		}
		if sym >= endOfBlock {
			f.out = out
			return sym, nil
		}
		if len(out) == cap(out) {
			f.out = out
			if err := f.grow(1); err != nil {
				return 0, err
			}
			out = f.out
		}
		out = append(out, byte(sym))
	}
}

// match decodes the rest of a <length, distance> pair and carries it out.
func (f *inflater) match(sym int, distance *huffman) error {
	if sym -= endOfBlock + 1; sym >= len(lengthCodes) {
		return errNoCode
	}
	length, ok := f.value(lengthCodes[sym])
	if !ok {
		return ErrTruncated
	}
	sym, err := distance.decode(&f.bitReader)
	if err != nil {
		return err
	}
	if sym >= len(distanceCodes) {
		return errNoCode
	}
	dist, ok := f.value(distanceCodes[sym])
	if !ok {
		return ErrTruncated
	}
	return f.repeat(dist, length)
}

func (f *inflater) value(s span) (int, bool) {
	extra, ok := f.take(uint(s.extra))
	return int(s.base) + int(extra), ok
}

// repeat appends length bytes that were the output dist bytes ago, in this
// message or in those before it. The pair may reach into its own output.
func (f *inflater) repeat(dist, length int) error {
	if dist > f.window.size {
		return errWindow
	}
	own := len(f.out) - f.base
	if dist > own+len(f.window.buf) {
		return errDistance
	}
	if f.count {
		return f.pass(length)
	}
	if err := f.grow(length); err != nil {
		return err
	}
	at := len(f.out)
	f.out = f.out[:at+length]
	to := f.out[at:]
	if dist > own {
		n := f.window.copy(to[:min(length, dist-own)], dist-own)
		to = to[n:]
	}
	for len(to) > 0 { // each round copies all that lies between source and target
		at = len(f.out) - len(to)
		to = to[copy(to, f.out[at-dist:at]):]
	}
	return nil
}

// grow makes room for n more bytes, or refuses; it never passes max.
func (f *inflater) grow(n int) error {
	if n <= cap(f.out)-len(f.out) {
		return nil
	}
	if n > f.max-len(f.out) {
		return ErrTooBig
	}
	if f.count {
		return f.pass(0)
	}
	if n <= cap(f.whole)-len(f.out) {
		f.turn()
		f.show(n)
		return nil
	}
	more, err := f.ahead(n)
	if err != nil {
		return err
	}
	if f.memory == nil {
		f.use(slices.Grow(f.out, more), n)
		return nil
	}
	bigger := f.memory.Get(len(f.out) + more)
	if bigger == nil {
		return ErrMemory
	}
	bigger = f.appendInTurns(bigger, f.out)
	f.memory.Put(f.whole)
	f.use(bigger, n)
	return nil
}

// ahead is how much room to make where n more bytes need some. A message of up to
// CountFrom bytes grows by half at least, and begins with the size of the compressed
// one, so that what is allocated stays in proportion to what was received or produced.
// A longer one is given what it needs, once.
func (f *inflater) ahead(n int) (int, error) {
	have := len(f.out) - f.base
	if n > CountFrom-have {
		whole, err := size(f.in, f.window, f.max-f.base, f.turn)
		return whole - have, err
	}
	return min(max(n, have/2, len(f.in)), CountFrom-have, f.max-len(f.out)), nil
}

// appendInTurns is append for what may be long: nothing stops a copy under way, and
// the collector, which now and then stops all for a moment, would make all wait for it.
func (f *inflater) appendInTurns(dst, src []byte) []byte {
	for ; len(src) > turn; src = src[turn:] {
		dst = append(dst, src[:turn]...)
		f.turn()
	}
	return append(dst, src...)
}

// use makes b the output, with room for n more bytes.
func (f *inflater) use(b []byte, n int) {
	f.whole, f.out = b, b
	f.show(n)
}

// show lets n more bytes be put out, or what a turn gives. The capacity beyond that,
// and beyond max, is hidden while inflating, so that a full slice is the one thing to
// look for.
func (f *inflater) show(n int) {
	f.out = f.whole[:len(f.out):min(cap(f.whole), f.max, len(f.out)+max(n, turn))]
}
