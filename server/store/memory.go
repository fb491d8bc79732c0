package store

import "math/bits"

// Memory is a log in memory: a ring that takes nothing while it is empty,
// doubles when it is full, and shrinks when it was trimmed to a quarter. It
// must be made by [NewMemory].
type Memory struct {
	bodies [][]byte // slot of message s: s & (len(bodies)-1)
	forms  [][]byte // perMessage for each slot, side by side
	base   uint64
	head   uint64

	perMessage int
}

// NewMemory gives an empty log that holds so many forms beside each message.
func NewMemory(forms int) *Memory {
	return &Memory{base: 1, head: 1, perMessage: forms}
}

// Bounds gives the numbers of the oldest message that is held and of the
// message to come; they are equal when the log holds nothing.
func (l *Memory) Bounds() (base, head uint64) { return l.base, l.head }

// Append takes body as message number head and keeps it: the caller must not
// change it afterwards. It fails with [ErrFull] alone.
func (l *Memory) Append(body []byte) error {
	if l.head-l.base == uint64(len(l.bodies)) {
		if len(l.bodies) == MaxMessages {
			return ErrFull
		}
		l.resize(max(1, 2*len(l.bodies)))
	}
	l.bodies[l.slot(l.head)] = body
	l.head++
	return nil
}

// At gives the body of message seq and its forms, which may be read and set
// until the next call of Append or Trim. Both are nil when it is not held.
func (l *Memory) At(seq uint64) (body []byte, forms [][]byte) {
	if seq < l.base || seq >= l.head {
		return nil, nil
	}
	i := l.slot(seq)
	first := i * l.perMessage
	return l.bodies[i], l.forms[first : first+l.perMessage : first+l.perMessage]
}

// Trim lets go of all messages before base. A base out of the log's bounds is
// taken as the nearer of the two.
func (l *Memory) Trim(base uint64) {
	base = min(base, l.head)
	for ; l.base < base; l.base++ {
		_, forms := l.At(l.base)
		clear(forms)
		l.bodies[l.slot(l.base)] = nil
	}
	if held := int(l.head - l.base); held <= len(l.bodies)/4 {
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

func (l *Memory) slot(seq uint64) int { return int(seq & uint64(len(l.bodies)-1)) }

// resize moves what is held into a ring of size slots: 0 or a power of two.
func (l *Memory) resize(size int) {
	if size == len(l.bodies) {
		return
	}
	next := Memory{base: l.base, head: l.head, perMessage: l.perMessage}
	if size > 0 {
		next.bodies = make([][]byte, size)
		next.forms = make([][]byte, size*l.perMessage)
	}
	for seq := l.base; seq < l.head; seq++ {
		body, forms := l.At(seq)
		to := next.slot(seq)
		next.bodies[to] = body
		copy(next.forms[to*l.perMessage:], forms)
	}
	*l = next
}
