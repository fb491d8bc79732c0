package conform

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// An Expectation says what is to come of some cases, and why that is known.
type Expectation struct {
	Pattern string
	Verdict Verdict
	Reason  string
	At      string // "known.txt:3"
}

// ParseExpectations reads a file of lines
//
//	length/*  strict-only  the parser takes every length
//
// Lines that begin with # are comments. Of the lines that match a case the last one
// counts.
func ParseExpectations(name string, r io.Reader) (all []Expectation, err error) {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at := fmt.Sprintf("%s:%d", name, n)
		words := strings.Fields(line)
		if len(words) < 3 || !slices.Contains(Verdicts, Verdict(words[1])) {
			return nil, fmt.Errorf("%s: %q is not a pattern, a verdict (%s) and a reason", at, line, verdictNames())
		}
		all = append(all, Expectation{words[0], Verdict(words[1]), strings.Join(words[2:], " "), at})
	}
	return all, lines.Err()
}

func verdictNames() string {
	var names []string
	for _, v := range Verdicts {
		names = append(names, string(v))
	}
	return strings.Join(names, ", ")
}

// A Deviation is a result that was not expected.
type Deviation struct {
	Result *Result
	Want   *Expectation // nil: none was said, so the case was not to fail
}

func (d Deviation) String() string {
	s := fmt.Sprintf("%s: %s", d.Result.Case.ID, d.Result.Verdict)
	if d.Result.Reason != "" {
		s += ": " + d.Result.Reason
	}
	if d.Want != nil {
		s += fmt.Sprintf("; %s expects %s: %s", d.Want.At, d.Want.Verdict, d.Want.Reason)
	}
	return s
}

// Deviations gives what was not expected. Where nothing is said a case may be
// anything but fail; where something is, it may be nothing else, better or worse.
func (r *Results) Deviations(expected []Expectation) (all []Deviation) {
	for i := range r.All {
		res := &r.All[i]
		var want *Expectation
		for j := range expected {
			if res.Case.Matches([]string{expected[j].Pattern}) {
				want = &expected[j]
			}
		}
		if want == nil && res.Verdict == Fail || want != nil && want.Verdict != res.Verdict {
			all = append(all, Deviation{res, want})
		}
	}
	return all
}

// Idle gives the expectations that speak of no case at all, played or not.
func Idle(expected []Expectation, cases []*Case) (idle []Expectation) {
	for _, e := range expected {
		if !slices.ContainsFunc(cases, func(c *Case) bool { return c.Matches([]string{e.Pattern}) }) {
			idle = append(idle, e)
		}
	}
	return idle
}
