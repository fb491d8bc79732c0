package main

import (
	"io"
	"sync"
	"time"
)

// Limits of a lineBuffer.
const (
	lineBytes = 64 << 10               // that wait at most, before a Write waits itself
	lineDelay = 100 * time.Millisecond // that a line waits at most
)

// A lineBuffer gathers log lines and writes them together, a tenth of a second
// later at most. A chat that logs every text would otherwise make a system call
// for each, which costs more than passing it on to a dozen members.
type lineBuffer struct {
	w io.Writer

	mu    sync.Mutex
	buf   []byte
	armed bool // timer will flush
	timer *time.Timer
}

func newLineBuffer(w io.Writer) *lineBuffer {
	b := &lineBuffer{w: w}
	b.timer = time.AfterFunc(time.Hour, b.Flush)
	b.timer.Stop()
	return b
}

// Write takes whole lines.
func (b *lineBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.buf = append(b.buf, p...)
	if len(b.buf) >= lineBytes {
		b.flush()
	} else if !b.armed {
		b.armed = true
		b.timer.Reset(lineDelay)
	}
	return len(p), nil
}

// Flush writes what has gathered.
func (b *lineBuffer) Flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.armed = false
	b.flush()
}

// flush writes with b.mu held: who logs meanwhile waits, so memory is bounded.
// An error of the log's has nowhere to be told.
func (b *lineBuffer) flush() {
	if len(b.buf) > 0 {
		b.w.Write(b.buf)
		b.buf = b.buf[:0]
	}
}
