package deflate

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

var words = strings.Fields(`the a to and you is of that it in for on was with have this not are be we what but they so
	about just like do know can get all there going yeah thanks meeting tomorrow server restarted deploy build failed
	again please review patch when possible lunch coffee weekend probably never because release websocket`)

// chat makes lines of JSON as a chat sends them, n bytes of them; the common
// words are the first ones.
func chat(r *rand.Rand, n int) []byte {
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, `{"type":"message","seq":%d,"from":"user%d","text":"`, r.IntN(1e6), r.IntN(500))
		for range 3 + r.IntN(12) {
			b.WriteString(words[int(float64(len(words))*r.Float64()*r.Float64())] + " ")
		}
		b.WriteString("\"}\n")
	}
	return []byte(b.String()[:n])
}

// noise is bytes that nothing makes smaller.
func noise(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// echoes is noise that comes again after any distance: matches of all lengths,
// from everywhere in the window and from just outside.
func echoes(r *rand.Rand, n int) []byte {
	b := noise(r, min(n, 50))
	for len(b) < n {
		if r.IntN(4) == 0 {
			b = append(b, noise(r, 1+r.IntN(20))...)
			continue
		}
		from := len(b) - 1 - min(r.IntN(1<<(1+r.IntN(16))), len(b)-1)
		b = append(b, b[from:min(len(b), from+r.IntN(400))]...)
	}
	return b[:n]
}

// aMessage is one of several kinds, up to n bytes.
func aMessage(r *rand.Rand, n int) []byte {
	n = r.IntN(1 + r.IntN(n+1))
	switch r.IntN(5) {
	case 0:
		return noise(r, n)
	case 1:
		return make([]byte, n)
	case 2:
		return echoes(r, n)
	default:
		return chat(r, n)
	}
}
