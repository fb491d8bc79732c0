package fuzz

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// A Parser is the receiving half of a WebSocket connection.
type Parser interface {
	// Feed takes the next bytes of the stream. It may change p, and may not keep
	// it. It is called after the end of the trace, too.
	Feed(p []byte)
	// Trace gives the events so far and the end, one a line; see the package's
	// comment. It may be called between any two Feeds.
	Trace() string
}

// Deflate says what the opening handshake agreed about the peer's messages
// (RFC 7692 §7.1).
type Deflate uint8

const (
	Plain    Deflate = iota // no permessage-deflate
	Fresh                   // the peer compresses every message on its own
	Takeover                // the peer takes its context over; its window is 32 KiB
)

// Laxity names what a parser may do differently and still obey the RFC.
type Laxity uint8

const (
	// LongLengths: lengths that are not minimal are taken. §5.2 forbids to send
	// them and does not say that they have to be refused.
	LongLengths Laxity = 1 << iota
	// LateText: text is judged when its message is whole, not as it arrives.
	// §8.1 does not say when.
	LateText
)

// Config is the connection that a parser is checked on. The zero value is a
// server that agreed on no extension, with the default limits.
type Config struct {
	Role    frame.Role     // of the parser's endpoint
	Limits  session.Limits // a zero field means its default
	Deflate Deflate
	Allow   Laxity
}

// Memory that a parser may take for a stream, in bytes, before [Check] calls it
// unbounded.
const (
	freeMemory    = 512 << 10 // whatever the stream
	memoryPerByte = 64        // of the stream, and of the messages in it
	memoryBomb    = 4         // per byte of the limit, if a message inflates beyond it
)

// Check feeds in to parsers that new makes and reports to t:
//
//   - "oracle": the trace is not [Reference]'s;
//   - "prefix": nor is it after some beginning of in, so something is judged too
//     early or too late;
//   - "split": another way of cutting in gives another trace;
//   - "bounds": memory is taken that neither the bytes nor the messages explain;
//   - "panic";
//   - "process": see [External].
//
// Every property is reported once, with what is needed to see it again.
func Check(t testing.TB, cfg Config, in []byte, new func(Config) Parser) {
	t.Helper()
	c := check{t: t, cfg: cfg, in: in, new: new}
	defer c.panicked()
	if c.oracle() && c.prefixes() && c.splits() {
		c.bounds()
	}
}

// A check is one run of Check.
type check struct {
	t     testing.TB
	cfg   Config
	in    []byte
	new   func(Config) Parser
	doing string // for the report of a panic
	whole string // the trace of in fed at once
}

// oracle compares the trace of the whole stream, fed at once. Like all steps, it
// says whether the parser is still there.
func (c *check) oracle() bool {
	c.t.Helper()
	c.doing = "fed at once"
	p := c.new(c.cfg)
	feed(p, c.in)
	c.whole = p.Trace()
	if c.died(c.whole, c.in) {
		return false
	}
	if ref := judge(c.cfg, c.in); !ref.agrees(c.whole) {
		c.report("oracle", c.in, c.whole, ref)
	}
	return true
}

// prefixes compares the trace after many beginnings of the stream.
func (c *check) prefixes() bool {
	c.t.Helper()
	p := c.new(c.cfg)
	fed := 0
	for _, n := range c.looks() {
		c.doing = fmt.Sprintf("fed up to byte %d", n)
		feed(p, c.in[fed:n])
		fed = n
		got := p.Trace()
		if c.died(got, c.in[:n]) {
			return false
		}
		if ref := judge(c.cfg, c.in[:n]); !ref.agrees(got) {
			c.report(fmt.Sprintf("prefix of %d bytes", n), c.in[:n], got, ref)
			return true
		}
	}
	return true
}

// How many prefixes are looked at one by one; beyond, the distance grows with
// the length. The oracle reads each from its beginning.
const (
	denseLooks = 192
	denseBytes = 1 << 19 // of all of them together
)

