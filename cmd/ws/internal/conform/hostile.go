package conform

import (
	"context"
	"fmt"
	"net"
	"time"

	"rfc6455/frame"
	"rfc6455/testdata"
)

// What a hostile peer does, bounded. No RFC says how much an endpoint has to bear, so
// it fails only if others suffer: a server has a bystander on another connection, whose
// messages have to come back all the while, and has to take a new connection
// afterwards; a client must not die. What is taken without any bound is strict-only.

// Bounds of the attacks.
const (
	floodBytes   = 64 << 20        // of one connection
	floodPings   = 100_000         // of one connection
	crowd        = 200             // connections at once
	slowly       = 3 * time.Second // that slowness lasts
	drop         = 50 * time.Millisecond
	takesNothing = 2 * time.Second // until a write is taken to be stuck
	small        = 64 << 10        // a system buffer, so that stuck writes show early
	shortening   = 16              // by this in shortened runs
)

// An attack is a case of the family Robustness.
type attack struct {
	name, what, expect string
	only               []frame.Role // nil: targets of both roles
	echo               bool
	do                 func(ctx context.Context, b *bench) outcome
}

func robustnessCases(role frame.Role) (cases []*Case, err error) {
	for _, list := range [][]attack{floods, bombs, slowness, heads} {
		for _, a := range list {
			if a.only != nil && a.only[0] != role {
				continue
			}
			c := &Case{ID: "robustness/" + a.name, Family: Robustness, Clause: "RFC 6455 §10.4", What: a.what, Expect: a.expect,
				echo: a.echo, alone: true, play: a.do}
			if role == frame.Server {
				c.play = beside(a.do)
			}
			cases = append(cases, c)
		}
	}
	return cases, nil
}

// beside plays an attack on a server beside a bystander.
func beside(do func(context.Context, *bench) outcome) func(context.Context, *bench) outcome {
	return func(ctx context.Context, b *bench) outcome {
		l, o := b.dial(ctx, "")
		if l == nil {
			return o
		}
		defer l.end()
		talk, stop := context.WithCancel(ctx)
		said := make(chan outcome, 1)
		go func() { said <- chatter(ctx, talk, b, l) }()
		o = do(ctx, b)
		stop()
		if s := <-said; s.verdict != Pass {
			s.log = o.log
			return s
		}
		again, o2 := b.dial(ctx, "")
		if again == nil {
			o2.reason = "takes nobody any more after it: " + o2.reason
			return o2
		}
		again.end()
		return o
	}
}

// chatter is the bystander: what it says has to come back, until talk ends.
func chatter(ctx, talk context.Context, b *bench, l *link) outcome {
	pace := time.NewTicker(drop)
	defer pace.Stop()
	for i := 0; ; i++ {
		op := frame.Text
		if b.cfg.NoEcho {
			op = frame.Ping
		}
		l.frame(ctx, op, fmt.Append(nil, "bystander ", i))
		ok := l.await(ctx, b.patience, func(t *trace) bool { return t.shut() || len(t.messages)+len(t.pongs) > i })
		if t := l.trace(); !ok || t.shut() {
			return failed("a bystander on another connection waited %v for an echo, or lost its connection %s", b.patience, t.close)
		}
		select {
		case <-talk.Done():
			return passed("")
		case <-pace.C:
		}
	}
}

// amount is n, or less in a shortened run.
func (b *bench) amount(n int) int {
	if b.cfg.short {
		return max(1, n/shortening)
	}
	return n
}

// frames gives one frame in the notation as bytes, n times.
func (c *line) frames(n int, notation string) []byte {
	f, err := frame.ParseFrame(notation, c.role)
	if err != nil {
		panic(err) // the notation stands in this package
	}
	one := f.AppendWire(nil)
	all := make([]byte, 0, n*len(one))
	for range n {
		all = append(all, one...)
	}
	return all
}

// pour writes block again and again, until most bytes are taken or no more are. It
// answers how many that were.
func (c *line) pour(ctx context.Context, block []byte, most int) (n int) {
	c.log.bytes(true, block[:min(len(block), 4<<10)])
	for n < most && ctx.Err() == nil {
		c.SetWriteDeadline(time.Now().Add(takesNothing))
		m, err := c.Write(block)
		if n += m; err != nil {
			break
		}
	}
	c.log.remark(true, fmt.Sprintf("%d bytes were taken of up to %d", n, most))
	return n
}

// deaf opens a connection on which nothing is read.
func (b *bench) deaf(ctx context.Context, want *testdata.Parameters) (*line, outcome) {
	c, o := b.bare(ctx, want)
	if c != nil {
		if tcp, ok := c.Conn.(*net.TCPConn); ok {
			tcp.SetReadBuffer(small)
		}
	}
	return c, o
}

// settled tells how an attack ended that the target may answer as it likes.
func settled(l *link, took string) outcome {
	t := l.trace()
	switch {
	case t.broken != nil:
		return failed("the target's own frames: %v", t.broken).with(l)
	case t.close != "":
		return passed("ended by " + t.close).with(l)
	case t.over:
		return passed("ended by dropping the connection").with(l)
	}
	return passed(took).with(l)
}
