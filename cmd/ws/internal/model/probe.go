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
}

// Probes gives those that fit a connection. What the first shows bears on the others.
func Probes(s Setting) (all []Probe) {
	g := newGenerator(s, 0, 0)
	defer g.release()
	for _, p := range probes {
		g.units, g.torn, g.inside = nil, false, 0
		if !p.make(g) {
			continue
		}
		c := Case{Setting: s, Units: g.units, Torn: g.torn}
		if !c.Torn {
			c.Units = append(c.Units, Unit{Frame: g.frame(frame.Ping, fmt.Appendf(nil, "probe %d", len(all)))})
		}
		for i := range c.Units {
			c.Units[i].Frame = plain(c.Units[i].Frame)
		}
		all = append(all, Probe{p.allow, c, p.wrong})
	}
	return all
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
}{
	{NoClose, func(g *generator) bool { return g.probeAlone(func(f *frame.Frame) { f.RSV2 = true }) }, ""},
	{NoClose, func(g *generator) bool {
		return g.probeAlone(func(f *frame.Frame) { f.Masked, f.Key = !f.Masked, frame.MaskKey{} })
	}, ""},
	{NoClose, func(g *generator) bool { return g.probeAlone(func(f *frame.Frame) { f.Opcode = 13 }) }, ""},
	{NoClose, func(g *generator) bool { return g.probeAlone(func(f *frame.Frame) { f.Length = -1 }) }, ""},
	{NoClose, func(g *generator) bool { return g.probeAlone(func(f *frame.Frame) { f.Payload[0] = 0xff }) }, ""},
	{NonMinimal, func(g *generator) bool { return g.probeLength(16) }, ""},
	{NonMinimal, func(g *generator) bool { return g.probeLength(64) }, ""},
	{LateUTF8, func(g *generator) bool {
		f := g.frame(frame.Text, []byte("a\xff"))
		f.Fin = false
		g.send(f)
		return true
	}, ""},
	{LateUTF8, func(g *generator) bool {
		f := g.frame(frame.Text, []byte("a\xff"))
		f.Length = 20
		g.end(f.AppendWire(nil))
		return true
	}, ""},
	{LateFrame, func(g *generator) bool {
		f := g.frame(3, nil)
		f.Length = 20
		g.end(f.AppendWire(nil))
		return true
	}, ""},
	{LateFrame, func(g *generator) bool {
		f := g.frame(frame.Ping, nil)
		f.Length = 200
		g.end(f.AppendWire(nil)[:2])
		return true
	}, ""},
	{LateFrame, func(g *generator) bool {
		f := g.frame(frame.Text, nil)
		f.RSV2, f.Length = true, 20
		g.end(f.AppendWire(nil))
		return true
	}, ""},
	{LateLimit, func(g *generator) bool {
		f := g.frame(frame.Binary, nil)
		f.Length = 1 << 40
		g.end(f.AppendWire(nil))
		return true
	}, ""},
	{LateLimit, func(g *generator) bool {
		if g.limit() == 0 {
			return false
		}
		f := g.frame(frame.Binary, nil)
		f.Length = int64(g.limit() + 1)
		g.end(f.AppendWire(nil))
		return true
	}, ""},
	{CutDeflate, func(g *generator) bool {
		if g.packer == nil {
			return false
		}
		p := g.packer.Append(nil, []byte("Hello"))
		g.send(packed(g.frame(frame.Text, nil), p[:len(p)-2]))
		return true
	}, `text ""`},
	{OldWindow, deflateLooksBack, ""},
	{Codes, func(g *generator) bool { return g.probeClose(5000) }, ""},
	{Codes, func(g *generator) bool { return g.probeClose(1010) }, ""},
	{Codes, func(g *generator) bool { return g.probeClose(1012) }, ""},
	{Codes, func(g *generator) bool { return g.probeClose(1013) }, ""},
	{Codes, func(g *generator) bool { return g.probeClose(1014) }, ""},
	{LatePong, func(g *generator) bool {
		g.begin(frame.Text, []byte("a"))
		return true
	}, ""},
	{PongOrder, func(g *generator) bool {
		g.send(g.frame(frame.Ping, []byte("1")))
		g.send(g.frame(frame.Ping, []byte("2")))
		return true
	}, ""},
	{UnaskedPong, func(g *generator) bool {
		g.send(g.frame(frame.Pong, []byte("unasked")))
		return true
	}, ""},
	{OwnCode, func(g *generator) bool { return g.probeClose(1001) }, ""},
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
