package conform

import (
	"context"
	"fmt"
	"net"
	"time"

	"rfc6455/cmd/ws/internal/wire"
)

var slowness = []attack{
	{name: "slow-handshake", what: "twenty requests, byte by byte.", expect: "an end, or patience", only: servers, do: slowHandshake},
	{name: "slow-frame", what: "a frame, byte by byte.", expect: "an end, or patience", do: slowFrame(false)},
	{name: "slow-fragments", what: "a message in fragments of one byte, one at a time.", expect: "an end, or patience", do: slowFrame(true)},
	{name: "silence", what: "a connection on which nothing is said.", expect: "Pings, an end, or patience", do: silence},
}

// drips is how long something that lasts is.
func (b *bench) drips() int { return max(1, b.amount(int(slowly/drop))) }

// slowHandshake keeps many requests waiting for their ends.
func slowHandshake(ctx context.Context, b *bench) outcome {
	const many = 20
	request, err := b.request("")
	if err != nil {
		return failed("%v", err)
	}
	request = append(request[:len(request)-2], "X: "...)
	log := newTranscript()
	log.remark(true, headOf(request))
	var all []net.Conn
	for range many {
		nc, err := wire.Dial(ctx, b.cfg.URL, &b.cfg.Conn)
		if err != nil {
			b.dead = true
			b.lost(err)
			return failed("not reached: %v", err).as(log)
		}
		defer nc.Close()
		nc.Write(request)
		all = append(all, nc)
	}
	pace := time.NewTicker(drop)
	defer pace.Stop()
	for range b.drips() {
		for _, nc := range all {
			nc.SetWriteDeadline(time.Now().Add(drop))
			nc.Write([]byte("x"))
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
		}
	}
	return passed("").as(log)
}

// slowFrame sends a message as slowly as it may be, for a while.
func slowFrame(fragments bool) func(context.Context, *bench) outcome {
	return func(ctx context.Context, b *bench) outcome {
		c, o := b.bare(ctx, nil)
		if c == nil {
			return o
		}
		l := b.link(c)
		defer l.end()
		begin, drops := c.frames(1, "binary len=60000"), []byte("x")
		if fragments {
			begin, drops = c.frames(1, `text more "x"`), c.frames(1, `cont more "x"`)
		}
		l.send(ctx, begin)
		for range b.drips() {
			l.send(ctx, drops)
			l.await(ctx, drop, (*trace).shut)
		}
		return settled(l, fmt.Sprintf("still waits after %v", slowly))
	}
}

func silence(ctx context.Context, b *bench) outcome {
	l, o := b.open(ctx, nil)
	if l == nil {
		return o
	}
	defer l.end()
	l.await(ctx, time.Duration(b.drips())*drop, (*trace).shut)
	return settled(l, fmt.Sprintf("still there after %v", slowly))
}
