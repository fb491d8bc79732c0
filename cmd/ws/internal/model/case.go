package model

import (
	"cmp"
	"slices"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/fuzz"
	"rfc6455/testdata"
)

// A Setting is a connection as its opening handshake left it.
type Setting struct {
	Role    frame.Role           // of the target
	Limits  testdata.Limits      // that the target is known to have; 0: unknown, and not tried
	Deflate *testdata.Parameters // nil: permessage-deflate was not agreed
	Most    int                  // longest payload that is sent where no limit is tried, in bytes; 0: DefaultMost
}

// DefaultMost is past all borders of the length field.
const DefaultMost = 70000

func (s *Setting) most() int { return cmp.Or(s.Most, DefaultMost) }

// config is s for the oracle. What is not known is no limit.
func (s *Setting) config(allow fuzz.Laxity) fuzz.Config {
	const unbounded = 1 << 30
	c := fuzz.Config{Role: s.Role, Allow: allow, Limits: session.Limits{
		Message:      cmp.Or(s.Limits.Message, unbounded),
		Fragments:    cmp.Or(s.Limits.Fragments, unbounded),
		ControlBurst: cmp.Or(s.Limits.Burst, unbounded),
	}}
	if s.Deflate != nil {
		c.Deflate = fuzz.Fresh
		if _, takeover := s.Deflate.Window(s.Role.Peer()); takeover {
			c.Deflate = fuzz.Takeover
		}
	}
	return c
}

// A Unit is a frame, or bytes that are none.
type Unit struct {
	Frame frame.Frame
	Raw   []byte // if not nil, this is sent
}

// append appends the unit as it is sent.
func (u Unit) append(b []byte) []byte {
	if u.Raw != nil {
		return append(b, u.Raw...)
	}
	return u.Frame.AppendWire(b)
}

// A Case is what is sent to the target on one connection.
type Case struct {
	Setting Setting
	Units   []Unit
	Cuts    []int  // where a new write begins, rising; none: all in one
	Torn    bool   // no fence: the last unit is not whole, and what follows is the end of TCP
	Seed    uint64 // that [Generate] made it of, with
	Number  uint64
}

// Bytes is what is sent.
func (c *Case) Bytes() []byte {
	var b []byte
	for _, u := range c.Units {
		b = u.append(b)
	}
	return b
}

// Writes cuts b, a case's bytes, as the case says.
func (c *Case) Writes(b []byte) [][]byte {
	var writes [][]byte
	from := 0
	for _, at := range c.Cuts {
		if at > from && at < len(b) {
			writes, from = append(writes, b[from:at]), at
		}
	}
	return append(writes, b[from:])
}

// Fence gives the payload of the last Ping, if its Pong says that all was answered:
// no other control frame and nothing broken off stands behind it.
func (c *Case) Fence() (payload []byte, ok bool) {
	if c.Torn {
		return nil, false
	}
	for _, u := range slices.Backward(c.Units) {
		switch f := &u.Frame; {
		case u.Raw != nil || f.Length != int64(len(f.Payload)):
			return nil, false
		case f.Opcode.IsControl():
			return f.Payload, f.Opcode == frame.Ping
		}
	}
	return nil, false
}

// fenced says whether the case has a fence.
func (c *Case) fenced() bool {
	_, ok := c.Fence()
	return ok
}

// GoesOn says whether another case may follow on the same connection, if nothing
// ended it.
func (c *Case) GoesOn() bool { return c.fenced() && !c.inside() }

// inside says whether the case ends inside a message, which only more of it can
// end.
func (c *Case) inside() bool {
	for _, u := range slices.Backward(c.Units) {
		if u.Raw != nil || u.Frame.Length != int64(len(u.Frame.Payload)) {
			return true // who knows
		}
		if !u.Frame.Opcode.IsControl() {
			return !u.Frame.Fin
		}
	}
	return false
}

// clone gives a case whose lists may be changed.
func (c Case) clone() Case {
	c.Units, c.Cuts = slices.Clone(c.Units), slices.Clone(c.Cuts)
	return c
}

// Join gives what was sent on a connection by several cases, one after the other,
// as one case.
func Join(cases []Case) Case {
	joined := cases[len(cases)-1].clone()
	joined.Units, joined.Cuts = nil, nil
	at := 0
	for _, c := range cases {
		for _, cut := range c.Cuts {
			joined.Cuts = append(joined.Cuts, at+cut)
		}
		joined.Units = append(joined.Units, c.Units...)
		at += len(c.Bytes())
		joined.Cuts = append(joined.Cuts, at)
	}
	return joined
}
