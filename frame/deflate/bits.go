package deflate

import "encoding/binary"

// A bitReader takes bits from a compressed message, the lowest bit of each
// byte first (RFC 1951 §3.1.1).
type bitReader struct {
	in   []byte
	pos  int    // the next byte of in that is not counted in n
	bits uint64 // the next bits, lowest first; those above n are not to be used
	n    uint   // at most 63
}

// refill makes n at least 56, or all the bits that are left. The bits above n
// that the wide load brings along are the bits that a later load brings again,
// so to or them in twice does no harm.
func (r *bitReader) refill() {
	if len(r.in)-r.pos >= 8 {
		r.bits |= binary.LittleEndian.Uint64(r.in[r.pos:]) << r.n
		r.pos += int(63-r.n) >> 3
		r.n |= 56
		return
	}
	for r.n < 56 && r.pos < len(r.in) {
		r.bits |= uint64(r.in[r.pos]) << r.n
		r.pos++
		r.n += 8
	}
}

// take gives the next k bits, k at most 16, or false if the message ends
// before.
func (r *bitReader) take(k uint) (uint, bool) {
	if r.n < k {
		r.refill()
		if r.n < k {
			return 0, false
		}
	}
	v := uint(r.bits & (1<<k - 1))
	r.skip(k)
	return v, true
}

// skip passes k bits that are known to be there.
func (r *bitReader) skip(k uint) {
	r.bits >>= k
	r.n -= k
}

// align passes the rest of a byte that was begun, and gives back the whole
// bytes that were loaded ahead: in[pos:] is then all that is left.
func (r *bitReader) align() {
	r.pos -= int(r.n / 8)
	r.bits, r.n = 0, 0
}
