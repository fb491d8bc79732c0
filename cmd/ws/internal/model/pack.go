package model

import (
	"bytes"
	"compress/flate"
	"sync"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
)

// pack compresses f's payload, in one of the ways in which that can be done
// (RFC 7692 §7.2.3): as usual, in blocks that are stored, without looking back, or
// with a block that says it is the last.
func (g *generator) pack(f frame.Frame) frame.Frame {
	plain := f.Payload
	switch dice := g.IntN(20); {
	case dice < 15:
		return packed(f, g.packer.Append(nil, plain))
	case dice < 16:
		f = packed(f, otherwise(plain, flate.NoCompression, false))
	case dice < 18:
		f = packed(f, otherwise(plain, flate.HuffmanOnly, false))
	default:
		f = packed(f, otherwise(plain, flate.HuffmanOnly, true))
	}
	g.packer.Reset() // it cannot look back over what it did not see
	return f
}

func packed(f frame.Frame, p []byte) frame.Frame {
	f.RSV1, f.Payload, f.Length = true, p, int64(len(p))
	return f
}

// writers are kept, by level: each is over half a megabyte.
var writers = map[int]*sync.Pool{
	flate.NoCompression: {New: newWriter(flate.NoCompression)},
	flate.HuffmanOnly:   {New: newWriter(flate.HuffmanOnly)},
}

func newWriter(level int) func() any {
	return func() any {
		w, err := flate.NewWriter(nil, level)
		if err != nil {
			panic(err) // the level is legal
		}
		return w
	}
}

// otherwise compresses with a compressor that does not look back.
func otherwise(plain []byte, level int, final bool) []byte {
	var b bytes.Buffer
	w := writers[level].Get().(*flate.Writer)
	defer writers[level].Put(w)
	w.Reset(&b)
	w.Write(plain) // into a buffer: never an error
	if final {
		w.Close()
		return append(b.Bytes(), 0) // RFC 7692 §7.2.3.4
	}
	w.Flush()
	return bytes.TrimSuffix(b.Bytes(), []byte{0, 0, 0xff, 0xff})
}

// similar is a few messages that look back to each other where that was agreed, and
// within themselves further than a small window.
func (g *generator) similar() {
	g.outside()
	p := g.random(min(g.largest()/2, 100+g.IntN(1500)))
	p = append(p, p...)
	for range 2 + g.IntN(2) {
		g.send(packed(g.frame(frame.Binary, nil), g.packer.Append(nil, p)))
	}
}

// random gives n bytes that do not shrink.
func (g *generator) random(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(g.IntN(256))
	}
	return p
}

// lookingBack gives a message that looks back to the same one before it.
func (g *generator) lookingBack() (first, second []byte) {
	c := deflate.NewCompressor(15, true)
	defer c.Close()
	p := g.random(100)
	return c.Append(nil, p), c.Append(nil, p)
}
