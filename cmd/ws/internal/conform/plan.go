package conform

import (
	"fmt"
	"slices"
	"strings"

	"rfc6455/frame"
	"rfc6455/testdata"
)

// A plan is a script from the peer's side: what we send, and what has to come back.
type plan struct {
	id      string
	role    frame.Role // of the target
	deflate *testdata.Parameters
	strict  string
	batches []batch
	end     testdata.End
	close   string // the Close that has to come, in the notation; "": none
}

// A batch is what is sent without waiting, and what then has to come.
type batch struct {
	in       []testdata.Step
	messages []string // echoes, in the notation and in order
	pongs    []string
}

// newPlan reads a script. Its error says why nobody can play it with a target that
// only answers.
func newPlan(s testdata.Session) (*plan, error) {
	p := &plan{id: s.ID, role: s.Role, deflate: s.Deflate, strict: s.Strict, end: s.End}
	var own []string // data that the script's endpoint wants to send: as an echo does
	var now *batch
	for _, step := range s.Steps {
		if !step.Kind.IsExpectation() && step.Kind != testdata.Do && (now == nil || len(now.messages)+len(now.pongs) > 0) {
			p.batches = append(p.batches, batch{})
			now = &p.batches[len(p.batches)-1]
		}
		data := !step.Frame.Opcode.IsControl()
		switch step.Kind {
		case testdata.In, testdata.Packed, testdata.Raw:
			now.in = append(now.in, step)
		case testdata.Event:
			if data && now != nil {
				now.messages = append(now.messages, slices.Repeat([]string{step.Frame.String()}, step.Times)...)
			}
		case testdata.Out, testdata.Unpacked:
			p.expect(now, step)
		case testdata.Do:
			if !data {
				return nil, errOwn
			}
			own = append(own, slices.Repeat([]string{step.Frame.String()}, step.Times)...)
		case testdata.Refused:
			return nil, errOwn
		}
	}
	if len(own) > 0 && !slices.Equal(own, p.messages()) {
		return nil, errOwn
	}
	if len(p.batches) == 0 {
		return nil, errOwn
	}
	return p, nil
}

var errOwn = fmt.Errorf("it tests what an endpoint sends by itself, and a target only answers")

// expect takes what the script's endpoint sends.
func (p *plan) expect(now *batch, step testdata.Step) {
	f := step.Frame
	f.Masked, f.Key = false, frame.MaskKey{}
	switch f.Opcode {
	case frame.Pong:
		now.pongs = append(now.pongs, slices.Repeat([]string{f.String()}, step.Times)...)
	case frame.Close:
		p.close = f.String()
	}
}

func (p *plan) messages() (all []string) {
	for _, b := range p.batches {
		all = append(all, b.messages...)
	}
	return all
}

func (p *plan) pongs() (all []string) {
	for _, b := range p.batches {
		all = append(all, b.pongs...)
	}
	return all
}

// largest is the longest payload that is sent, and in all.
func (p *plan) size() (largest, all int) {
	for _, b := range p.batches {
		for _, step := range b.in {
			n := max(len(step.Frame.Payload), len(step.Raw))
			largest, all = max(largest, n), all+n*step.Times
		}
	}
	return largest, all
}

// fragments is how many frames a message of the script has, at most: those of one that
// was cut, or all continuations that are sent together.
func (p *plan) fragments() (most int) {
	for _, b := range p.batches {
		frames := 0
		for _, step := range b.in {
			n := 1
			if step.Split > 0 {
				n = max(1, (len(step.Frame.Payload)+step.Split-1)/step.Split)
				most = max(most, n)
			}
			if step.Frame.Opcode == frame.Continuation {
				frames += n * step.Times
			}
		}
		most = max(most, frames)
	}
	return most
}

// expectation tells in the notation what has to come.
func (p *plan) expectation() string {
	var parts []string
	for _, b := range p.batches {
		parts = append(parts, some(b.pongs)...)
		parts = append(parts, some(b.messages)...)
	}
	switch p.end.State {
	case "open":
		parts = append(parts, "the connection goes on")
	case "closed":
		parts = append(parts, p.close, "end of TCP")
	default:
		parts = append(parts, fmt.Sprintf("close %v", p.end.Violation.Code), "end of TCP: "+p.end.Violation.Text)
	}
	return strings.Join(parts, ", ")
}

// some shortens a list: equal neighbours become one with a factor, and what is over
// eight is left out.
func some(list []string) (short []string) {
	for i := 0; i < len(list); {
		n := 1
		for i+n < len(list) && list[i+n] == list[i] {
			n++
		}
		word := list[i]
		if n > 1 {
			word = fmt.Sprintf("%d times %s", n, word)
		}
		if short = append(short, word); len(short) > 8 {
			return append(short[:8], "and so on")
		}
		i += n
	}
	return short
}

// forClient turns a script for servers into one for clients: only who masks is
// different. It answers false where the script says bytes or masks by itself.
func forClient(s testdata.Session) (testdata.Session, bool) {
	if strings.HasPrefix(s.ID, "masking/") || s.ID == "reserved/bit-and-mask" {
		return s, false
	}
	s.Role = frame.Client
	s.Steps = slices.Clone(s.Steps)
	for i := range s.Steps {
		switch step := &s.Steps[i]; step.Kind {
		case testdata.Raw:
			return s, false
		case testdata.In, testdata.Packed:
			step.Frame.Masked, step.Frame.Key = false, frame.MaskKey{}
		}
	}
	return s, true
}

// scriptCases are the session scripts that fit the role.
func scriptCases(role frame.Role) ([]*Case, error) {
	all, err := testdata.Sessions()
	if err != nil {
		return nil, err
	}
	var cases []*Case
	for _, s := range all {
		if s.Role != role {
			turned, ok := forClient(s)
			if role != frame.Client || !ok {
				continue
			}
			s = turned
		}
		cases = append(cases, scriptCase(s))
	}
	return cases, nil
}

// scriptCase makes a case of a script.
func scriptCase(s testdata.Session) *Case {
	c := &Case{ID: s.ID, Numbers: s.Autobahn, Family: familyOf(s.ID, s.Deflate != nil), Strict: s.Strict}
	c.Clause, c.What = describe(s.Comment)
	p, err := newPlan(s)
	if err != nil {
		c.Skip = err.Error()
		return c
	}
	if s.Limits.Message > 0 && s.End.Violation == frame.ErrMessageTooBig {
		c.Skip = "its limit is smaller than others have: limits/own-* are made for the target's"
	}
	c.Expect = p.expectation()
	_, bytes := p.size()
	c.alone = bytes > 1<<20 || c.Family == Performance
	c.echo = len(p.messages()) > 0 && p.end.State == "open"
	c.play = p.play
	return c
}
