package model

import "bytes"

// sizes are the borders of the length field and of the loops of a parser.
var sizes = []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100, 124, 125, 126, 127, 128, 200, 255, 256, 600, 1000, 4096}

// large are rare: they cost time.
var large = []int{16384, 32768, 65534, 65535, 65536, 65537, 70000}

// characters are texts to repeat: every length of a character, the borders of
// RFC 3629 §4, noncharacters.
var characters = []string{
	"*", "Hello", "\x00", "\x7f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\ufeff", "\ufffe", "\uffff", "\U00010000", "\U0010ffff",
	"aé€😀", "κόσμε", "\n\x1b\"\\", "\U0001fffe",
}

// badText may stand in no text: octets that never come, forms that are too long,
// surrogates, beyond U+10FFFF, characters that another begins in.
var badText = []string{
	"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbf\xbf",
	"\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff",
	"\xc2\xc2\x80", "\xe1\x80\xc2\x80", "\xf1\x80\x80\x00", "\xe2\x82*",
}

// tornText is the beginning of a character: bad where a text ends.
var tornText = []string{"\xc2", "\xdf", "\xe2\x82", "\xef", "\xf0", "\xf0\x9f", "\xf0\x9f\x98"}

func (g *generator) length(most int) int {
	n := pick(g, sizes)
	if most >= large[0] && g.chance(4) {
		n = pick(g, large)
	}
	return min(n, most)
}

// payload makes text or bytes of at most most bytes.
func (g *generator) payload(text bool, most int) []byte {
	n := g.length(most)
	if text {
		pattern := pick(g, characters)
		return bytes.Repeat([]byte(pattern), n/len(pattern))
	}
	p := make([]byte, n)
	switch g.IntN(3) {
	case 0:
		for i := range p {
			p[i] = byte(g.IntN(256))
		}
	case 1:
		first := g.IntN(256)
		for i := range p {
			p[i] = byte(first + i)
		}
	default:
		for i := range p {
			p[i] = 0xfe
		}
	}
	return p
}
