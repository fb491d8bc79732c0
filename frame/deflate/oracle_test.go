package deflate

import (
	"errors"
	"slices"
	"testing"
)

// An oracle inflates in the most obvious way, bit by bit and symbol by symbol,
// with RFC 1951 open beside it. It shares no code with the package: tables are
// written down a second time, the stripped 00 00 ff ff is really put back, and
// the whole output of the connection is kept.
type oracle struct {
	window  int    // the longest distance that is allowed
	history []byte // all output so far
	start   int    // where in history the oldest byte is that may be looked back to
	limit   int    // on the output of one message

	in        []byte
	at        int // in bits
	lastBlock int // the bit at which the body of the last block began
	lastSize  int // what it put out
	furthest  int // the longest distance seen, in all messages
}

var (
	errOracleShort   = errors.New("oracle: input ended")
	errOracleCorrupt = errors.New("oracle: not DEFLATE")
	errOracleBig     = errors.New("oracle: limit")
)

// oracleCode maps a code, written as "0110", to its symbol.
type oracleCode map[string]int

// inflate gives the next message of the connection.
func (o *oracle) inflate(compressed []byte, takeover bool) (out []byte, err error) {
	if len(compressed) == 0 {
		return nil, nil
	}
	if !takeover {
		o.start = len(o.history)
	}
	defer func() {
		if r := recover(); r != nil {
			err = r.(error) // only the three above are thrown; a runtime error fails its test by its text
		}
	}()
	begin := len(o.history)
	o.in = append(slices.Clone(compressed), 0, 0, 0xff, 0xff) // RFC 7692 §7.2.2
	o.at = 0
	for o.at < 8*len(o.in) {
		o.block(begin)
	}
	// RFC 7692 §7.2.1: what was stripped is the body of an empty stored block.
	if o.lastBlock != 8*len(compressed) || o.lastSize != 0 {
		return nil, errOracleShort
	}
	return o.history[begin:], nil
}

func (o *oracle) block(begin int) {
	final, kind := o.bit(), o.bit()+2*o.bit()
	size := len(o.history)
	switch kind {
	case 0:
		o.align()
		o.lastBlock = o.at
		n, complement := o.number(16), o.number(16)
		if n+complement != 0xffff {
			panic(errOracleCorrupt)
		}
		for range n {
			o.put(byte(o.number(8)), begin)
		}
	case 1:
		o.lastBlock = o.at
		o.symbols(oracleLiteral, oracleDistance, begin)
	case 2:
		o.lastBlock = o.at
		literal, distance := o.codes()
		o.symbols(literal, distance, begin)
	default:
		panic(errOracleCorrupt)
	}
	o.lastSize = len(o.history) - size
	if final == 1 {
		o.align()
	}
}

func (o *oracle) symbols(literal, distance oracleCode, begin int) {
	for {
		s := o.symbol(literal)
		if s == 256 {
			return
		}
		if s < 256 {
			o.put(byte(s), begin)
			continue
		}
		length := o.length(s)
		dist := o.distance(o.symbol(distance))
		if dist > o.window || dist > len(o.history)-o.start {
			panic(errOracleCorrupt)
		}
		o.furthest = max(o.furthest, dist)
		for range length {
			o.put(o.history[len(o.history)-dist], begin)
		}
	}
}

// length: 257-264 are 3 to 10; then groups of four symbols take one bit more
// each; 285 is 258.
func (o *oracle) length(s int) int {
	switch {
	case s > 285:
		panic(errOracleCorrupt)
	case s == 285:
		return 258
	case s < 265:
		return s - 254
	}
	extra := (s - 261) / 4
	return 3 + (4+(s-265)%4)<<extra + o.number(extra)
}

// distance: 0-3 are 1 to 4; then pairs of symbols take one bit more each.
func (o *oracle) distance(s int) int {
	switch {
	case s > 29:
		panic(errOracleCorrupt)
	case s < 4:
		return s + 1
	}
	extra := s/2 - 1
	return 1 + (2+s%2)<<extra + o.number(extra)
}

func (o *oracle) codes() (literal, distance oracleCode) {
	literals, distances, n := o.number(5)+257, o.number(5)+1, o.number(4)+4
	if literals > 286 || distances > 30 {
		panic(errOracleCorrupt)
	}
	lengths := make([]int, 19)
	for _, i := range []int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}[:n] {
		lengths[i] = o.number(3)
	}
	code := oracleCodeOf(lengths)
	var all []int
	for len(all) < literals+distances {
		switch s := o.symbol(code); {
		case s < 16:
			all = append(all, s)
		case s == 16 && len(all) == 0:
			panic(errOracleCorrupt)
		case s == 16:
			all = append(all, slices.Repeat(all[len(all)-1:], 3+o.number(2))...)
		case s == 17:
			all = append(all, make([]int, 3+o.number(3))...)
		default:
			all = append(all, make([]int, 11+o.number(7))...)
		}
	}
	if len(all) > literals+distances || all[256] == 0 {
		panic(errOracleCorrupt)
	}
	return oracleCodeOf(all[:literals]), oracleCodeOf(all[literals:])
}

// oracleCodeOf makes the canonical code: shorter codes first, among equals the
// lower symbol; it must be complete, or have one code of one bit, or none.
func oracleCodeOf(lengths []int) oracleCode {
	code := oracleCode{}
	next, used := 0, 0
	for l := 1; l <= 15; l++ {
		for s, have := range lengths {
			if have == l {
				text := make([]byte, l)
				for i := range text {
					text[i] = '0' + byte(next>>(l-1-i)&1)
				}
				if next >= 1<<l {
					panic(errOracleCorrupt)
				}
				code[string(text)] = s
				next++
				used += 1 << (15 - l)
			}
		}
		next <<= 1
	}
	_, single := code["0"]
	if used < 1<<15 && len(code) > 0 && !(single && len(code) == 1) {
		panic(errOracleCorrupt)
	}
	return code
}

var oracleLiteral, oracleDistance = oracleFixed(), oracleCodeOf(slices.Repeat([]int{5}, 32))

func oracleFixed() oracleCode {
	lengths := slices.Repeat([]int{8}, 144)
	lengths = append(lengths, slices.Repeat([]int{9}, 112)...)
	lengths = append(lengths, slices.Repeat([]int{7}, 24)...)
	return oracleCodeOf(append(lengths, slices.Repeat([]int{8}, 8)...))
}

func (o *oracle) symbol(code oracleCode) int {
	var text [15]byte
	for i := range text {
		text[i] = '0' + byte(o.bit())
		if s, ok := code[string(text[:i+1])]; ok {
			return s
		}
	}
	panic(errOracleCorrupt)
}

func (o *oracle) put(b byte, begin int) {
	if len(o.history)-begin == o.limit {
		panic(errOracleBig)
	}
	o.history = append(o.history, b)
}

func (o *oracle) number(bits int) (v int) {
	for i := range bits {
		v |= o.bit() << i
	}
	return v
}

func (o *oracle) bit() int {
	if o.at == 8*len(o.in) {
		panic(errOracleShort)
	}
	v := int(o.in[o.at/8]>>(o.at%8)) & 1
	o.at++
	return v
}

func (o *oracle) align() { o.at = (o.at + 7) / 8 * 8 }

// message is inflate, for tests: an error that the oracle did not mean is fatal.
func (o *oracle) message(t testing.TB, compressed []byte, takeover bool) ([]byte, error) {
	t.Helper()
	out, err := o.inflate(compressed, takeover)
	if err != nil && err != errOracleShort && err != errOracleCorrupt && err != errOracleBig {
		t.Fatal(err)
	}
	return out, err
}
