package model

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
)

// Generate makes case n of a seed for a connection. The same arguments give the
// same case.
func Generate(s Setting, seed, n uint64) Case {
	g := newGenerator(s, seed, n)
	defer g.release()
	if g.chance(10) && g.canStream() {
		g.stream()
	} else {
		g.story()
	}
	c := Case{Setting: s, Units: g.units, Torn: g.torn, Seed: seed, Number: n}
	if !c.Torn {
		c.Units = append(c.Units, Unit{Frame: g.frame(frame.Ping, g.fence(n))})
	}
	if !c.Torn && g.inside != 0 && g.chance(50) {
		g.units = nil
		g.proceed(true)
		c.Units = append(c.Units, g.units...)
	}
	c.Cuts = g.cuts(&c)
	return c
}

// fence gives a payload that no other Ping of the case has: its number, or anything.
func (g *generator) fence(n uint64) []byte {
	own := binary.BigEndian.AppendUint64([]byte("fence"), n)
	if !g.chance(20) {
		return own
	}
	p := g.payload(g.chance(40), frame.MaxControlPayload)
	for _, u := range g.units {
		if u.Frame.Opcode == frame.Ping && bytes.Equal(u.Frame.Payload, p) {
			return own
		}
	}
	return p
}

// A generator makes one case.
type generator struct {
	*rand.Rand
	set    Setting
	units  []Unit
	torn   bool         // nothing may follow, not even the fence
	inside frame.Opcode // of the message that is open, or 0
	size   int          // of the message that is open, so far

	packer   *deflate.Compressor
	takeover bool
}

func newGenerator(s Setting, seed, n uint64) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, n)), set: s}
	if s.Deflate != nil {
		bits, takeover := s.Deflate.Window(s.Role.Peer())
		g.packer, g.takeover = deflate.NewCompressor(bits, takeover), takeover
	}
	return g
}

func (g *generator) release() {
	if g.packer != nil {
		g.packer.Close()
	}
}

// chance is true in percent of all cases.
func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, all []T) T { return all[g.IntN(len(all))] }

// story is some legal steps, maybe one that is not or a Close, and maybe some that
// then must not count.
func (g *generator) story() {
	for range g.IntN(5) {
		g.step()
	}
	switch dice := g.IntN(100); {
	case dice < 55:
		g.fault()
	case dice < 67:
		g.close()
	case dice < 72:
		g.tear()
		return
	case g.inside == 0 && dice < 80:
		g.begin(g.data(1000))
		return
	case g.inside != 0 && dice < 90:
		return // inside a message: a Ping may come there
	default:
		g.step()
		return
	}
	for range g.IntN(3) {
		if !g.torn {
			g.step()
		}
	}
}

// step is a few frames that are legal where they come.
func (g *generator) step() {
	switch dice := g.IntN(20); {
	case g.inside != 0 && dice < 14:
		g.proceed(g.chance(60))
	case dice < 6:
		g.whole()
	case dice < 12:
		g.fragmented()
	case dice < 13 && g.inside == 0:
		g.begin(g.data(g.largest() / 2))
	case dice < 15 && g.packer != nil:
		g.similar()
	case dice < 18:
		g.send(g.frame(frame.Ping, g.payload(g.chance(70), frame.MaxControlPayload)))
	case dice < 19:
		g.send(g.frame(frame.Pong, g.payload(g.chance(70), frame.MaxControlPayload)))
	case g.inside == 0:
		g.atLimit()
	}
}

// frame gives a legal frame that is whole.
func (g *generator) frame(op frame.Opcode, p []byte) frame.Frame {
	f := frame.Frame{Header: frame.Header{Fin: true, Opcode: op, Length: int64(len(p))}, Payload: p}
	if g.set.Role == frame.Server {
		f.Masked, f.Key = true, g.key()
	}
	return f
}

// key gives a mask: the notation's, most of the time, so that scripts are short.
func (g *generator) key() frame.MaskKey {
	switch g.IntN(4) {
	case 0:
		return frame.MaskKey{byte(g.IntN(256)), byte(g.IntN(256)), byte(g.IntN(256)), byte(g.IntN(256))}
	case 1:
		return pick(g, []frame.MaskKey{{}, {0, 0, 0, 1}, {0xff, 0, 0, 0}})
	}
	return frame.ExampleKey
}