// looks gives the lengths of the prefixes to look at, in rising order: all the
// short ones, some long ones, and those around the end of the trace, found by
// bisection.
func (c *check) looks() []int {
	end, above := 0, len(c.in)
	for end < above {
		mid := int(uint(end+above) / 2)
		if judge(c.cfg, c.in[:mid]).end == open {
			end = mid + 1
		} else {
			above = mid
		}
	}
	var looks []int
	dense := min(denseLooks, denseBytes/(len(c.in)+1))
	for n := 0; n < len(c.in); n += 1 + max(0, n-dense)/8 {
		for _, extra := range []int{end - 1, end} {
			if len(looks) > 0 && looks[len(looks)-1] < extra && extra < n {
				looks = append(looks, extra)
			}
		}
		looks = append(looks, n)
	}
	return append(looks, len(c.in))
}

// splits compares the traces of all ways to cut the stream with the whole one's.
func (c *check) splits() bool {
	c.t.Helper()
	for pieces := range Splits(c.in) {
		c.doing = "cut into " + lengths(pieces)
		p := c.new(c.cfg)
		for _, piece := range pieces {
			feed(p, piece)
		}
		got := p.Trace()
		if c.died(got, c.in) {
			return false
		}
		if got != c.whole {
			c.reportTraces("split into "+lengths(pieces), c.in, got, c.whole)
			return true
		}
	}
	return true
}

// bounds measures what a parser allocates.
func (c *check) bounds() {
	c.t.Helper()
	c.doing = "measured"
	p, in := c.new(c.cfg), bytes.Clone(c.in)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p.Feed(in)
	runtime.ReadMemStats(&after)
	got := after.TotalAlloc - before.TotalAlloc
	ref := judge(c.cfg, c.in)
	bound := freeMemory + memoryPerByte*uint64(len(c.in)+ref.bytes)
	if c.cfg.Deflate != Plain {
		bound += memoryBomb * ref.maxMessage()
	}
	if got > bound {
		c.t.Errorf("fuzz: bounds: %d bytes allocated for a stream of %d bytes with messages of %d, over %d\n%s",
			got, len(c.in), ref.bytes, bound, c.input(c.in))
	}
}

// panicked reports a panic of the parser. Below it nothing more is checked.
func (c *check) panicked() {
	if r := recover(); r != nil {
		c.t.Errorf("fuzz: panic: %v, %s\n%s\n%s", r, c.doing, c.input(c.in), debug.Stack())
	}
}

// died reports a parser that is gone.
func (c *check) died(trace string, in []byte) bool {
	c.t.Helper()
	why, gone := strings.CutPrefix(trace, died+" ")
	if gone {
		why, stderr, _ := strings.Cut(why, "\n")
		c.t.Errorf("fuzz: process: %s, %s\n%s\n%s", why, c.doing, c.input(in), stderr)
	}
	return gone
}

// feed hands p a piece of its own and spoils it afterwards, so that a parser
// that keeps it, or reads beyond it, is seen.
func feed(p Parser, piece []byte) {
	own := bytes.Clone(piece)
	p.Feed(own[:len(own):len(own)])
	for i := range own {
		own[i] = 0xA5
	}
}

func (c *check) report(property string, in []byte, got string, want *oracle) {
	c.t.Helper()
	c.reportTraces(property, in, got, want.trace(frame.Frame.String))
}

func (c *check) reportTraces(property string, in []byte, got, want string) {
	c.t.Helper()
	c.t.Errorf("fuzz: %s: %s\n%s\ngot:\n\t%s\nwant:\n\t%s", property, firstDifference(got, want), c.input(in),
		strings.ReplaceAll(got, "\n", "\n\t"), strings.ReplaceAll(want, "\n", "\n\t"))
}

// input is the stream and the connection, as a report shows them.
func (c *check) input(in []byte) string {
	const shown = 2048
	more := ""
	if len(in) > shown {
		more = fmt.Sprintf("... (%d bytes)", len(in))
	}
	return fmt.Sprintf("config: %+v\nstream: %x%s", c.cfg, in[:min(len(in), shown)], more)
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d is %q, want %q", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

// lengths prints how a stream was cut.
func lengths(pieces [][]byte) string {
	const shown = 16
	var b strings.Builder
	for i, p := range pieces {
		if i == shown {
			fmt.Fprintf(&b, "... (%d pieces)", len(pieces))
			break
		}
		if i > 0 {
			b.WriteByte('+')
		}
		fmt.Fprintf(&b, "%d", len(p))
	}
	return b.String() + " bytes"
}
