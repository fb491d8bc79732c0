package deflate

import (
	"math"
	"sync"
)

// A Decompressor inflates the messages of one direction of one connection, in
// the order in which they came.
type Decompressor struct {
	// Turn is called now and then while a long message is inflated, as is
	// [Compressor.Turn]. Default: nothing.
	Turn func()

	takeover bool
	window   window
}

// NewDecompressor gives the decompressor for a peer that promised to look back
// at most 2^bits bytes, and with takeover false, none into earlier messages
// (RFC 7692 §7.1). Both promises are enforced. It panics unless bits is 8 to 15.
func NewDecompressor(bits int, takeover bool) *Decompressor {
	return &Decompressor{Turn: keepOn, takeover: takeover, window: window{size: windowSize(bits)}}
}

var inflaters = sync.Pool{New: func() any { return new(inflater) }}

// Append inflates a whole compressed message, as it was on the wire (without
// 00 00 ff ff), and appends it to dst (RFC 7692 §7.2.2). No bytes at all are an
// empty message. It appends at most limit bytes, dst's spare capacity first;
// what it allocates is in proportion to what was received and produced, and
// bounded by limit: for what is refused, by CountFrom. The slices may not overlap.
//
// The error is ErrTooBig, ErrTruncated, or one that errors.Is tells to be
// ErrCorrupt; the result is then dst as it was, and the connection is to be
// failed: what d would make of a next message is of no use.
func (d *Decompressor) Append(dst, compressed []byte, limit int64) ([]byte, error) {
	out, err := d.inflate(nil, dst, compressed, limit)
	if err != nil {
		return dst, err
	}
	return out, nil
}

// A Memory lends the slices in which messages are put together, and may bound
// what is lent at once.
type Memory interface {
	// Get gives a slice of length 0 and a capacity of at least n bytes, or nil
	// if there is no memory for it at present.
	Get(n int) []byte
	// Put takes back what Get gave.
	Put(b []byte)
}

// AppendIn is [Decompressor.Append] with all its memory from m. Where dst, which
// m gave, is full, a larger slice takes its place and dst is put back. The result
// is what the caller has to Put in the end; with an error, which may be ErrMemory
// too, it holds what dst held.
func (d *Decompressor) AppendIn(m Memory, dst, compressed []byte, limit int64) ([]byte, error) {
	return d.inflate(m, dst, compressed, limit)
}

// inflate does what Append says, in memory from m or, if m is nil, from make.
func (d *Decompressor) inflate(m Memory, dst, compressed []byte, limit int64) ([]byte, error) {
	if len(compressed) == 0 {
		return dst, nil
	}
	f := inflaters.Get().(*inflater)
	defer f.release()
	f.bitReader = bitReader{in: compressed}
	f.window, f.memory, f.turn, f.base = &d.window, m, d.Turn, len(dst)
	f.max = len(dst) + int(min(max(limit, 0), int64(math.MaxInt-len(dst))))
	f.use(dst, 0)
	if err := f.run(); err != nil {
		return f.whole[:f.base], err
	}
	if d.takeover {
		d.window.keep(f.out[f.base:])
	}
	return f.whole[:len(f.out)], nil
}

// release puts f into the pool, without a hold on anybody's memory.
func (f *inflater) release() {
	f.in, f.out, f.whole, f.window, f.memory, f.turn = nil, nil, nil, nil, nil, nil
	f.count = false
	inflaters.Put(f)
}

// Close lets the window go. It may be called more than once.
func (d *Decompressor) Close() { d.window.buf, d.window.next = nil, 0 }
