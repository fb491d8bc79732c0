package annotate

import "cmp"

// DefaultMemory is what a Memory lends at once, in bytes.
const DefaultMemory = 512 << 20

// A Memory bounds what conversations hold together. The zero Memory has its default.
type Memory struct {
	Limit int64 // bytes; 0: DefaultMemory
	held  int64

	piece []byte // what a Receiver is being fed, and may change: one at a time
}

// Get gives a slice with room for n bytes, nil if the bound does not allow it.
func (m *Memory) Get(n int) []byte {
	if int64(n) > cmp.Or(m.Limit, DefaultMemory)-m.held {
		return nil
	}
	b := make([]byte, 0, n)
	m.held += int64(cap(b))
	return b
}

// Put takes back what Get gave.
func (m *Memory) Put(b []byte) { m.held -= int64(cap(b)) }

// extend appends p to b, which Get gave. It is false if the bound does not allow it.
func (m *Memory) extend(b, p []byte) ([]byte, bool) {
	if len(p) > cap(b)-len(b) {
		bigger := m.Get(max(2*cap(b), len(b)+len(p)))
		if bigger == nil {
			return b, false
		}
		m.Put(b)
		b = append(bigger, b...)
	}
	return append(b, p...), true
}
