package model

import (
	"fmt"

	"rfc6455/frame"
)

// A Probe is a case that tells whether a target needs something to be allowed: a
// strict one holds without.
type Probe struct {
	Allow Allow
	Case  Case
	Wrong string // a message that no target sends that is only lax
	Also  *Case  // if not nil, it has to hold as well
}

// Probes gives those that fit a connection. What the first shows bears on the others.
func Probes(s Setting) (all []Probe) {
	g := newGenerator(s, 0, 0)
	defer g.release()
	for _, p := range probes {
		c, ok := g.probe(s, p.make, len(all))
		if !ok {
			continue
		}
		probe := Probe{Allow: p.allow, Case: c, Wrong: p.wrong}
		if p.also != nil {
			also, _ := g.probe(s, p.also, len(all))
			probe.Also = &also
		}
		all = append(all, probe)
	}
	return all
}

// probe makes a case of what make sends, and a fence where it sent none and nothing
// is broken off. It is false if there is nothing to try.
func (g *generator) probe(s Setting, make func(g *generator) bool, n int) (Case, bool) {
	g.units, g.torn, g.inside = nil, false, 0
	if !make(g) {
		return Case{}, false
	}
	c := Case{Setting: s, Units: g.units, Torn: g.torn}
	if !c.Torn && !c.fenced() {
		c.Units = append(c.Units, Unit{Frame: g.frame(frame.Ping, fmt.Appendf(nil, "probe %d", n))})
	}
	for i := range c.Units {
		c.Units[i].Frame = plain(c.Units[i].Frame)
	}
	return c, true
}

// Basics is a case that any echo endpoint has to hold: a text, and, if size is not
// 0, a binary message of so many bytes.
func Basics(s Setting, size int) Case {
	g := newGenerator(s, 0, 0)
	defer g.release()
	g.send(g.frame(frame.Text, []byte("Hello")))
	if size > 0 {
		g.send(g.frame(frame.Binary, make([]byte, size)))
	}
	g.send(g.frame(frame.Ping, []byte("basics")))
	return Case{Setting: s, Units: g.units}
}

// probes make the cases. One that is false has nothing to try on this connection.
var probes = []struct {
	allow Allow
	make  func(g *generator) bool
	wrong string
	also  func(g *generator) bool
}{
	{NoClose, func(g *generator) bool { return g.probeAlone(func(f *frame.Frame) { f.RSV2 = true }) }, "", nil},
	{NoClose, func(g *generator) bool {
		return g.probeAlone(func(f *frame.Frame) { f.Masked, f.Key = !f.Masked, frame.MaskKey{} })
	}, "", nil},
	{NoClose, func(g *generator) bool { return g.probeAlone(func(f *frame.Frame) { f.Opcode = 13 }) }, "", nil},
	{NoClose, func(g *generator) bool { return g.probeAlone(func(f *frame.Frame) { f.Length = -1 }) }, "", nil},
	{NoClose, func(g *generator) bool { return g.probeAlone(func(f *frame.Frame) { f.Payload[0] = 0xff }) }, "", nil},
	{NonMinimal, func(g *generator) bool { return g.probeLength(16) }, "", nil},
	{NonMinimal, func(g *generator) bool { return g.probeLength(64) }, "", nil},
	{LateUTF8, func(g *generator) bool {
		f := g.frame(frame.Text, []byte("a\xff"))
		f.Fin = false
		g.send(f)
		return true
	}, "", nil},
	{LateUTF8, func(g *generator) bool {
		f := g.frame(frame.Text, []byte("a\xff"))
		f.Length = 20
		g.end(f.AppendWire(nil))
		return true
	}, "", nil},
	{LateFrame, func(g *generator) bool {
		f := g.frame(3, nil)
		f.Length = 20
		g.end(f.AppendWire(nil))
		return true
	}, "", nil},
	{LateFrame, func(g *generator) bool {
		f := g.frame(frame.Ping, nil)
		f.Length = 200
		g.end(f.AppendWire(nil)[:2])
		return true
	}, "", nil},
	{LateFrame, func(g *generator) bool {
		f := g.frame(frame.Text, nil)
		f.RSV2, f.Length = true, 20
		g.end(f.AppendWire(nil))
		return true
	}, "", nil},
	{LateLimit, func(g *generator) bool {
		f := g.frame(frame.Binary, nil)
		f.Length = 1 << 40
		g.end(f.AppendWire(nil))
		return true
	}, "", nil},
	{LateLimit, func(g *generator) bool {
		if g.limit() == 0 {
			return false
		}
		f := g.frame(frame.Binary, nil)
		f.Length = int64(g.limit() + 1)
		g.end(f.AppendWire(nil))
		return true
	}, "", nil},
	{CutDeflate, func(g *generator) bool {
		if g.packer == nil {
			return false
		}
		p := g.packer.Append(nil, []byte("Hello"))
		g.send(packed(g.frame(frame.Text, nil), p[:len(p)-2]))
		return true
	}, `text ""`, nil},
	{OldWindow, deflateLooksBack, "", nil},
	{Codes, func(g *generator) bool { return g.probeClose(5000) }, "", nil},
	{Codes, func(g *generator) bool { return g.probeClose(1010) }, "", nil},
	{Codes, func(g *generator) bool { return g.probeClose(1012) }, "", nil},
	{Codes, func(g *generator) bool { return g.probeClose(1013) }, "", nil},
	{Codes, func(g *generator) bool { return g.probeClose(1014) }, "", nil},
	{LatePong, (*generator).probeInside, "", func(g *generator) bool {
		g.probeInside()
		g.inside = 0
		g.send(g.frame(frame.Continuation, []byte("b")))
		return true
	}},
	{PongOrder, func(g *generator) bool {
		g.send(g.frame(frame.Ping, []byte("1")))
		g.send(g.frame(frame.Ping, []byte("2")))
		g.send(g.frame(frame.Ping, []byte("3")))
		return true
	}, "", nil},
	{UnaskedPong, func(g *generator) bool {
		g.send(g.frame(frame.Pong, []byte("unasked")))
		return true
	}, "", nil},
	{OwnCode, func(g *generator) bool { return g.probeClose(1001) }, "", nil},
}

// probeInside is a Ping inside a message.
func (g *generator) probeInside() bool {
	g.begin(frame.Text, []byte("a"))
	g.send(g.frame(frame.Ping, []byte("inside")))
	return true
}

func (g *generator) probeLength(form int) bool {
	f := g.frame(frame.Text, []byte("a"))
	f.Form = form
	g.send(f)
	return true
}

func (g *generator) probeClose(code frame.CloseCode) bool {
	g.send(g.frame(frame.Close, frame.AppendClose(nil, code, "")))
	g.torn = true
	return true
}

// probeAlone is a frame that breaks a rule, and nothing behind it that a reset could
// be for.
func (g *generator) probeAlone(spoil func(f *frame.Frame)) bool {
	f := g.frame(frame.Text, []byte("a"))
	spoil(&f)
	g.send(f)
	g.torn = true
	return true
}
