package model

import (
	"bytes"

	"rfc6455/frame"
)

// spoiled is text with something in it that may not be.
func (g *generator) spoiled(most int) []byte {
	p := append(g.payload(true, most), pick(g, badText)...)
	return append(p, g.payload(true, most)...)
}

func badTextFrame(g *generator) bool {
	g.outside()
	g.send(g.frame(frame.Text, g.spoiled(300)))
	return true
}

// badTextFragments is bad in a frame that is not the message's last, or just across
// the border of two.
func badTextFragments(g *generator) bool {
	g.outside()
	p := g.spoiled(60)
	at := g.IntN(len(p) + 1)
	g.begin(frame.Text, p[:at])
	f := g.frame(frame.Continuation, p[at:])
	f.Fin = g.chance(50)
	g.send(f)
	if !f.Fin && g.chance(70) {
		g.proceed(true)
	}
	g.inside = 0
	return true
}

// badTextTorn ends inside a character.
func badTextTorn(g *generator) bool {
	p := append(g.payload(true, 200), pick(g, tornText)...)
	if g.inside == frame.Text {
		g.inside = 0
		g.send(g.frame(frame.Continuation, p))
		return true
	}
	g.outside()
	g.send(g.frame(frame.Text, p))
	return true
}

// badTextEarly is bad in a frame that is not whole (§8.1).
func badTextEarly(g *generator) bool {
	g.outside()
	f := g.frame(frame.Text, g.spoiled(60))
	f.Length += int64(1 + g.IntN(60))
	g.end(f.AppendWire(nil))
	return true
}

// badHeaderEarly is a header that breaks a rule, and nothing behind it.
func badHeaderEarly(g *generator) bool {
	f := g.frame(pick(g, []frame.Opcode{3, 7, 11, 15, frame.Ping, frame.Close, frame.Text}), nil)
	f.Length = int64(1 + g.IntN(125))
	switch {
	case f.Opcode.IsReserved():
	case f.Opcode.IsControl() && g.chance(50):
		f.Length = 126 + int64(g.IntN(1000))
	case f.Opcode.IsControl():
		f.Fin = false
	default:
		f.RSV2 = true
	}
	head := f.AppendWire(nil)
	g.end(head[:2+g.IntN(len(head)-1)])
	return true
}

// deflateGarbage spoils a few bytes.
func deflateGarbage(g *generator) bool {
	if g.packer == nil {
		return false
	}
	g.outside()
	f := g.frame(g.data(1000))
	f.Payload = bytes.Clone(g.packer.Append(nil, f.Payload))
	for range 1 + g.IntN(4) {
		f.Payload[g.IntN(len(f.Payload))] ^= byte(1 + g.IntN(255))
	}
	g.send(packed(f, f.Payload))
	g.packer.Reset()
	return true
}

func deflateCut(g *generator) bool {
	if g.packer == nil {
		return false
	}
	g.outside()
	f := g.frame(frame.Text, g.payload(true, 1000))
	whole := g.packer.Append(nil, f.Payload)
	if len(whole) < 2 {
		return false
	}
	least := (len(whole) + 1) / 2 // so that something is there
	g.send(packed(f, whole[:least+g.IntN(len(whole)-least)]))
	g.packer.Reset()
	return true
}

func deflateBadText(g *generator) bool {
	if g.packer == nil {
		return false
	}
	g.outside()
	g.send(packed(g.frame(frame.Text, nil), g.packer.Append(nil, g.spoiled(300))))
	return true
}

// deflateRSV1Again sets RSV1 on a frame that does not begin a message (RFC 7692
// §6.1).
func deflateRSV1Again(g *generator) bool {
	if g.packer == nil {
		return false
	}
	g.outside()
	f := packed(g.frame(frame.Text, nil), g.packer.Append(nil, g.payload(true, 1000)))
	rest := f.Payload[len(f.Payload)/2:]
	f.Fin, f.Payload = false, f.Payload[:len(f.Payload)/2]
	f.Length = int64(len(f.Payload))
	g.send(f)
	f = g.frame(frame.Continuation, rest)
	f.RSV1 = true
	g.send(f)
	return true
}

// deflateLooksBack looks back where that was promised not to happen (RFC 7692
// §7.1.1).
func deflateLooksBack(g *generator) bool {
	if g.packer == nil || g.takeover {
		return false
	}
	g.outside()
	first, second := g.lookingBack()
	g.send(packed(g.frame(frame.Binary, nil), first))
	g.send(packed(g.frame(frame.Binary, nil), second))
	return true
}
