package conform

import (
	"context"
	"fmt"
	"time"

	"rfc6455/frame"
	"rfc6455/testdata"
)

// Waits of a case. What has to come is waited for as long as the patience of the run;
// that nothing comes can only be shown by waiting, too.
const (
	settle     = 250 * time.Millisecond // for what must not come
	probeText  = "conform: are you there?"
	closeReply = "close 1000"
)

// play plays a script.
func (p *plan) play(ctx context.Context, b *bench) outcome {
	l, o := b.open(ctx, p.deflate)
	if l == nil {
		return o
	}
	defer l.end()
	if why := p.unfit(l); why != "" {
		return skipped("%s", why).with(l)
	}
	p.talk(ctx, b, l)
	switch p.end.State {
	case "open":
		p.goOn(ctx, b, l)
	case "closed":
		l.await(ctx, b.patience, (*trace).shut)
		p.leave(ctx, b, l)
	default:
		p.afterViolation(ctx, b, l)
	}
	t := l.trace()
	o = p.judge(t, b.cfg)
	o.ending, o.close = t.ending(), t.code
	return o.with(l)
}

// with adds what went over the wire.
func (o outcome) with(l *link) outcome {
	o.log = l.log
	return o
}

// talk sends the batches, and waits after each for what it has to cause.
func (p *plan) talk(ctx context.Context, b *bench, l *link) {
	messages, pongs := 0, 0
	for i, batch := range p.batches {
		l.send(ctx, p.bytes(batch, l))
		messages, pongs = messages+len(batch.messages), pongs+len(batch.pongs)
		if b.cfg.NoEcho {
			messages = 0
		}
		all := func(t *trace) bool { return len(t.messages) >= messages && len(t.pongs) >= pongs || t.close != "" }
		if i == len(p.batches)-1 && p.end.State != "open" {
			return // what comes of it comes together with the end
		}
		if !l.await(ctx, b.patience, all) && i < len(p.batches)-1 {
			l.mu.Lock()
			l.seen.late = true
			l.mu.Unlock()
		}
	}
}

// bytes gives what a batch sends, compressed as was agreed.
func (p *plan) bytes(batch batch, l *link) (b []byte) {
	for _, step := range batch.in {
		for range step.Times {
			b = append(b, step.Raw...)
			for f := range p.frames(step, l) {
				if f.Masked && f.Key == frame.ExampleKey {
					f.Key = l.keys()
				}
				b = f.AppendWire(b)
			}
		}
	}
	return b
}

// frames gives the frames of one taking of a step.
func (p *plan) frames(step testdata.Step, l *link) func(func(frame.Frame) bool) {
	switch step.Kind {
	case testdata.In:
		return step.Frames()
	case testdata.Packed:
		f := step.Frame
		f.Payload = l.packer.Append(nil, f.Payload)
		f.RSV1, f.Length = true, int64(len(f.Payload))
		return testdata.Fragments(f, step.Split)
	}
	return func(func(frame.Frame) bool) {}
}

// goOn shows that the connection still works: by a last Ping, or, inside a frame, by
// the silence of the target. Then it is closed.
func (p *plan) goOn(ctx context.Context, b *bench, l *link) {
	if l.out.inFrame() {
		l.touch()
		l.await(ctx, settle, (*trace).shut)
		return
	}
	if l.trace().shut() {
		return
	}
	if len(p.pongs()) >= manyPings {
		p.goOnWithout(ctx, b, l)
		return
	}
	l.probe(ctx)
	l.await(ctx, b.cfg.Timeout, func(t *trace) bool {
		return t.shut() || t.probed && (b.cfg.NoEcho || len(t.messages) >= len(p.messages()))
	})
	l.frame(ctx, frame.Close, frame.AppendClose(nil, frame.NormalClosure, ""))
	l.await(ctx, settle, (*trace).shut)
}

// manyPings are so many that one more may be one too many (§10.4).
const manyPings = 100

// goOnWithout is goOn without a Ping: the answer to a Close shows as much.
func (p *plan) goOnWithout(ctx context.Context, b *bench, l *link) {
	l.frame(ctx, frame.Close, frame.AppendClose(nil, frame.NormalClosure, ""))
	l.await(ctx, b.cfg.Timeout, (*trace).shut)
	l.mu.Lock()
	l.seen.probed = l.seen.close == closeReply
	l.mu.Unlock()
}

// probe sends a Ping that can be told from all others.
func (l *link) probe(ctx context.Context) {
	l.mu.Lock()
	l.seen.probe = fmt.Sprintf("pong %q", probeText)
	l.mu.Unlock()
	l.frame(ctx, frame.Ping, []byte(probeText))
}

// afterViolation waits until the target has failed the connection. One that does not
// is asked whether it is there.
func (p *plan) afterViolation(ctx context.Context, b *bench, l *link) {
	idle := b.patience
	if p.strict != "" {
		idle /= 2 // that it does nothing may be right
	}
	l.touch()
	l.await(ctx, idle, (*trace).shut)
	if t := l.trace(); !t.shut() && !t.inFrame {
		l.probe(ctx)
		l.await(ctx, idle, func(t *trace) bool { return t.shut() || t.probed })
	}
	p.leave(ctx, b, l)
}

// leave ends a connection after the target's Close as a peer does: by a Close of ours
// and, as a server, of TCP. A target that is a server has to end TCP itself (§7.1.1).
func (p *plan) leave(ctx context.Context, b *bench, l *link) {
	t := l.trace()
	if t.close == "" || t.ended() {
		return
	}
	if p.end.State == "failed" && !t.inFrame {
		l.frame(ctx, frame.Close, frame.AppendClose(nil, t.code, ""))
	}
	if p.role == frame.Client {
		l.touch()
		l.await(ctx, settle/5, (*trace).ended) // what comes behind its Close
		l.finish()
	}
	l.touch()
	if !l.await(ctx, b.patience, (*trace).ended) && !l.trace().over {
		l.mu.Lock()
		l.seen.left = true
		l.mu.Unlock()
	}
}
