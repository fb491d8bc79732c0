package transcript

import (
	"bytes"
	"encoding/hex"
	"io"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"rfc6455/frame"
)

const (
	lineBytes = 4096 // of a chunk in one line; a longer one takes several
	leastText = 4    // printable bytes that are worth a string
	maxNote   = 512  // bytes of a comment
	noteAt    = 40   // column of a comment
)

// A Writer writes a transcript. Any goroutine may call it.
type Writer struct {
	role frame.Role

	mu   sync.Mutex
	w    io.Writer
	line []byte // memory for lines
	err  error  // the first of w
}

// NewWriter begins a transcript on w.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	t := &Writer{role: h.Role, w: w}
	_, t.err = w.Write(h.appendText(nil))
	return t, t.err
}

// Bytes writes down that from sent p, at that time since the beginning. Note is a
// comment, and may be empty. An error stays.
func (t *Writer) Bytes(from frame.Role, at time.Duration, p []byte, note string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(p) > 0 && t.err == nil {
		n := min(len(p), lineBytes)
		t.write(from, at, func(b []byte) []byte { return appendBytes(b, p[:n]) }, note)
		p, note = p[n:], ""
	}
	return t.err
}

// End writes down that from will send nothing more.
func (t *Writer) End(from frame.Role, at time.Duration, note string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.write(from, at, func(b []byte) []byte { return append(b, "end"...) }, note)
	}
	return t.err
}

// write writes one line.
func (t *Writer) write(from frame.Role, at time.Duration, what func([]byte) []byte, note string) {
	b := strconv.AppendFloat(t.line[:0], max(0, at).Seconds(), 'f', 6, 64)
	b = append(b, ' ', t.sign(from), ' ')
	b = what(b)
	if note != "" {
		if len(note) > maxNote {
			note = note[:maxNote]
		}
		b = append(b, bytes.Repeat([]byte{' '}, max(1, noteAt-len(b)))...)
		b = append(append(b, "# "...), printable(note)...)
	}
	t.line = append(b, '\n')
	_, t.err = t.w.Write(t.line)
}

func (t *Writer) sign(from frame.Role) byte {
	if from == t.role {
		return '>'
	}
	return '<'
}

// appendBytes appends p: what is text as a string, all else in hexadecimal.
func appendBytes(b, p []byte) []byte {
	for start := true; len(p) > 0; start = false {
		if !start {
			b = append(b, ' ')
		}
		if n := textLen(p); n >= leastText {
			b = strconv.AppendQuote(b, string(p[:n]))
			p = p[n:]
			continue
		}
		n := 1
		for n < len(p) && textLen(p[n:]) < leastText {
			n++
		}
		b = hex.AppendEncode(b, p[:n])
		p = p[n:]
	}
	return b
}

// textLen is how many bytes at the beginning of p are text that can be read.
func textLen(p []byte) (n int) {
	for n < len(p) {
		r, size := utf8.DecodeRune(p[n:])
		if r == utf8.RuneError || !strconv.IsPrint(r) {
			break
		}
		n += size
	}
	return n
}
