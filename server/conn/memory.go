package conn

import (
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"
)

// DefaultMemoryLimit bounds [DefaultMemory]: 256 MiB.
const DefaultMemoryLimit = 256 << 20

// DefaultMemory is the Memory of a [Config] without one.
var DefaultMemory = &Memory{Limit: DefaultMemoryLimit}

// Buffers come in sizes of 2^k + headroom, so that a message of a round size
// fits together with the header that is written before it.
const (
	minClass = 9  // 512 bytes
	maxClass = 30 // 1 GiB; what is longer is not pooled
	headroom = 64
)

// A Memory is where the messages of many connections are put together, within
// one limit (§10.4): over it, the message that asks for more is refused with
// [frame.ErrMemoryShort], close code 1013. The zero Memory has no limit. What was put
// back waits in pools, by its size, and for the collector: where everybody inflates
// the longest messages all the time the process grows to five times the limit or so.
type Memory struct {
	Limit int64 // bytes in use at once; 0: none

	used    atomic.Int64
	classes [maxClass + 1]sync.Pool // of *byte, the first of 2^k + headroom
}

// Get gives a slice of length 0 and a capacity of at least n bytes, or nil if
// that would pass the limit.
func (m *Memory) Get(n int) []byte {
	k := classOf(n)
	size := classSize(k)
	if used := m.used.Add(int64(size)); m.Limit > 0 && used > m.Limit {
		m.used.Add(-int64(size))
		return nil
	}
	if k <= maxClass {
		if p, _ := m.classes[k].Get().(*byte); p != nil {
			return unsafe.Slice(p, size)[:0]
		}
	}
	return make([]byte, 0, size)
}

// Put takes back what Get gave.
func (m *Memory) Put(b []byte) {
	size := cap(b)
	m.used.Add(-int64(size))
	if k := classOf(size); k <= maxClass {
		m.classes[k].Put(unsafe.SliceData(b))
	}
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
