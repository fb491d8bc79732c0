package store

import "math/bits"

// Memory is a log in memory: a ring that takes nothing while it is empty,
// doubles when it is full, and shrinks when it was trimmed to a quarter. It
// must be made by [NewMemory].
type Memory struct {
	ring [][]byte // message s is ring[s & (len(ring)-1)]
	base uint64
	head uint64
}

// NewMemory gives an empty log.
func NewMemory() *Memory { return &Memory{base: 1, head: 1} }

// Bounds gives the numbers of the oldest message that is held and of the
// message to come; they are equal when the log holds nothing.
func (l *Memory) Bounds() (base, head uint64) { return l.base, l.head }

// Append takes body as message number head and keeps it: the caller must not
// change it afterwards. It fails with [ErrFull] alone.
func (l *Memory) Append(body []byte) error {
	if l.head-l.base == uint64(len(l.ring)) {
		if len(l.ring) == MaxMessages {
			return ErrFull
		}
		l.resize(max(1, 2*len(l.ring)))
	}
	*l.slot(l.head) = body
	l.head++
	return nil
}

// At gives the body of message seq; nil when it is not held.
func (l *Memory) At(seq uint64) []byte {
	if seq < l.base || seq >= l.head {
		return nil
	}
	return *l.slot(seq)
}

// Trim lets go of all messages before base. A base out of the log's bounds is
// taken as the nearer of the two.
func (l *Memory) Trim(base uint64) {
	for base = min(base, l.head); l.base < base; l.base++ {
		*l.slot(l.base) = nil
	}
	if held := int(l.head - l.base); held <= len(l.ring)/4 {
		l.resize(sizeFor(held))
	}
}

// sizeFor gives the smallest ring that holds n messages.
func sizeFor(n int) int {
	if n == 0 {
		return 0
	}
	return 1 << bits.Len(uint(n-1))
}

func (l *Memory) slot(seq uint64) *[]byte { return &l.ring[seq&uint64(len(l.ring)-1)] }

// resize moves what is held into a ring of size slots: 0 or a power of two.
func (l *Memory) resize(size int) {
	if size == len(l.ring) {
		return
	}
	next := Memory{base: l.base, head: l.head}
	if size > 0 {
		next.ring = make([][]byte, size)
	}
	for seq := l.base; seq < l.head; seq++ {
		*next.slot(seq) = *l.slot(seq)
	}
	*l = next
}
