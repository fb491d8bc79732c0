package conform

import (
	"context"
	"fmt"
	"math"
	"net"
	"slices"
	"sync"

	"rfc6455/frame"
)

var servers = []frame.Role{frame.Server}
var clients = []frame.Role{frame.Client}

var floods = []attack{
	{name: "ping-flood", what: "100,000 Pings as fast as they go.", expect: "Pongs, or an end", do: pingFlood},
	{name: "ping-flood-unread", what: "Pings without end, and none of the Pongs is read.", expect: "the target stops reading, keeps one Pong, or ends it",
		do: unread(`ping "0123456789"`, "Pings whose Pongs nobody read: it should keep no more than one (§5.5.3)", false)},
	{name: "echo-unread", what: "messages of 64 KiB, and none of the echoes is read.", expect: "the target stops reading, or ends it", echo: true,
		do: unread(`binary "*"*65536`, "whose echoes nobody read, and holds them", true)},
	{name: "small-messages", what: "100,000 messages of one byte.", expect: "all of them in order, or an end", echo: true, do: smallMessages},
	{name: "endless-message", what: "a message in fragments without an end.", expect: "an end", do: endlessMessage},
	{name: "after-close", what: "64 MiB after the Close.", expect: "the target reads no more of it than to let its own Close arrive", do: afterClose},
	{name: "declared-lengths", what: "connections that each declare a GiB and send ten bytes.", expect: "an end, or patience, and memory for neither",
		do: declaredLengths},
	{name: "crowd", what: "200 connections at once.", expect: "connections, or refusals", only: servers, do: playCrowd},
	{name: "resets", what: "200 connections that are reset inside a frame.", expect: "nothing", only: servers, do: resets},
}

func pingFlood(ctx context.Context, b *bench) outcome {
	c, o := b.bare(ctx, nil)
	if c == nil {
		return o
	}
	l := b.link(c)
	defer l.end()
	n := b.amount(floodPings)
	for sent := 0; sent < n && !l.trace().shut(); sent += 1000 {
		l.send(ctx, c.frames(1000, `ping "0123456789"`))
	}
	l.await(ctx, b.patience, func(t *trace) bool { return t.shut() || len(t.pongs) >= n })
	return settled(l, fmt.Sprintf("%d Pongs to %d Pings", len(l.trace().pongs), n))
}

// unread sends frames whose answers are not read. Where answers pile up, to take all
// is to hold them.
func unread(notation, why string, piles bool) func(context.Context, *bench) outcome {
	return func(ctx context.Context, b *bench) outcome {
		c, o := b.deaf(ctx, nil)
		if c == nil {
			return o
		}
		defer c.Close()
		most := b.amount(floodBytes)
		n := c.pour(ctx, c.frames(max(1, small/len(c.frames(1, notation))), notation), most)
		o = passed(fmt.Sprintf("took %d bytes", n))
		if n >= most && piles && !b.cfg.short {
			o = lax("took %d bytes %s", n, why)
		}
		o.log = c.log
		return o
	}
}

func smallMessages(ctx context.Context, b *bench) outcome {
	c, o := b.bare(ctx, nil)
	if c == nil {
		return o
	}
	l := b.link(c)
	var writing sync.WaitGroup
	defer writing.Wait()
	defer l.end()
	n := b.amount(floodPings)
	writing.Go(func() { // beside the waiting, which sees the connection's end
		for sent := 0; sent < n && !l.trace().shut(); sent += 1000 {
			l.nc.Write(c.frames(min(1000, n-sent), `text "x"`))
		}
	})
	l.await(ctx, b.patience, func(t *trace) bool { return t.shut() || len(t.messages) >= n })
	t := l.trace()
	if o := compare(t.messages, slices.Repeat([]string{`text "x"`}, n)); o.verdict != Pass && !t.shut() {
		return o.with(l)
	}
	return settled(l, "all came back")
}

func endlessMessage(ctx context.Context, b *bench) outcome {
	c, o := b.bare(ctx, nil)
	if c == nil {
		return o
	}
	l := b.link(c)
	defer l.end()
	l.send(ctx, c.frames(1, `binary more "*"`))
	most := b.amount(int(min(max(floodBytes, 2*b.cfg.Message), math.MaxInt-floodBytes)))
	n := c.pour(ctx, c.frames(64, `cont more "*"*1000`), most)
	l.touch()
	l.await(ctx, 2*settle, (*trace).shut)
	if n >= most && !l.trace().shut() && !b.cfg.short {
		return lax("took %d bytes of one message, and goes on", n).with(l)
	}
	return settled(l, fmt.Sprintf("took %d bytes", n))
}

func afterClose(ctx context.Context, b *bench) outcome {
	c, o := b.bare(ctx, nil)
	if c == nil {
		return o
	}
	l := b.link(c)
	defer l.end()
	l.send(ctx, c.frames(1, "close 1000"))
	l.await(ctx, b.patience, (*trace).shut)
	most := b.amount(floodBytes)
	n := c.pour(ctx, c.frames(1, `binary "*"*65536`), most)
	if t := l.trace(); len(t.after) > 0 {
		return failed("sent %v after its Close (§5.5.1)", t.after).with(l)
	}
	if n >= most && !b.cfg.short {
		return lax("took %d bytes after the closing handshake", n).with(l)
	}
	return settled(l, "")
}

func declaredLengths(ctx context.Context, b *bench) outcome {
	all := b.amount(crowd)
	if b.cfg.URL == "" {
		all = 1
	}
	var last *line
	for range all {
		c, o := b.bare(ctx, nil)
		if c == nil {
			return o
		}
		defer c.Close()
		c.Write(c.frames(1, "binary len=1073741824 \"0123456789\""))
		last = c
	}
	l := b.link(last)
	defer l.end()
	l.await(ctx, 2*settle, (*trace).shut)
	return settled(l, "waits for the rest")
}

func playCrowd(ctx context.Context, b *bench) outcome {
	in := 0
	for range b.amount(crowd) {
		c, o := b.bare(ctx, nil)
		if c == nil && b.dead {
			return o
		}
		if c != nil {
			in++
			defer c.Close()
		}
	}
	return passed(fmt.Sprintf("%d were let in", in))
}

func resets(ctx context.Context, b *bench) outcome {
	for range b.amount(crowd) {
		c, o := b.bare(ctx, nil)
		if c == nil {
			return o
		}
		c.Write(c.frames(1, "text len=1000 \"half\""))
		if tcp, ok := c.Conn.(*net.TCPConn); ok {
			tcp.SetLinger(0)
		}
		c.Close()
	}
	return passed("")
}
