package main

import (
	"fmt"
	"io"

	"rfc6455/cmd/ws/internal/conform"
)

// A caseProgress shows how far the cases are.
type caseProgress struct {
	*progress
	counts map[conform.Verdict]int
}

func newCases(w io.Writer, terminal bool) *caseProgress {
	return &caseProgress{newProgress(w, terminal), map[conform.Verdict]int{}}
}

// show counts a result, and shows where the run is if it is time to.
func (p *caseProgress) show(s conform.Progress) {
	p.counts[s.Last.Verdict]++
	p.line(s.Elapsed, func() string {
		line := fmt.Sprintf("%5.1fs %d of %d cases", s.Elapsed.Seconds(), s.Done, s.All)
		for _, v := range conform.Verdicts {
			if n := p.counts[v]; n > 0 {
				line += fmt.Sprintf(", %d %s", n, v)
			}
		}
		if p.terminal {
			line += "  " + s.Last.Case.ID
		}
		return line
	})
}
