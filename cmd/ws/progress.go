package main

import (
	"fmt"
	"io"
	"time"

	"rfc6455/cmd/ws/internal/load"
)

// How often progress is shown.
const (
	onTerminal = 200 * time.Millisecond // one line, written over
	elsewhere  = 3 * time.Second        // a line each
)

// A progress shows how far a run is.
type progress struct {
	w        io.Writer
	terminal bool
	every    time.Duration
	next     time.Duration
	shown    bool
}

func newProgress(w io.Writer, terminal bool) *progress {
	p := &progress{w: w, terminal: terminal, every: elsewhere, next: elsewhere}
	if terminal {
		p.every, p.next = onTerminal, 0
	}
	return p
}

// show shows s if it is time to.
func (p *progress) show(s load.Status) {
	p.line(s.Elapsed, func() string { return statusLine(s) })
}

// line shows a line if it is time to.
func (p *progress) line(elapsed time.Duration, text func() string) {
	if elapsed < p.next {
		return
	}
	p.next = elapsed + p.every
	p.shown = true
	line := text()
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%s", line)
	} else {
		fmt.Fprintln(p.w, line)
	}
}

// end clears the line for what comes after it.
func (p *progress) end() {
	if p.terminal && p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

func statusLine(s load.Status) string {
	line := fmt.Sprintf("%5.1fs %-9s %d open", s.Elapsed.Seconds(), s.Phase, s.Open)
	if s.Failed > 0 {
		line += fmt.Sprintf(", %d failed", s.Failed)
	}
	if s.Sent > 0 {
		line += fmt.Sprintf("  sent %.0f/s  received %.0f/s  p99 %v", s.SentRate, s.ReceivedRate, s.P99.Round(time.Microsecond))
	}
	return line
}
