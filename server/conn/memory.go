package conn

import (
	"math/bits"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"
	"weak"
)

// DefaultMemoryLimit bounds [DefaultMemory]: 256 MiB.
const DefaultMemoryLimit = 256 << 20

// DefaultMemory is the Memory of a [Config] without one.
var DefaultMemory = &Memory{Limit: DefaultMemoryLimit}

// Buffers come in sizes of 2^k + headroom, so that a message of a round size
// fits together with the header that is written before it.
const (
	minClass = 9  // 512 bytes
	longFrom = 16 // 64 KiB
	headroom = 64
)

// spareMin is how far a small limit may be passed by what waits, in bytes.
const spareMin = 16 << 20

// A Memory is where the messages of many connections are put together, within
// one limit (§10.4): over it, the message that asks for more is refused with
// [frame.ErrMemoryShort], close code 1013. The zero Memory has no limit.
//
// What was put back waits to be lent again, until the collector comes. Buffers of
// 64 KiB and more, in use and waiting, pass the limit by a quarter or 16 MiB at most,
// whichever is more: before another is made, the collector is called and what it finds
// is returned to the system. Shorter ones wait in pools, beside that.
type Memory struct {
	Limit int64 // bytes in use at once; 0: none

	used  atomic.Int64
	pools [longFrom]sync.Pool // of *byte, the first of 2^k + headroom

	mu      sync.Mutex
	waiting int64                               // bytes that wait, and those that the collector took: it leaves gaps, of use for what is shorter
	long    [bits.UintSize][]weak.Pointer[byte] // what waits, by class; it is the collector's to take
}

// Get gives a slice of length 0 and a capacity of at least n bytes, or nil if
// that would pass the limit, or what an int can say.
func (m *Memory) Get(n int) []byte {
	k := classOf(n)
	size := classSize(k)
	if size < n {
		return nil // an int of 32 bits has no place for it
	}
	if used := m.used.Add(int64(size)); m.Limit > 0 && used > m.Limit {
		m.used.Add(-int64(size))
		return nil
	}
	var p *byte
	if k < longFrom {
		p, _ = m.pools[k].Get().(*byte)
	} else {
		p = m.getLong(k)
	}
	if p == nil {
		return make([]byte, 0, size)
	}
	return unsafe.Slice(p, size)[:0]
}

// Put takes back what Get gave.
func (m *Memory) Put(b []byte) {
	k, p := classOf(cap(b)), unsafe.SliceData(b)
	if k < longFrom {
		m.pools[k].Put(p)
	} else {
		m.putLong(k, p)
	}
	m.used.Add(-int64(cap(b))) // last: it counts in one place at least
}

// getLong gives a long buffer that waits, or nil: then there is room to make one.
func (m *Memory) getLong(k int) *byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	for n := len(m.long[k]) - 1; n >= 0; n-- {
		p := m.long[k][n].Value()
		m.long[k] = m.long[k][:n]
		if p != nil {
			m.waiting -= int64(classSize(k))
			return p
		}
	}
	if m.Limit > 0 && m.used.Load()+m.waiting-m.Limit > max(m.Limit/4, spareMin) {
		debug.FreeOSMemory() // seldom: so much was put back since the last time, and was of no use
		m.recount()
	}
	return nil
}

// recount forgets what the collector took. m.mu is held.
func (m *Memory) recount() {
	m.waiting = 0
	for k, list := range m.long {
		m.long[k] = slices.DeleteFunc(list, func(p weak.Pointer[byte]) bool { return p.Value() == nil })
		m.waiting += int64(len(m.long[k])) * int64(classSize(k))
	}
}

func (m *Memory) putLong(k int, p *byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.long[k] = append(m.long[k], weak.Make(p))
	m.waiting += int64(classSize(k))
}

// Used is how many bytes are in use.
func (m *Memory) Used() int64 { return m.used.Load() }

// classOf is the class whose buffers hold n bytes.
func classOf(n int) int { return max(minClass, bits.Len(uint(max(0, n-headroom-1)))) }

func classSize(k int) int { return 1<<k + headroom }

// readSize is how much one read takes at most. A frame of 64 KiB and its
// neighbours fit.
const readSize = 128<<10 + headroom

// readBuffers lends the buffers for reads. A waiting connection has none.
var readBuffers = sync.Pool{New: func() any { return new([readSize]byte) }}
