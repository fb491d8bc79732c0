package chat

import (
	"crypto/sha256"
	"math/bits"
)

// DefaultSaid is how many messages [Said] remembers.
const DefaultSaid = 4096

// A Key is a body as one that may come twice: who said it under which id, and what.
type Key struct {
	who  [16]byte
	text [8]byte
}

// Key gives b's, hashes that nobody can make collide with somebody else's.
func (b Body) Key() Key {
	var k Key
	who := make([]byte, 0, 2+2*maxField)
	who = append(who, byte(len(b.From)))
	who = append(who, b.From...)
	who = append(who, b.ID...)
	sum := sha256.Sum256(who)
	copy(k.who[:], sum[:])
	sum = sha256.Sum256(b.Text)
	copy(k.text[:], sum[:])
	return k
}

// A Repetition says whether a body came before.
type Repetition uint8

// The repetitions.
const (
	First Repetition = iota // append it
	Again                   // answer with an Ack
	Other                   // another text under the same id: refuse with IDUsed
)

// Said remembers what was said in the messages that a room's log holds: some 110
// bytes for each. The zero Said has heard nothing. Whoever owns it locks it, from
// the look to the end of the append.
type Said struct {
	Limit int // messages, the newest; 0: [DefaultSaid]

	byWho map[[16]byte]said
	ring  []entry // of what is remembered, in the log's order; its size a power of two
	first uint64  // the oldest is ring[first & (len(ring)-1)]
	next  uint64
}

type said struct {
	seq  uint64
	text [8]byte
}

type entry struct {
	seq uint64
	who [16]byte
}

// Look says whether k was said, and where it stands.
func (s *Said) Look(k Key) (Repetition, uint64) {
	was, ok := s.byWho[k.who]
	switch {
	case !ok:
		return First, 0
	case was.text != k.text:
		return Other, was.seq
	}
	return Again, was.seq
}

// Add remembers that message seq is k's, for which Look says First. seq is larger
// than any before; those of plain members need not be added.
func (s *Said) Add(k Key, seq uint64) {
	limit := uint64(s.Limit)
	if s.Limit <= 0 {
		limit = DefaultSaid
	}
	if s.next-s.first >= limit {
		s.forget()
	}
	if s.next-s.first == uint64(len(s.ring)) {
		s.resize(max(4, 2*len(s.ring)))
	}
	s.byWho[k.who] = said{seq, k.text}
	*s.slot(s.next) = entry{seq, k.who}
	s.next++
}

// Trim forgets what stood before base, the log's oldest message.
func (s *Said) Trim(base uint64) {
	for s.first < s.next && s.slot(s.first).seq < base {
		s.forget()
	}
	switch n := int(s.next - s.first); {
	case n == 0:
		s.ring, s.byWho = nil, nil
	case n <= len(s.ring)/8:
		s.resize(1 << bits.Len(uint(n)))
	}
}

func (s *Said) slot(i uint64) *entry { return &s.ring[i&uint64(len(s.ring)-1)] }

func (s *Said) forget() {
	delete(s.byWho, s.slot(s.first).who)
	s.first++
}

// resize moves all into a ring of that size, and into a map of it: a map does not
// shrink by itself.
func (s *Said) resize(size int) {
	old := *s
	s.ring = make([]entry, size)
	s.byWho = make(map[[16]byte]said, size)
	for i := s.first; i < s.next; i++ {
		e := *old.slot(i)
		*s.slot(i) = e
		s.byWho[e.who] = old.byWho[e.who]
	}
}