func (g *generator) send(f frame.Frame) { g.units = append(g.units, Unit{Frame: f}) }

// data gives the opcode and payload of a message.
func (g *generator) data(most int) (frame.Opcode, []byte) {
	if g.chance(60) {
		return frame.Text, g.payload(true, most)
	}
	return frame.Binary, g.payload(false, most)
}

// whole is a message in one frame.
func (g *generator) whole() {
	g.outside()
	f := g.frame(g.data(g.largest()))
	if g.packer != nil && g.chance(60) {
		f = g.pack(f)
	}
	g.send(f)
}

// fragmented is a message in several frames, with control frames between (§5.4).
// Characters and compressed blocks are cut wherever it happens.
func (g *generator) fragmented() {
	g.outside()
	f := g.frame(g.data(g.largest()))
	if g.packer != nil && g.chance(50) {
		f = g.pack(f)
	}
	rest := f.Payload
	pieces := 2 + g.IntN(4)
	for i := range pieces {
		n := len(rest)
		if i < pieces-1 {
			n = g.IntN(len(rest) + 1)
		}
		f.Payload, f.Length, f.Fin = rest[:n], int64(n), i == pieces-1
		rest = rest[n:]
		g.send(f)
		if i < pieces-1 && g.chance(25) {
			g.send(g.frame(frame.Ping+frame.Opcode(g.IntN(2)), g.payload(true, 20)))
		}
		f.Opcode, f.RSV1 = frame.Continuation, false
		if f.Masked {
			f.Key = g.key()
		}
	}
}

// begin opens a message with a first fragment.
func (g *generator) begin(op frame.Opcode, p []byte) {
	f := g.frame(op, p)
	f.Fin, g.inside, g.size = false, op, len(p)
	g.send(f)
}

// proceed goes on with the message that is open.
func (g *generator) proceed(last bool) {
	p := g.payload(g.inside == frame.Text, g.largest()/2)
	if room := g.set.Limits.Message; room > 0 && int64(g.size+len(p)) > room {
		p = nil
	}
	f := g.frame(frame.Continuation, p)
	f.Fin = last
	g.size += len(p)
	if last {
		g.inside = 0
	}
	g.send(f)
}

// outside ends the message that is open, if one is.
func (g *generator) outside() {
	if g.inside != 0 {
		g.proceed(true)
	}
}

// largest is the longest message that is sent without trying a limit.
func (g *generator) largest() int {
	most := g.set.most()
	if g.set.Limits.Message > 0 {
		most = int(min(int64(most), g.set.Limits.Message))
	}
	return most
}

// atLimit is a message of just the size that the target takes, in one frame or two.
func (g *generator) atLimit() {
	limit := g.limit()
	if limit == 0 {
		g.whole()
		return
	}
	f := g.frame(frame.Binary, make([]byte, limit))
	if g.chance(50) {
		g.send(f)
		return
	}
	n := g.IntN(limit + 1)
	g.begin(frame.Binary, f.Payload[:n])
	f = g.frame(frame.Continuation, f.Payload[n:])
	g.inside = 0
	g.send(f)
}

// maxLimitTried bounds the messages that try a limit, in bytes.
const maxLimitTried = 4 << 20

// tear ends the case inside a frame that is legal so far.
func (g *generator) tear() {
	g.outside()
	f := g.frame(g.data(1000))
	f.Length += int64(1 + g.IntN(70))
	if g.set.Limits.Message > 0 {
		f.Length = min(f.Length, g.set.Limits.Message)
	}
	if f.Length <= int64(len(f.Payload)) {
		return
	}
	whole := f.AppendWire(nil)
	g.end(whole[:1+g.IntN(len(whole))])
}

// end ends the case with bytes that are no whole frame.
func (g *generator) end(p []byte) {
	g.units, g.torn = append(g.units, Units(p)...), true
}

// close ends the connection in order (§5.5.1).
func (g *generator) close() {
	code := pick(g, []frame.CloseCode{frame.NoStatus, 1000, 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 3000, 3999, 4000, 4999, 1010, 1012, 1013, 1014})
	reason := ""
	if g.chance(50) {
		reason = string(g.payload(true, frame.MaxReason))
	}
	if code == frame.NoStatus {
		reason = ""
	}
	g.send(g.frame(frame.Close, frame.AppendClose(nil, code, reason)))
	g.torn = g.chance(50) // without a fence there is nothing that a reset could be for
}
