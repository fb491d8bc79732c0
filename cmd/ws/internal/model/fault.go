package model

import (
	"encoding/binary"

	"rfc6455/frame"
)

// A fault breaks one rule, or might. It is false where there is nothing to break.
type fault func(g *generator) bool

// faults are all there are; several of a kind make it more frequent.
var faults = []fault{
	wrongMask, wrongMask, rsv1, rsv23, rsv23, reservedOpcode, reservedOpcode,
	controlFragmented, controlTooLong, nonMinimal, nonMinimal, topBit,
	nothingToContinue, newInside, closeOneByte, closeCode, closeCode, closeReason,
	badTextFrame, badTextFragments, badTextFragments, badTextTorn, badTextEarly,
	badHeaderEarly, deflateGarbage, deflateCut, deflateBadText, deflateRSV1Again, deflateLooksBack,
	tooBig, tooBig, tooBigFragments, tooBigFragments, tooBigDeflated, tooManyFragments, controlFlood, hugeLength,
}

// fault breaks one rule of those that can be broken here.
func (g *generator) fault() {
	for !pick(g, faults)(g) {
	}
}

// sendData sends f, which is a message of its own or, inside one, its next frame.
func (g *generator) sendData(spoil func(f *frame.Frame)) bool {
	var f frame.Frame
	if g.inside != 0 {
		f = g.frame(frame.Continuation, g.payload(g.inside == frame.Text, 300))
		f.Fin = g.chance(50)
		g.size += len(f.Payload)
		if f.Fin {
			g.inside = 0
		}
	} else {
		f = g.frame(g.data(300))
	}
	spoil(&f)
	g.send(f)
	return true
}

// sendAny sends any frame, spoiled.
func (g *generator) sendAny(spoil func(f *frame.Frame)) bool {
	switch g.IntN(6) {
	case 0:
		f := g.frame(frame.Ping+frame.Opcode(g.IntN(2)), g.payload(true, 125))
		spoil(&f)
		g.send(f)
	case 1:
		f := g.frame(frame.Close, frame.AppendClose(nil, 1000, ""))
		spoil(&f)
		g.send(f)
	default:
		return g.sendData(spoil)
	}
	return true
}

func wrongMask(g *generator) bool {
	return g.sendAny(func(f *frame.Frame) {
		f.Masked = !f.Masked
		f.Key = frame.MaskKey{}
		if f.Masked && g.chance(50) {
			f.Key = frame.ExampleKey
		}
	})
}

// rsv1 sets it where no extension gave it a meaning, or on a control frame.
func rsv1(g *generator) bool {
	if g.packer == nil {
		return g.sendAny(func(f *frame.Frame) { f.RSV1 = true })
	}
	f := g.frame(frame.Ping+frame.Opcode(g.IntN(2)), g.payload(true, 125))
	f.RSV1 = true
	g.send(f)
	return true
}

func rsv23(g *generator) bool {
	return g.sendAny(func(f *frame.Frame) {
		which := g.IntN(3)
		f.RSV2, f.RSV3 = which != 1, which != 0
	})
}

func reservedOpcode(g *generator) bool {
	op := frame.Opcode(3 + g.IntN(5) + 8*g.IntN(2))
	f := g.frame(op, g.payload(true, 125))
	g.send(f)
	return true
}

func controlFragmented(g *generator) bool {
	f := g.frame(pick(g, []frame.Opcode{frame.Ping, frame.Pong, frame.Close}), nil)
	if f.Opcode != frame.Close {
		f.Payload = g.payload(true, 60)
		f.Length = int64(len(f.Payload))
	}
	f.Fin = false
	g.send(f)
	return true
}

func controlTooLong(g *generator) bool {
	n := pick(g, []int{126, 127, 128, 200, 1000, 65536})
	f := g.frame(pick(g, []frame.Opcode{frame.Ping, frame.Ping, frame.Pong, frame.Close}), make([]byte, n))
	for i := range f.Payload {
		f.Payload[i] = 'x'
	}
	if f.Opcode == frame.Close {
		binary.BigEndian.PutUint16(f.Payload, uint16(frame.NormalClosure))
	}
	g.send(f)
	return true
}

func nonMinimal(g *generator) bool {
	return g.sendData(func(f *frame.Frame) {
		f.Form = 16
		if len(f.Payload) > 125 || g.chance(50) {
			f.Form = 64
		}
	})
}

func topBit(g *generator) bool {
	return g.sendData(func(f *frame.Frame) {
		f.Length = pick(g, []int64{-1, -1 << 63, -1<<63 + 5})
		f.Payload = g.random(20)
	})
}

func nothingToContinue(g *generator) bool {
	g.outside()
	f := g.frame(frame.Continuation, g.payload(true, 200))
	f.Fin = g.chance(70)
	g.send(f)
	return true
}

func newInside(g *generator) bool {
	if g.inside == 0 {
		g.begin(g.data(200))
	}
	g.inside = 0
	g.send(g.frame(g.data(200)))
	return true
}

func closeOneByte(g *generator) bool {
	g.send(g.frame(frame.Close, []byte{pick(g, []byte{0, 3, 0xff})}))
	return true
}

// badCodes are those around the good ones.
var badCodes = []uint16{0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}

func closeCode(g *generator) bool {
	p := binary.BigEndian.AppendUint16(nil, pick(g, badCodes))
	if g.chance(30) {
		p = append(p, g.payload(true, 60)...)
	}
	g.send(g.frame(frame.Close, p))
	return true
}

func closeReason(g *generator) bool {
	p := binary.BigEndian.AppendUint16(nil, 1000)
	p = append(p, g.payload(true, 60)...)
	if g.chance(30) {
		p = append(p, pick(g, tornText)...)
	} else {
		p = append(append(p, pick(g, badText)...), g.payload(true, 30)...)
	}
	g.send(g.frame(frame.Close, p))
	return true
}
