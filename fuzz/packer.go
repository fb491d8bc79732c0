package fuzz

import (
	"bytes"
	"compress/flate"
	"sync"

	"rfc6455/frame"
)

// A packer compresses messages as a peer does (RFC 7692 §7.2.1). It does not use
// package deflate, which it is to test.
type packer struct {
	takeover bool
	out      bytes.Buffer
	w        *flate.Writer
}

// writers are kept: each is over a megabyte.
var writers = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.BestCompression)
	if err != nil {
		panic(err) // the level is legal
	}
	return w
}}

// pack gives the compressed form of the next message.
func (p *packer) pack(plain []byte) []byte {
	if p.w == nil {
		p.w = writers.Get().(*flate.Writer)
		p.w.Reset(&p.out)
	} else if !p.takeover {
		p.w.Reset(&p.out)
	}
	p.out.Reset()
	p.w.Write(plain) // into a buffer: never an error
	p.w.Flush()
	return bytes.Clone(bytes.TrimSuffix(p.out.Bytes(), []byte{0x00, 0x00, 0xff, 0xff}))
}

// packFrame gives f with its payload compressed.
func (p *packer) packFrame(f frame.Frame) frame.Frame {
	f.RSV1, f.Payload = true, p.pack(f.Payload)
	f.Length = int64(len(f.Payload))
	return f
}

// release gives the memory back; the next message is a fresh start.
func (p *packer) release() {
	if p.w != nil {
		writers.Put(p.w)
		p.w = nil
	}
}
