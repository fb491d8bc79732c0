package deflate

import "math/bits"

const (
	maxCodeLen = 15 // RFC 1951 §3.2.7
	fastBits   = 10 // codes up to here are found by one look, longer ones are rare by their nature
	maxSymbols = 288
)

// A huffman is the decoding table of one canonical code (RFC 1951 §3.2.2). It
// holds no slices, so that it can be built again and again in place.
type huffman struct {
	fast   [1 << fastBits]uint16  // by the next bits: symbol<<4 | length of its code; 0: longer, or no code
	count  [maxCodeLen + 1]uint16 // codes of each length
	symbol [maxSymbols]uint16     // in the order of their codes
	max    uint                   // length of the longest code
	mask   uint64                 // the bits that fast is looked up by: max of them, fastBits at most
}

// build makes the table from the symbols' code lengths. It is false for a code
// that is over-subscribed or incomplete; a single code of one bit is taken
// (RFC 1951 §3.2.7), and so is an empty code, which no stream can use.
func (h *huffman) build(lengths []uint8) bool {
	h.count = [maxCodeLen + 1]uint16{}
	for _, l := range lengths {
		h.count[l]++
	}
	codes := len(lengths) - int(h.count[0])
	h.count[0], h.max = 0, 0
	left := 1
	var code, index uint16
	var next, at [maxCodeLen + 1]uint16 // of each length: the next code, and its place in symbol
	for l := 1; l <= maxCodeLen; l++ {
		if left = left<<1 - int(h.count[l]); left < 0 {
			return false
		}
		code <<= 1
		next[l], at[l] = code, index
		code += h.count[l]
		index += h.count[l]
		if h.count[l] > 0 {
			h.max = uint(l)
		}
	}
	if left > 0 && codes > 0 && !(codes == 1 && h.count[1] == 1) {
		return false
	}
	h.mask = 1<<min(h.max, fastBits) - 1
	clear(h.fast[:h.mask+1])
	for sym, l := range lengths {
		if l == 0 {
			continue
		}
		h.symbol[at[l]] = uint16(sym)
		at[l]++
		if l <= fastBits {
			h.fill(next[l], l, uint16(sym)<<4|uint16(l))
		}
		next[l]++
	}
	return true
}

// fill enters a code of l bits under all bit patterns that begin with it. Codes
// are packed from their highest bit, all else from the lowest (RFC 1951 §3.1.1).
func (h *huffman) fill(code uint16, l uint8, entry uint16) {
	reversed := int(bits.Reverse16(code) >> (16 - l))
	for i := reversed; i <= int(h.mask); i += 1 << l {
		h.fast[i] = entry
	}
}

// decode takes the next symbol. The reader was refilled: if its bits do not
// suffice, the message ends here.
func (h *huffman) decode(r *bitReader) (int, error) {
	e := h.fast[r.bits&h.mask%(1<<fastBits)]
	l := uint(e & 15)
	if l == 0 {
		return h.decodeLong(r)
	}
	if l > r.n {
		return 0, ErrTruncated
	}
	r.skip(l)
	return int(e >> 4), nil
}

// decodeLong goes through the lengths one by one: the codes of a length are
// consecutive numbers, and begin where the shorter ones end.
func (h *huffman) decodeLong(r *bitReader) (int, error) {
	var code, first, index int
	for l := uint(1); l <= h.max; l++ {
		if l > r.n {
			return 0, ErrTruncated
		}
		code |= int(r.bits>>(l-1)) & 1
		count := int(h.count[l])
		if code-first < count {
			r.skip(l)
			return int(h.symbol[index+code-first]), nil
		}
		index += count
		first = (first + count) << 1
		code <<= 1
	}
	return 0, errNoCode
}

// The codes of BTYPE 01 (RFC 1951 §3.2.6).
var fixedLiteral, fixedDistance = fixedCodes()

func fixedCodes() (literal, distance *huffman) {
	var l [maxSymbols]uint8
	for i := range l {
		switch {
		case i < 144:
			l[i] = 8
		case i < 256:
			l[i] = 9
		case i < 280:
			l[i] = 7
		default:
			l[i] = 8
		}
	}
	var d [32]uint8
	for i := range d {
		d[i] = 5
	}
	literal, distance = new(huffman), new(huffman)
	literal.build(l[:])
	distance.build(d[:])
	return literal, distance
}
