package capture

import (
	"bytes"
	"slices"
)

// A direction is what one side sends, put in order.
type direction struct {
	known  bool   // next is
	next   uint32 // sequence number of the next byte in order
	offset int64  // of the same byte, from the beginning of the stream
	early  []piece
	held   int  // bytes of early, and its overhead
	ended  bool // FIN came, and all before it
}

// A piece is what a segment brought.
type piece struct {
	offset  int64
	data    []byte
	missing int  // bytes behind data that were not captured
	fin     bool // the stream ends behind data
}

func (p *piece) end() int64 { return p.offset + int64(len(p.data)) }

// begin sets where the stream begins, unless that is known.
func (d *direction) begin(seq uint32) {
	if !d.known {
		d.known, d.next = true, seq
	}
}

// place gives a segment's piece with its place in the stream. A segment that comes
// before its neighbours lies up to 2^31 bytes off.
func (d *direction) place(s Segment) piece {
	seq := s.Seq
	if s.Flags&SYN != 0 {
		seq++ // SYN counts for one
	}
	return piece{d.offset + int64(int32(seq-d.next)), s.Payload, s.Missing, s.Flags&FIN != 0}
}

// old says whether p brings nothing new. A probe that keeps a connection alive is one
// old byte.
func (d *direction) old(p piece) bool {
	end := p.end() + int64(p.missing)
	switch {
	case d.ended, end < d.offset:
		return true
	case p.fin:
		return false
	}
	return end == d.offset || end == p.offset
}

// keep keeps a piece that came too early. Its bytes are copied.
func (d *direction) keep(p piece) {
	i, _ := slices.BinarySearchFunc(d.early, p.offset, func(e piece, offset int64) int {
		if e.offset <= offset {
			return -1
		}
		return 1
	})
	if i > 0 && d.early[i-1].end() >= p.end() && d.early[i-1].missing == p.missing && !p.fin {
		return // a copy
	}
	p.data = bytes.Clone(p.data)
	d.early = slices.Insert(d.early, i, p)
	d.held += len(p.data) + overhead
}

// take takes a piece that is next, and gives what of it is new.
func (d *direction) take(p piece) []byte {
	data := p.data[min(d.offset-p.offset, int64(len(p.data))):]
	d.next += uint32(len(data))
	d.offset += int64(len(data))
	return data
}

// ready gives the first of the early pieces, if it is next by now.
func (d *direction) ready() (p piece, ok bool) {
	if len(d.early) == 0 || d.early[0].offset > d.offset {
		return piece{}, false
	}
	p, d.early = d.early[0], d.early[1:]
	d.held -= len(p.data) + overhead
	return p, true
}

// gap is what lies between the stream's end and the first early piece.
func (d *direction) gap() *GapError {
	return &GapError{Bytes: d.early[0].offset - d.offset}
}
