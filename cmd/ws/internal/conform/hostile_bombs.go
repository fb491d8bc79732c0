package conform

import (
	"context"
	"fmt"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/testdata"
)

// fresh is permessage-deflate without windows that are kept.
var fresh = &testdata.Parameters{ServerNoContextTakeover: true, ClientNoContextTakeover: true}

var bombs = []attack{
	{name: "bomb", what: "64 KiB that inflate to 64 MiB.", expect: "close 1009, or an echo", do: bomb(1)},
	{name: "bombs", what: "eight connections with 64 KiB each that inflate to 64 MiB.", expect: "close 1009 or 1013, or echoes", only: servers, do: bomb(8)},
	{name: "garbage", what: "random bytes as compressed messages.", expect: "close 1007 for each", do: garbage},
	{name: "noise", what: "random bytes instead of frames.", expect: "an end, or patience", do: noise},
}

// bomb inflates on several connections at once.
func bomb(connections int) func(context.Context, *bench) outcome {
	return func(ctx context.Context, b *bench) outcome {
		packed := deflate.NewCompressor(15, false).Append(nil, make([]byte, b.amount(floodBytes)))
		var all []*link
		for range connections {
			l, o := b.open(ctx, fresh)
			if l == nil {
				return o
			}
			defer l.end()
			f := frame.Frame{Header: frame.Header{Fin: true, RSV1: true, Opcode: frame.Binary, Length: int64(len(packed))}, Payload: packed}
			if l.role.Masks() {
				f.Masked, f.Key = true, l.keys()
			}
			l.send(ctx, f.AppendWire(nil))
			all = append(all, l)
		}
		var o outcome
		for _, l := range all {
			l.await(ctx, b.patience, func(t *trace) bool { return t.shut() || len(t.messages) > 0 })
			if o = settled(l, fmt.Sprintf("inflated %d bytes from %d", b.amount(floodBytes), len(packed))); o.verdict != Pass {
				return o
			}
		}
		return o
	}
}

// garbage sends messages that do not inflate. The RFC leaves nothing to say to them.
func garbage(ctx context.Context, b *bench) outcome {
	const tries, size = 20, 64
	r := b.cfg.random(b.id)
	var o outcome
	for i := range tries {
		if b.cfg.URL == "" && i > 0 {
			break // a client comes only once
		}
		p := make([]byte, size)
		for good := true; good; {
			for j := range p {
				p[j] = byte(r.Uint32())
			}
			_, err := deflate.NewDecompressor(15, true).Append(nil, p, 1<<20)
			good = err == nil
		}
		script := fmt.Sprintf("deflate: permessage-deflate\nin: binary rsv1 0x%x\nout: close 1007\nend: failed deflate-corrupt\n", p)
		plan, err := planOf(b.cfg.Role(), "robustness/garbage", script)
		if err != nil {
			return failed("%v", err)
		}
		if o = plan.play(ctx, b); o.verdict != Pass {
			return o
		}
	}
	return o
}

// noise sends bytes that are frames by chance alone.
func noise(ctx context.Context, b *bench) outcome {
	r := b.cfg.random(b.id)
	var o outcome
	for i := range b.amount(20) {
		if b.cfg.URL == "" && i > 0 {
			break
		}
		l, o2 := b.open(ctx, nil)
		if l == nil {
			return o2
		}
		p := make([]byte, 4<<10)
		for j := range p {
			p[j] = byte(r.Uint32())
		}
		l.send(ctx, p)
		l.await(ctx, settle, (*trace).shut)
		o = settled(l, "waits for the rest")
		l.end()
		if o.verdict != Pass {
			return o
		}
	}
	return o
}
