package room

import "math/bits"

// A ring holds what the messages of a log look like in one encoding, as far
// as somebody was sent them. It takes nothing until then, and doubles up to
// what the log holds. The room's owner lets it go when all is quiet.
type ring struct {
	frames []Frame // message s is frames[s & (len(frames)-1)]; nil: not encoded
	base   uint64  // it has slots for [base, head)
	head   uint64
}

// at gives the frame of message seq; nil when it was not encoded.
func (g *ring) at(seq uint64) Frame {
	if seq < g.base || seq >= g.head {
		return nil
	}
	return *g.slot(seq)
}

// put keeps f for message seq of a log that is [base, head).
func (g *ring) put(seq uint64, f Frame, base, head uint64) {
	g.trim(base)
	if n := head - base; n > uint64(len(g.frames)) {
		g.grow(1 << bits.Len64(n-1))
	}
	g.head = head
	*g.slot(seq) = f
}

// trim lets go of the frames before base.
func (g *ring) trim(base uint64) {
	for ; g.base < min(base, g.head); g.base++ {
		*g.slot(g.base) = nil
	}
	g.base = base
	g.head = max(g.head, base)
}

func (g *ring) slot(seq uint64) *Frame { return &g.frames[seq&uint64(len(g.frames)-1)] }

func (g *ring) grow(size int) {
	next := ring{frames: make([]Frame, size), base: g.base, head: g.head}
	for seq := g.base; seq < g.head; seq++ {
		*next.slot(seq) = *g.slot(seq)
	}
	*g = next
}
