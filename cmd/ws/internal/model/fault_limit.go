package model

import (
	"math"

	"rfc6455/frame"
)

// The limits that the target is known to have (§10.4).

func (g *generator) limit() int {
	if g.set.Limits.Message > maxLimitTried {
		return 0
	}
	return int(g.set.Limits.Message)
}

// tooBig declares a message over the limit, and brings it or only its header.
func tooBig(g *generator) bool {
	if g.limit() == 0 {
		return false
	}
	g.outside()
	f := g.frame(frame.Binary, make([]byte, g.limit()+pick(g, []int{1, 1, 2, 100})))
	if g.chance(60) {
		g.send(f)
		return true
	}
	f.Payload = nil
	g.end(f.AppendWire(nil))
	return true
}

// tooBigFragments is over the limit only when taken together.
func tooBigFragments(g *generator) bool {
	if g.limit() == 0 {
		return false
	}
	g.outside()
	all := make([]byte, g.limit()+pick(g, []int{1, 1, 2, 100}))
	at := 1 + g.IntN(min(len(all)-1, g.limit()))
	g.begin(frame.Binary, all[:at])
	g.inside = 0
	g.send(g.frame(frame.Continuation, all[at:]))
	return true
}

// tooBigDeflated inflates beyond the limit.
func tooBigDeflated(g *generator) bool {
	if g.limit() == 0 || g.packer == nil {
		return false
	}
	g.outside()
	p := make([]byte, g.limit()+pick(g, []int{1, 1, 100, 10 * g.limit()}))
	g.send(packed(g.frame(frame.Binary, nil), g.packer.Append(nil, p)))
	return true
}

// hugeLength declares so much that no endpoint has room for it, or that its sum with
// what came before is beyond 63 bits.
func hugeLength(g *generator) bool {
	if g.inside == 0 && g.chance(70) {
		g.begin(frame.Binary, g.payload(false, 60))
	}
	f := g.frame(frame.Binary, nil)
	if g.inside != 0 {
		f.Opcode = frame.Continuation
	}
	f.Length = pick(g, []int64{1 << 40, 1 << 62, math.MaxInt64 - 1, math.MaxInt64})
	g.end(f.AppendWire(nil))
	return true
}

// maxCounted bounds how many frames try a limit on their number.
const maxCounted = 4096

func tooManyFragments(g *generator) bool {
	most := g.set.Limits.Fragments
	if most == 0 || most > maxCounted {
		return false
	}
	g.outside()
	g.begin(frame.Binary, nil)
	for i := range most {
		f := g.frame(frame.Continuation, nil)
		f.Fin = i == most-1
		g.send(f)
	}
	g.inside = 0
	return true
}

func controlFlood(g *generator) bool {
	most := g.set.Limits.Burst
	if most == 0 || most > maxCounted {
		return false
	}
	f := g.frame(frame.Ping+frame.Opcode(g.IntN(2)), nil)
	for range most + 1 {
		g.send(f)
	}
	return true
}
