package conform

import (
	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/frame/session"
	"rfc6455/handshake"
	"rfc6455/testdata"
)

// What a script demands may be more than the RFC does; then it says why (strict).
// What a conforming target may do instead follows from the rule:
//
//	length-not-minimal   §5.2 binds the sender: the frame is taken as any other
//	message-too-big      §10.4: limits are everybody's own, or none
//	too-many-fragments
//	control-flood
//	close-code           §7.4: over 4999 nothing is said: it is answered as any Close
//	control-too-long     where it is one of two rules: what a length of 7 bits would hold is taken
//	deflate-truncated    RFC 7692 §7.2.2: what inflates is delivered
//	deflate-corrupt      RFC 7692 §7.1.1: a window may be kept longer than was promised
//
// Besides, a rule may be judged later than we do where we stopped inside a frame or a
// message: then the target waits for the rest. And of two rules that are broken at
// once either may be named.

// A relaxed is what comes of a script's stream for a target that lets a rule be.
type relaxed struct {
	known    bool // there is such a way
	anything bool // the target may make of it what it likes
	messages []string
	pongs    []string
}

// relax gives what may come instead of failing the connection.
func (p *plan) relax(agreed handshake.DeflateParams) relaxed {
	if p.strict == "" || p.end.State != "failed" {
		return relaxed{}
	}
	switch p.end.Violation {
	case frame.ErrDeflateTruncated:
		return relaxed{known: true, anything: true}
	case frame.ErrLengthNotMinimal, frame.ErrMessageTooBig, frame.ErrTooManyFragments, frame.ErrControlFlood, frame.ErrDeflateCorrupt,
		frame.ErrControlTooLong:
		return p.reread(agreed)
	}
	return relaxed{}
}

// reread reads the stream without limits, with all lengths in their shortest form
// and with the largest windows.
func (p *plan) reread(agreed handshake.DeflateParams) relaxed {
	cfg := session.Config{Role: p.role, Limits: unlimited}
	l := &link{role: p.role.Peer(), keys: func() frame.MaskKey { return frame.ExampleKey }}
	if p.deflate != nil {
		cfg.Inflater = deflate.NewDecompressor(handshake.MaxWindowBits, true)
		l.packer = deflate.NewCompressor(wire.Window(agreed, p.role.Peer()))
		defer l.packer.Close()
	}
	r := session.NewReceiver(cfg)
	defer r.Close()
	var t trace
	for _, b := range p.batches {
		for ev := range r.Feed(p.bytes(shortest(b), l)) {
			t.event(ev, false)
			if ev.Opcode == frame.Ping {
				t.pongs = append(t.pongs, session.Event{Opcode: frame.Pong, Payload: ev.Payload}.String())
			}
		}
	}
	return relaxed{known: r.Err() == nil, messages: t.messages, pongs: t.pongs}
}

// shortest writes the lengths of a batch in their shortest form.
func shortest(b batch) batch {
	short := batch{}
	for _, step := range b.in {
		step.Frame.Form = 0
		short.in = append(short.in, step)
	}
	return short
}

// unfit says why the script means nothing with what was agreed about compression:
// "" if it does. Messages that the runner compresses fit always; those that a script
// has compressed may look back where the target keeps no window.
func (p *plan) unfit(l *link) string {
	if p.deflate == nil {
		return ""
	}
	r := newReceiver(p.role, l.agreed)
	defer r.Close()
	for _, b := range p.batches {
		for _, step := range b.in {
			if step.Kind == testdata.Packed {
				return ""
			}
		}
		for range r.Feed(p.bytes(b, l)) {
			continue
		}
	}
	var want error
	if p.end.Violation != nil {
		want = p.end.Violation
	}
	if got := r.Err(); got != want && (got == nil || want == nil) {
		return "the target agreed on other parameters of permessage-deflate than the case needs (RFC 7692 §7.1)"
	}
	return ""
}
