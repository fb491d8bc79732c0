package model

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"rfc6455/frame"
	"rfc6455/testdata"
)

// A Find is a case that differs, small, with what it shows.
type Find struct {
	Case      Case
	Allow     Allow // with which it was judged
	Deviation Deviation
	Seen      Observed

	id string // in the script it was read from
}

// Keys of the comment lines that say what a session script has no words for.
const (
	seedKey  = "seed:"
	caseKey  = "case:"
	kindKey  = "kind:"
	allowKey = "allow:"
	cutsKey  = "cuts:"
	tornKey  = "then: the end of TCP"
)

// ID is the script's: the one it was read with, or of seed, number and kind.
func (f *Find) ID() string {
	if f.id != "" {
		return f.id
	}
	return fmt.Sprintf("fuzz/%d-%d-%s", f.Case.Seed, f.Case.Number, strings.ReplaceAll(f.Deviation.Kind, " ", "-"))
}

// Script gives the find as a session script of package testdata: what is sent,
// what a strict endpoint makes of it, and in its comment how it came about.
func (f *Find) Script() string {
	var b strings.Builder
	f.comment(&b)
	c := &f.Case
	fmt.Fprintf(&b, "id: %s\nrole: %s\n", f.ID(), c.Setting.Role)
	if l := limits(c.Setting.Limits); l != "" {
		fmt.Fprintf(&b, "limits: %s\n", l)
	}
	if c.Setting.Deflate != nil {
		fmt.Fprintf(&b, "deflate: %s\n", c.Setting.Deflate)
	}
	for _, u := range c.Units {
		if u.Raw != nil {
			fmt.Fprintf(&b, "raw: %s\n", hex.EncodeToString(u.Raw))
			continue
		}
		fmt.Fprintf(&b, "in: %s\n", notation(u.Frame, c.Setting.Role.Peer()))
	}
	expected(&b, c)
	return b.String()
}

func (f *Find) comment(b *strings.Builder) {
	fmt.Fprintf(b, "# %s.\n# %s %d\n# %s %d\n# %s %s\n", f.Deviation.Text, seedKey, f.Case.Seed, caseKey, f.Case.Number, kindKey, f.Deviation.Kind)
	if f.Allow != 0 {
		fmt.Fprintf(b, "# %s %s\n", allowKey, f.Allow)
	}
	if len(f.Case.Cuts) > 0 {
		fmt.Fprintf(b, "# %s %s\n", cutsKey, strings.Trim(fmt.Sprint(f.Case.Cuts), "[]"))
	}
	if f.Case.Torn {
		fmt.Fprintf(b, "# %s\n", tornKey)
	}
	for _, line := range f.Seen.Lines() {
		fmt.Fprintf(b, "# seen: %s\n", line)
	}
}

// maxSeen bounds how many lines of what was observed are shown.
const maxSeen = 20

// Lines gives what was observed, one thing a line.
func (o *Observed) Lines() (all []string) {
	all = append(append(all, o.Messages...), o.Pongs...)
	if len(all) > maxSeen {
		all = append(all[:maxSeen:maxSeen], fmt.Sprintf("... and %d more", len(all)-maxSeen))
	}
	if o.Close != nil {
		all = append(all, o.Close.String())
	}
	for _, f := range o.After {
		all = append(all, "behind the Close: "+f.String())
	}
	if o.Broken != nil {
		all = append(all, "a rule broken: "+o.Broken.ID)
	}
	switch o.Stop {
	case Running:
		all = append(all, "TCP stays open")
	case EOF:
		all = append(all, "the end of TCP")
	case Reset:
		all = append(all, "a reset of TCP")
	}
	return all
}

// expected writes what a strict endpoint makes of a case.
func expected(b *strings.Builder, c *Case) {
	strict := Predict(c, 0)[0]
	answer := func(op frame.Opcode, p []byte) {
		f := frame.Frame{Header: frame.Header{Fin: true, Opcode: op, Length: int64(len(p)), Masked: c.Setting.Role.Masks(), Key: frame.ExampleKey}, Payload: p}
		fmt.Fprintf(b, "out: %s\n", notation(f, c.Setting.Role))
	}
	for _, f := range strict.Events {
		fmt.Fprintf(b, "event: %s\n", notation(f, frame.Server))
		switch f.Opcode {
		case frame.Ping:
			answer(frame.Pong, f.Payload)
		case frame.Close:
			answer(frame.Close, reply(f.Payload, c.Setting.Role))
		}
	}
	switch strict.End {
	case Closed:
		b.WriteString("end: closed\n")
	case Failed:
		fmt.Fprintf(b, "out: close %d\nend: failed %s\n", strict.Broken[0].Code, strict.Broken[0].ID)
	default:
		b.WriteString("end: open\n")
	}
}

// reply gives the payload of the strict answer to a Close: its code alone.
func reply(p []byte, role frame.Role) []byte {
	code, _, _ := frame.ParseClose(p)
	if code != frame.NoStatus && !code.Sendable(role) {
		code = frame.NormalClosure
	}
	return frame.AppendClose(nil, code, "")
}

func limits(l testdata.Limits) string {
	var words []string
	for _, limit := range []struct {
		name string
		n    int64
	}{{"message", l.Message}, {"fragments", int64(l.Fragments)}, {"burst", int64(l.Burst)}} {
		if limit.n > 0 {
			words = append(words, limit.name+"="+strconv.FormatInt(limit.n, 10))
		}
	}
	return strings.Join(words, " ")
}
