package model

import (
	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/fuzz"
)

// canStream says whether a target can be sent all that package fuzz makes: messages
// of up to DefaultMost bytes, compressed with the largest window.
func (g *generator) canStream() bool {
	if g.set.Limits.Message == 0 && g.set.most() < DefaultMost {
		return false
	}
	if g.set.Deflate == nil {
		return true
	}
	bits, _ := g.set.Deflate.Window(g.set.Role.Peer())
	return bits == 15
}

// stream sends what package fuzz makes of dice, up to the first frame that ends the
// connection or is not whole.
func (g *generator) stream() {
	dice := make([]byte, 8+g.IntN(80))
	for i := range dice {
		dice[i] = byte(g.IntN(256))
	}
	in := fuzz.Stream(g.set.Role, dice)
	p := fuzz.Predict(g.set.config(0), in)
	g.units = Units(in[:p.At])
	rest := in[p.At:]
	switch {
	case len(rest) == 0:
	case wholeAt(rest):
		g.units = append(g.units, Units(rest)[0])
	default:
		g.end(rest)
	}
}

// Units reads bytes as frames. Where the last is not whole it is one that declares
// more than it has, or, without a whole header, bytes.
func Units(in []byte) (all []Unit) {
	for len(in) > 0 {
		f, n, err := wire.ParseHeader(in)
		if err != nil {
			return append(all, Unit{Raw: in})
		}
		end := len(in)
		if wholeAt(in) {
			end = n + int(f.Length)
		}
		f.Payload = append([]byte{}, in[n:end]...)
		if f.Masked {
			f.Key.XOR(f.Payload)
		}
		all = append(all, Unit{Frame: f})
		in = in[end:]
	}
	return all
}
