package deflate

import (
	"compress/flate"
	"strconv"
	"sync"
)

const (
	minBits = 8 // RFC 7692 §7.1.2
	maxBits = 15
)

func windowSize(bits int) int {
	if bits < minBits || bits > maxBits {
		panic("deflate: window of " + strconv.Itoa(bits) + " bits (RFC 7692 §7.1.2)")
	}
	return 1 << bits
}

// The levels were chosen by measuring chat lines and JSON of 100 bytes to
// 64 KiB. Without takeover every message is a fresh start, and every level but
// BestSpeed and HuffmanOnly clears 640 KiB for it: 12 to 15 µs, more than a short
// message takes, and for 1 KiB the result is only a twentieth smaller. HuffmanOnly
// is not faster on short messages and finds no repetition in long ones.
//
// With takeover BestSpeed is of no use: it forgets its window at each message
// under 128 bytes. Level 3 makes of a chat line of 100 bytes 40, of JSON 24 (72
// and 90 with BestSpeed), in about the same time; level 6 saves another tenth
// to a fifth, and takes up to three times as long.
const (
	levelFresh    = flate.BestSpeed
	levelTakeover = 3
)

// A Compressor compresses the messages of one direction of one connection, in
// the order in which they are sent.
type Compressor struct {
	// Turn is called now and then while a long message is compressed, so that others
	// can have their turn: runtime.Gosched. Where many are long, and come at the same
	// time, a short one would wait for the scheduler to interrupt each of them, which
	// it does after 10 ms. Default: nothing.
	Turn func()

	takeover bool
	window   int // bytes between two fresh starts; 0: compress/flate's own window is the one agreed on
	used     int // of window, by w
	w        *writer
}

// NewCompressor gives the compressor for a peer that keeps a window of 2^bits
// bytes and, with takeover, keeps it from message to message (RFC 7692 §7.1).
// It panics unless bits is 8 to 15.
func NewCompressor(bits int, takeover bool) *Compressor {
	c := &Compressor{Turn: keepOn, takeover: takeover, window: windowSize(bits)}
	if bits == maxBits {
		c.window = 0
	}
	return c
}

// Append compresses msg and appends it to dst, the 00 00 ff ff at its end taken
// away (RFC 7692 §7.2.1). The slices may not overlap.
//
// The result can be longer than msg: what does not shrink the caller sends
// plain. With takeover it must then call Reset, because the peer never sees what
// this Compressor now looks back to; so there it is often cheaper to send the
// few bytes more.
func (c *Compressor) Append(dst, msg []byte) []byte {
	if len(msg) == 0 {
		return append(dst, 0) // RFC 7692 §7.2.3.6
	}
	if c.w == nil {
		c.w = c.pool().Get().(*writer)
		c.used = 0
	}
	w := c.w
	w.out = dst
	c.compress(msg)
	dst = w.out[:len(w.out)-len(flushMarker)]
	w.out = nil
	if !c.takeover {
		c.Reset()
	}
	return dst
}

// turn is how many bytes of a message are compressed or inflated before others have
// their turn: some 40 µs of inflating, so that who waits behind two hundred long messages
// does so for a few milliseconds.
const turn = 16 << 10

// keepOn is Turn's default.
func keepOn() {}

const flushMarker = "\x00\x00\xff\xff"

// compress writes msg, ending in a flush. compress/flate's window is 32 KiB and
// cannot be made smaller: where the peer's is, a fresh start after 2^bits bytes
// keeps every distance inside it. A message that no longer fits into the
// current stretch but into one of its own is not cut in two.
func (c *Compressor) compress(msg []byte) {
	if c.window == 0 {
		c.w.flush(msg, c.Turn)
		return
	}
	if c.used > 0 && len(msg) > c.window-c.used {
		c.fresh()
	}
	for {
		n := min(len(msg), c.window)
		c.w.flush(msg[:n], c.Turn)
		c.used += n
		if msg = msg[n:]; len(msg) == 0 {
			return
		}
		c.fresh()
	}
}

func (c *Compressor) fresh() {
	c.w.flate.Reset(c.w)
	c.used = 0
}

// Reset makes the next message a fresh start. It is due, with takeover, after
// the peer was sent anything compressed by another Compressor, and after a
// message compressed by this one was not sent. The memory goes back to the pool
// until then.
func (c *Compressor) Reset() {
	if c.w != nil {
		c.w.flate.Reset(c.w)
		c.pool().Put(c.w)
		c.w = nil
	}
}

// Close gives the memory back. It may be called more than once.
func (c *Compressor) Close() { c.Reset() }

// A writer is a flate.Writer that writes into a slice. In its pool it is ready
// for a fresh start and holds nobody's memory.
type writer struct {
	flate *flate.Writer
	out   []byte
}

var (
	freshWriters    = sync.Pool{New: func() any { return newWriter(levelFresh) }}
	takeoverWriters = sync.Pool{New: func() any { return newWriter(levelTakeover) }}
)

func (c *Compressor) pool() *sync.Pool {
	if c.takeover {
		return &takeoverWriters
	}
	return &freshWriters
}

func newWriter(level int) *writer {
	w := new(writer)
	var err error
	if w.flate, err = flate.NewWriter(w, level); err != nil {
		panic(err) // the level is a constant of ours
	}
	return w
}

// flush compresses p up to the marker. The only errors of a flate.Writer are
// those of what it writes to, and that has none.
func (w *writer) flush(p []byte, give func()) {
	for ; len(p) > turn; p = p[turn:] {
		w.flate.Write(p[:turn])
		give()
	}
	w.flate.Write(p)
	w.flate.Flush()
}

// Write appends p: compress/flate writes to it.
func (w *writer) Write(p []byte) (int, error) {
	w.out = append(w.out, p...)
	return len(p), nil
}
