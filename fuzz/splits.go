package fuzz

import "iter"

// What bounds the work that [Splits] makes.
const (
	maxCuts = 64      // places at which a stream is cut in two
	maxFine = 4 << 10 // bytes from its beginning that are cut into small pieces
	fewCuts = 12      // places, of a stream longer than that
)

// pieceSizes are around the sizes that a parser treats differently: headers,
// keys, words of its loops, the borders of the length field.
var pieceSizes = []int{1, 2, 3, 5, 7, 8, 13, 64, 125, 127, 1021, 4096}

// Splits gives ways in which a network may cut in: whole; in pieces of one
// length; in two, at every place of a short stream and at some of a longer one;
// and with empty pieces in between. There are about 80 at most. Of a stream over
// 4 KiB only so much is cut small. The pieces share in's memory.
func Splits(in []byte) iter.Seq[[][]byte] {
	return func(yield func([][]byte) bool) {
		if !yield([][]byte{in}) {
			return
		}
		for _, n := range pieceSizes {
			if n < len(in) && !yield(pieces(in, n)) {
				return
			}
		}
		for _, at := range cuts(len(in)) {
			if !yield([][]byte{in[:at], in[at:]}) {
				return
			}
		}
		yield(withEmpty(pieces(in, 3)))
	}
}

// pieces cuts in into pieces of n bytes; beyond maxFine into larger ones.
func pieces(in []byte, n int) [][]byte {
	fine := len(in) - maxFine // what is left when they end
	var cut [][]byte
	for len(in) > n {
		if len(in) < fine {
			n = max(n, maxFine)
			fine = 0
			continue
		}
		cut = append(cut, in[:n])
		in = in[n:]
	}
	return append(cut, in)
}

// cuts gives places between 1 and n-1: all of them, or more and more apart.
func cuts(n int) []int {
	most := maxCuts
	if n > maxFine {
		most = fewCuts
	}
	var at []int
	for i := 1; i < n && len(at) < most; i += 1 + max(0, i-most/2)/4 {
		at = append(at, i)
	}
	if n > 1 && at[len(at)-1] != n-1 {
		at = append(at, n-1)
	}
	return at
}

// withEmpty puts an empty piece before, between and behind.
func withEmpty(pieces [][]byte) [][]byte {
	cut := [][]byte{nil}
	for _, p := range pieces {
		cut = append(cut, p, nil)
	}
	return cut
}
