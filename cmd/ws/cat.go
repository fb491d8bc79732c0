package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"rfc6455/cmd/ws/internal/cat"
	"rfc6455/cmd/ws/internal/cli"
	"rfc6455/cmd/ws/internal/tap"
	"rfc6455/frame"
	"rfc6455/server/conn"
)

var catCommand = cli.Command{
	Name:  "cat",
	Brief: "talk to any WebSocket from a terminal or a pipe, and see every frame",
	Run:   runCat,
}

// maxLimit bounds -limit, in bytes.
const maxLimit = 1 << 30

// A catCall is one call of ws cat.
type catCall struct {
	*cli.Flags
	target cli.Target
	listen string

	files  cli.List
	binary bool
	frames bool
	limit  int

	n      int
	linger time.Duration

	output  string
	json    bool
	verbose bool
	dump    string
}

const catAbout = `
Sends each line of standard input as a text message, and writes what comes: a text
as a line, a binary message as it is, or in the notation where that is a terminal.
Control characters do not reach a terminal; they are escaped.

At the end of the input it goes on receiving until -n messages came or -linger
passed without data either way, and then closes with 1000. It ends with 0 if all was
sent, -n messages came, if that was asked, and the connection closed with 1000, 1001
or no code; else with 1.

With -v each frame is told on standard error: when it was seen, in seconds, > for
ours and < for the peer's, the frame in the notation, its size, its key if it was
masked, and what a compressed message inflates to. With -frames each line of the
input is a frame in that notation, which is sent as it is, however illegal:

  text "Hello"    text more "Hel"    cont "lo"    ping "hi"    close 1000 "bye"
  op3 rsv2 0xff   text unmasked len64 "x"   key=37fa213d   binary len=9 0x00*3

Without key= a client's frames have the key of the examples in RFC 6455 §5.7. A Ping
is still answered, and a Close unless one was sent.`

func newCatCall() *catCall {
	c := &catCall{Flags: cli.NewFlags("cat"), n: cat.All, linger: time.Second, limit: tap.DefaultLimit}
	c.Synopsis = "ws cat [flags] URL\n       ws cat [flags] -listen ADDR"
	c.Operands = []string{"[URL]"}
	c.About = catAbout
	c.Examples = []string{
		"# say something, and see the frames of both sides\necho Hello | ws cat -v -n 1 ws://localhost:8080/echo",
		"# a frame that breaks a rule, and what the server says to it\necho 'ping more \"x\"' | ws cat -v -frames ws://localhost:8080/echo",
		"# be the other side: talk to the first client that comes\nws cat -listen localhost:9000",
	}
	c.StringVar(&c.listen, "listen", "", "be the server at `address`, host:port or unix:path, for the first client")
	c.Var(&c.files, "file", "send `file` as one message instead of the input; may be given several times")
	c.BoolVar(&c.binary, "binary", false, "send binary messages: the whole input is one, or each -file")
	c.BoolVar(&c.frames, "frames", false, "send each line of the input as a frame in the notation")
	c.Var(cli.Bytes{N: &c.limit}, "limit", "`bytes` of a message, either way, up to 1024MiB")
	c.IntVar(&c.n, "n", c.n, "close after so many `messages` at the end of the input, and take no more;\n0: at once, -1: however many come")
	c.DurationVar(&c.linger, "linger", c.linger, "close after this `time` without data at the end of the input")
	c.StringVar(&c.output, "o", "", "write payloads to `file`; with %d in its name each to a file of its own, from 1")
	c.BoolVar(&c.json, "json", false, "write one JSON object on a line for each message and for both ends of the connection")
	c.BoolVar(&c.verbose, "v", false, "tell of the opening handshake and of every frame, both ways")
	c.StringVar(&c.dump, "dump", "", "write a transcript to `file`, for ws dump")
	c.target.Register(c.Flags)
	return c
}

var errInterrupted = errors.New("interrupted before there was a connection")

// check judges the flags together.
func (c *catCall) check(operands []string) error {
	switch {
	case (len(operands) == 1) == (c.listen != ""):
		return errors.New("cat needs a URL or -listen, one of them")
	case c.frames && c.binary:
		return errors.New("-frames and -binary: allowed is one of them, a frame says itself what it is")
	case c.frames && len(c.files) > 0:
		return errors.New("-frames and -file: allowed is one of them, frames come from the input")
	case c.n < cat.All:
		return fmt.Errorf("-n is %d: allowed is 0, any number above it, or -1 for all", c.n)
	case c.linger < 0:
		return fmt.Errorf("-linger is %s: allowed is 0s or any time above it", c.linger)
	case c.limit < frame.MaxControlPayload || c.limit > maxLimit:
		return fmt.Errorf("-limit is %d: allowed is %d to %d", c.limit, frame.MaxControlPayload, maxLimit)
	case strings.Count(c.output, "%d") > 1 || c.json && strings.Contains(c.output, "%d"):
		return fmt.Errorf("-o is %q: allowed is a file, without -json also one name with one %%d", c.output)
	}
	return nil
}

// config gives how the connection is made and how it behaves.
func (c *catCall) config(operands []string) (cfg conn.Config, err error) {
	if c.listen != "" {
		cfg, err = c.target.Server()
	} else {
		cfg, err = c.target.Config(operands[0])
	}
	cfg.Limits.Message = int64(c.limit)
	cfg.Memory = &conn.Memory{} // that of one message: -limit bounds it
	if c.frames {
		cfg.PingAfter = conn.Off // nothing but what is written, and answers
	}
	return cfg, err
}

// runCat is ws cat.
func runCat(ctx context.Context, env *cli.Env, args []string) cli.Status {
	c := newCatCall()
	operands, status, done := c.Start(env, args)
	if done {
		return status
	}
	err := c.check(operands)
	if err != nil {
		return env.Fail(c.Name(), cli.Usage, err)
	}
	cfg, err := c.config(operands)
	if err != nil {
		return env.Fail(c.Name(), cli.Usage, err)
	}
	t, err := c.prepare(env)
	if err != nil {
		return env.Fail(c.Name(), cli.Usage, err)
	}
	defer t.close()
	open := func() (*opened, error) { return c.dial(ctx, operands[0], &cfg) }
	if c.listen != "" {
		ln, url, err := c.target.Listen(c.listen)
		if err != nil {
			return env.Fail(c.Name(), cli.Usage, err)
		}
		open = func() (*opened, error) { return t.accept(ctx, ln, url, &cfg) }
	}
	o, err := open()
	switch {
	case err != nil && ctx.Err() != nil:
		return env.Fail(c.Name(), cli.Deviation, errInterrupted)
	case err != nil:
		t.explain(err)
		return env.Fail(c.Name(), cli.StatusOf(err), err)
	}
	if err := t.talk(ctx, o, &cfg); err != nil {
		return env.Fail(c.Name(), cli.Deviation, err)
	}
	return cli.OK
}
