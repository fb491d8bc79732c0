package deflate

// A span is the range of values that one symbol stands for: a base, and the
// number of bits that follow the symbol and are added to it.
type span struct {
	base  uint16
	extra uint8
}

// RFC 1951 §3.2.5, symbols 257 and up.
var lengthCodes = [29]span{
	{3, 0}, {4, 0}, {5, 0}, {6, 0}, {7, 0}, {8, 0}, {9, 0}, {10, 0},
	{11, 1}, {13, 1}, {15, 1}, {17, 1}, {19, 2}, {23, 2}, {27, 2}, {31, 2},
	{35, 3}, {43, 3}, {51, 3}, {59, 3}, {67, 4}, {83, 4}, {99, 4}, {115, 4},
	{131, 5}, {163, 5}, {195, 5}, {227, 5}, {258, 0},
}

var distanceCodes = [maxDistance]span{
	{1, 0}, {2, 0}, {3, 0}, {4, 0}, {5, 1}, {7, 1}, {9, 2}, {13, 2}, {17, 3}, {25, 3},
	{33, 4}, {49, 4}, {65, 5}, {97, 5}, {129, 6}, {193, 6}, {257, 7}, {385, 7}, {513, 8}, {769, 8},
	{1025, 9}, {1537, 9}, {2049, 10}, {3073, 10}, {4097, 11}, {6145, 11}, {8193, 12}, {12289, 12}, {16385, 13}, {24577, 13},
}

// RFC 1951 §3.2.7: the order in which the lengths of the code for code lengths
// are sent.
var lengthOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// codes reads the two codes that stand before a block of BTYPE 10
// (RFC 1951 §3.2.7).
func (f *inflater) codes() error {
	header, ok := f.take(14)
	if !ok {
		return ErrTruncated
	}
	literals, distances, n := int(header&31)+257, int(header>>5&31)+1, int(header>>10)+4
	if literals > maxLiteral || distances > maxDistance {
		return errCodeCount
	}
	var lengths [len(lengthOrder)]uint8
	for _, sym := range lengthOrder[:n] {
		l, ok := f.take(3)
		if !ok {
			return ErrTruncated
		}
		lengths[sym] = uint8(l)
	}
	if !f.literal.build(lengths[:]) {
		return errCode
	}
	all := f.lengths[:literals+distances]
	if err := f.codeLengths(all); err != nil {
		return err
	}
	if all[endOfBlock] == 0 || !f.literal.build(all[:literals]) || !f.distance.build(all[literals:]) {
		return errCode
	}
	return nil
}

// codeLengths reads the run-length coded lengths of both codes, by the code
// that is in f.literal for the time being. A run may go over from the first
// code to the second.
func (f *inflater) codeLengths(all []uint8) error {
	for i := 0; i < len(all); {
		f.refill()
		sym, err := f.literal.decode(&f.bitReader)
		if err != nil {
			return err
		}
		if sym < 16 {
			all[i] = uint8(sym)
			i++
			continue
		}
		if sym == 16 && i == 0 {
			return errRun
		}
		s := runCodes[sym-16]
		run, ok := f.value(s)
		if !ok {
			return ErrTruncated
		}
		if run > len(all)-i {
			return errRun
		}
		var l uint8
		if sym == 16 {
			l = all[i-1]
		}
		for range run {
			all[i] = l
			i++
		}
	}
	return nil
}

// RFC 1951 §3.2.7: how often symbol 16 repeats the length before, 17 and 18 a
// zero.
var runCodes = [3]span{{3, 2}, {3, 3}, {11, 7}}
