package fuzz

// A form is a row of RFC 3629 §4's grammar: the range of each octet.
type form [][2]byte

var tail = [2]byte{0x80, 0xBF}

// forms are UTF8-1 to UTF8-4, in the grammar's order.
var forms = []form{
	{{0x00, 0x7F}},
	{{0xC2, 0xDF}, tail},
	{{0xE0, 0xE0}, {0xA0, 0xBF}, tail},
	{{0xE1, 0xEC}, tail, tail},
	{{0xED, 0xED}, {0x80, 0x9F}, tail},
	{{0xEE, 0xEF}, tail, tail},
	{{0xF0, 0xF0}, {0x90, 0xBF}, tail, tail},
	{{0xF1, 0xF3}, tail, tail, tail},
	{{0xF4, 0xF4}, {0x80, 0x8F}, tail, tail},
}

// judgeText says whether p is UTF-8 so far, and gives the octets at its end that
// begin a character and do not finish it.
func judgeText(p []byte) (good bool, torn []byte) {
	for len(p) > 0 {
		n, partial := character(p)
		if n == 0 {
			return false, nil
		}
		if partial {
			return true, p
		}
		p = p[n:]
	}
	return true, nil
}

// character finds the form that p begins with, and says how many octets of it
// are there; 0 if p begins with none.
func character(p []byte) (n int, partial bool) {
	for _, f := range forms {
		have := min(len(f), len(p))
		if f.fits(p[:have]) {
			return have, have < len(f)
		}
	}
	return 0, false
}

func (f form) fits(p []byte) bool {
	for i, c := range p {
		if c < f[i][0] || c > f[i][1] {
			return false
		}
	}
	return true
}
