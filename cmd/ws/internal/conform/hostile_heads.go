package conform

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
)

var heads = []attack{
	{name: "long-header", what: "a request with a header of 20 MB.", expect: "a refusal", only: servers,
		do: longHead(func(n int) string { return "X: " + strings.Repeat("x", n) + "\r\n" })},
	{name: "many-headers", what: "a request with a million header lines.", expect: "a refusal", only: servers,
		do: longHead(func(n int) string { return strings.Repeat("X: yyyyyyyyyyyyyyy\r\n", n/20) })},
	{name: "backtracking-blanks", what: "Sec-WebSocket-Extensions with 7 KiB of blanks.", expect: "an answer", only: servers,
		do: answered("a" + strings.Repeat(" ", 7<<10) + "b")},
	{name: "backtracking-commas", what: "Sec-WebSocket-Extensions with 7 KiB of commas.", expect: "an answer", only: servers,
		do: answered("a" + strings.Repeat(",", 7<<10) + "b")},
	{name: "backtracking-quotes", what: "Sec-WebSocket-Extensions with 7 KiB of quotes and backslashes.", expect: "an answer", only: servers,
		do: answered("a;b=" + strings.Repeat("\"\\", 3<<10))},
	{name: "smuggling", what: "behind an upgrade that is refused stands another request.", expect: "one answer", only: servers, do: smuggling},
	{name: "early-frames", what: "frames in the same segment as the request.", expect: "answers, though a client has to wait", only: servers, do: earlyFrames},
	{name: "endless-answer", what: "an answer whose header has no end.", expect: "the client gives up", only: clients,
		do: endlessAnswer("HTTP/1.1 101 Switching Protocols\r\n", "X: "+strings.Repeat("x", 1000)+"\r\n")},
	{name: "interim-answers", what: "100 Continue without end.", expect: "the client gives up", only: clients,
		do: endlessAnswer("", "HTTP/1.1 100 Continue\r\n\r\n")},
	{name: "no-answer", what: "a server that takes the request and says nothing.", expect: "the client gives up, or waits", only: clients,
		do: endlessAnswer("", "")},
}

// request gives a good request with more in its header.
func (b *bench) request(more string) ([]byte, error) {
	offer, err := wire.NewOffer(b.cfg.URL, &b.cfg.Conn)
	if err != nil {
		return nil, err
	}
	r := offer.AppendRequest(nil)
	return append(append(r[:len(r)-2:len(r)-2], more...), "\r\n"...), nil
}

// longHead sends a request with a header that nobody needs.
func longHead(more func(int) string) func(context.Context, *bench) outcome {
	return func(ctx context.Context, b *bench) outcome {
		log := newTranscript()
		r, err := b.request(more(b.amount(20 << 20)))
		if err != nil {
			return failed("%v", err)
		}
		nc, a, o := b.ask(ctx, r, log)
		switch {
		case nc == nil && b.dead:
			return o
		case nc == nil:
			return outcome{verdict: Pass, reason: "ended the connection", log: log}
		}
		nc.Close()
		if o = passed(fmt.Sprintf("refused with %d", a.StatusCode)); isSwitch(a) {
			o = lax("took a request of %d bytes", len(r))
		}
		o.log = log
		return o
	}
}

// answered demands an answer, whichever, to what a slow parser could choke on.
func answered(extensions string) func(context.Context, *bench) outcome {
	return func(ctx context.Context, b *bench) outcome {
		log := newTranscript()
		r, err := b.request("Sec-WebSocket-Extensions: " + extensions + "\r\n")
		if err != nil {
			return failed("%v", err)
		}
		ctx, cancel := context.WithTimeout(ctx, b.patience)
		defer cancel()
		nc, a, o := b.ask(ctx, r, log)
		if nc == nil {
			return o
		}
		nc.Close()
		return outcome{verdict: Pass, reason: fmt.Sprintf("answered with %d", a.StatusCode), log: log}
	}
}

// smuggling looks for a second answer.
func smuggling(ctx context.Context, b *bench) outcome {
	log := newTranscript()
	r, err := b.request("")
	if err != nil {
		return failed("%v", err)
	}
	r = bytes.Replace(r, []byte("Sec-WebSocket-Version: 13"), []byte("Sec-WebSocket-Version: 777"), 1)
	r = append(r, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"...)
	nc, err := wire.Dial(ctx, b.cfg.URL, &b.cfg.Conn)
	if err != nil {
		b.dead = true
		b.lost(err)
		return failed("not reached: %v", err)
	}
	defer nc.Close()
	log.remark(true, headOf(r))
	nc.Write(r)
	nc.SetReadDeadline(time.Now().Add(2 * settle))
	answers, _ := io.ReadAll(io.LimitReader(nc, 1<<20)) // what came, came
	log.remark(false, headOf(answers))
	o := passed("")
	switch n := bytes.Count(answers, []byte("HTTP/1.1 ")); {
	case bytes.HasPrefix(answers, []byte("HTTP/1.1 101")):
		o = failed("took version 777 (RFC 6455 §4.2.2)")
	case n > 1:
		o = lax("answered the request behind a refused upgrade: a proxy that took the upgrade for done would let it through")
	}
	o.log = log
	return o
}

// earlyFrames sends frames before the answer. A client must not (§4.1), and TCP may
// join them with the request all the same.
func earlyFrames(ctx context.Context, b *bench) outcome {
	log := newTranscript()
	offer, err := wire.NewOffer(b.cfg.URL, &b.cfg.Conn)
	if err != nil {
		return failed("%v", err)
	}
	c := &line{role: frame.Client, log: log}
	nc, a, o := b.ask(ctx, append(offer.AppendRequest(nil), c.frames(1, fmt.Sprintf("ping %q", probeText))...), log)
	if nc == nil {
		return o
	}
	c.Conn = nc
	if !isSwitch(a) {
		nc.Close()
		return outcome{verdict: StrictOnly, reason: fmt.Sprintf("refused with %d: a client has to wait (§4.1)", a.StatusCode), log: log}
	}
	c.early = a.Rest
	l := b.link(c)
	defer l.end()
	l.await(ctx, b.patience, func(t *trace) bool { return t.shut() || len(t.pongs) > 0 })
	if len(l.trace().pongs) == 0 {
		return lax("lost what came together with the request: a client has to wait (§4.1)").with(l)
	}
	return settled(l, "")
}

// endlessAnswer answers a client with something that does not end.
func endlessAnswer(begin, again string) func(context.Context, *bench) outcome {
	return func(ctx context.Context, b *bench) outcome {
		a, o := b.visit(ctx)
		if a.nc == nil {
			return o
		}
		defer a.nc.Close()
		c := &line{Conn: a.nc, role: frame.Server, log: newTranscript()}
		c.log.remark(false, headOf(a.req.Head))
		a.nc.Write([]byte(begin))
		if again == "" {
			return silent(c).as(c.log)
		}
		most := b.amount(floodBytes)
		if n := c.pour(ctx, []byte(strings.Repeat(again, 64)), most); n >= most && !b.cfg.short {
			return lax("took %d bytes of an answer, and goes on", n).as(c.log)
		}
		return passed("gave up").as(c.log)
	}
}

// silent waits for a client to give up, for a while.
func silent(c *line) outcome {
	c.SetReadDeadline(time.Now().Add(slowly))
	_, err := io.Copy(io.Discard, c)
	if late, ok := err.(net.Error); ok && late.Timeout() {
		return passed(fmt.Sprintf("still waits after %v", slowly))
	}
	return passed("gave up")
}

func (o outcome) as(log *transcript) outcome {
	o.log = log
	return o
}
