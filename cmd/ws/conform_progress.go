package main

import (
	"fmt"
	"io"
	"time"

	"rfc6455/cmd/ws/internal/conform"
)

// A caseProgress shows how far the cases are.
type caseProgress struct {
	w        io.Writer
	terminal bool
	next     time.Duration
	shown    bool
	counts   map[conform.Verdict]int
}

func newCases(w io.Writer, terminal bool) *caseProgress {
	p := &caseProgress{w: w, terminal: terminal, next: elsewhere, counts: map[conform.Verdict]int{}}
	if terminal {
		p.next = 0
	}
	return p
}

// show counts a result, and shows where the run is if it is time to.
func (p *caseProgress) show(s conform.Progress) {
	p.counts[s.Last.Verdict]++
	if s.Elapsed < p.next {
		return
	}
	line := fmt.Sprintf("%5.1fs %d of %d cases", s.Elapsed.Seconds(), s.Done, s.All)
	for _, v := range conform.Verdicts {
		if n := p.counts[v]; n > 0 {
			line += fmt.Sprintf(", %d %s", n, v)
		}
	}
	p.shown = true
	if !p.terminal {
		p.next = s.Elapsed + elsewhere
		fmt.Fprintln(p.w, line)
		return
	}
	p.next = s.Elapsed + onTerminal
	fmt.Fprintf(p.w, "\r\x1b[K%s  %s", line, s.Last.Case.ID)
}

// end clears the line for what comes after it.
func (p *caseProgress) end() {
	if p.terminal && p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
