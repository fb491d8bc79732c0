package model

import (
	"bytes"
	"slices"

	"rfc6455/frame"
)

// MaxTries bounds how often [Minimise] asks.
const MaxTries = 400

// Minimise makes of a case that differs a small one that differs as well: by delta
// debugging, it leaves units out, then bytes of their payloads, then cuts, as long
// as differs says so of what is left. It asks at most MaxTries times.
func Minimise(c Case, differs func(Case) bool) Case {
	m := &minimiser{c: c.clone(), differs: differs, tries: MaxTries}
	m.try(func(n *Case) { n.Cuts = nil })
	m.units()
	m.try(func(n *Case) { n.Setting.Deflate = nil })
	m.payloads()
	m.units() // some may have been there for their payload alone
	m.cuts()
	m.fence()
	return m.c
}

// A minimiser holds the smallest case that is known to differ.
type minimiser struct {
	c       Case
	differs func(Case) bool
	tries   int
}

// try keeps what change makes of the case if it still differs.
func (m *minimiser) try(change func(*Case)) bool {
	if m.tries <= 0 {
		return false
	}
	n := m.c.clone()
	change(&n)
	if same(&n, &m.c) {
		return false
	}
	m.tries--
	if !m.differs(n) {
		return false
	}
	m.c = n
	return true
}

// same says whether two cases are the same on the wire.
func same(a, b *Case) bool {
	return a.Setting == b.Setting && slices.Equal(a.Cuts, b.Cuts) && bytes.Equal(a.Bytes(), b.Bytes())
}

// units leaves units out: halves first, then less and less, from the end on, since
// what made the target differ is near it. The fence stays.
func (m *minimiser) units() {
	for size := max(1, len(m.c.Units)/2); ; size /= 2 {
		for to := m.most(); to > 0; {
			from := max(0, to-size)
			m.try(func(n *Case) { n.remove(from, to) })
			to = min(from, m.most())
		}
		if size <= 1 {
			return
		}
	}
}

// most is how many units there are besides the fence.
func (m *minimiser) most() int {
	n := len(m.c.Units)
	if m.fenced() {
		n--
	}
	return n
}

// fenced says whether the last unit is the fence.
func (m *minimiser) fenced() bool {
	n := len(m.c.Units)
	return m.c.fenced() && m.c.Units[n-1].Frame.Opcode == frame.Ping
}

// remove leaves out units [from, to), and the cuts in them.
func (c *Case) remove(from, to int) {
	begin := len(c.before(from))
	end := begin + len((&Case{Units: c.Units[from:to]}).Bytes())
	var cuts []int
	for _, at := range c.Cuts {
		switch {
		case at <= begin:
			cuts = append(cuts, at)
		case at >= end:
			cuts = append(cuts, at-(end-begin))
		}
	}
	c.Units, c.Cuts = slices.Delete(c.Units, from, to), slices.Compact(cuts)
}

// before gives the bytes of the first n units.
func (c *Case) before(n int) []byte { return (&Case{Units: c.Units[:n]}).Bytes() }

// payloads shrinks the payload of each unit.
func (m *minimiser) payloads() {
	for i := range m.most() {
		if m.c.Units[i].Raw != nil {
			continue
		}
		m.payload(i)
		m.try(func(n *Case) { n.Units[i].Frame = plain(n.Units[i].Frame) })
	}
}

// ends are how many bytes of a payload's beginning, or end, may be enough.
var ends = []int{0, 1, 2, 3, 4, 8, 16}

// finest is the smallest part of a payload that is left out alone: byte by byte a
// long one would take too long.
const finest = 64

// payload leaves bytes of one payload out: all, then halves and less.
func (m *minimiser) payload(i int) {
	p := func() []byte { return m.c.Units[i].Frame.Payload }
	for _, k := range ends {
		if n := len(p()); n > k && (m.try(func(c *Case) { c.cutPayload(i, 0, n-k) }) || m.try(func(c *Case) { c.cutPayload(i, k, n) })) {
			break
		}
	}
	least := max(1, len(p())/finest)
	for size := len(p()); size >= least && m.tries > 0; size /= 2 {
		for to := len(p()); to > 0; {
			from := max(0, to-size)
			m.try(func(n *Case) { n.cutPayload(i, from, to) })
			to = min(from, len(p()))
		}
	}
	m.try(func(n *Case) { n.Units[i].Frame.Payload = bytes.Repeat([]byte{'*'}, len(p())) })
}

// fence makes the last Ping a plain one.
func (m *minimiser) fence() {
	if i := len(m.c.Units) - 1; m.fenced() {
		m.try(func(n *Case) {
			f := plain(n.Units[i].Frame)
			f.Payload = []byte("fence")
			f.Length = int64(len(f.Payload))
			n.Units[i].Frame = f
		})
	}
}

// cutPayload leaves bytes [from, to) of unit i's payload out.
func (c *Case) cutPayload(i, from, to int) {
	f := &c.Units[i].Frame
	begin := len(c.before(i))
	end := begin + len(f.AppendWire(nil))
	if f.Length == int64(len(f.Payload)) {
		f.Length -= int64(to - from)
	}
	f.Payload = slices.Concat(f.Payload[:from], f.Payload[to:])
	now := begin + len(f.AppendWire(nil))
	for k, at := range c.Cuts {
		switch {
		case at >= end:
			c.Cuts[k] -= end - now
		case at > now:
			c.Cuts[k] = now
		}
	}
	c.Cuts = slices.Compact(c.Cuts)
}

// cuts leaves cuts out.
func (m *minimiser) cuts() {
	for size := max(1, len(m.c.Cuts)/2); len(m.c.Cuts) > 0; size /= 2 {
		for to := len(m.c.Cuts); to > 0; {
			from := max(0, to-size)
			m.try(func(n *Case) { n.Cuts = slices.Delete(n.Cuts, from, to) })
			to = min(from, len(m.c.Cuts))
		}
		if size <= 1 {
			return
		}
	}
}

// plain masks f as the notation does where it says nothing.
func plain(f frame.Frame) frame.Frame {
	if f.Masked {
		f.Key = frame.ExampleKey
	}
	return f
}
