package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"rfc6455/cmd/ws/internal/cli"
	"rfc6455/cmd/ws/internal/model"
	"rfc6455/cmd/ws/internal/model/hunt"
	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/testdata"
)

var fuzzCommand = cli.Command{
	Name:  "fuzz",
	Brief: "find out where an endpoint leaves the RFC, with frames nobody thought of",
	Run:   runFuzz,
}

// A fuzzCall is one call of ws fuzz.
type fuzzCall struct {
	*cli.Flags
	target cli.Target
	listen string

	limits string
	allow  string
	seed   uint64
	repro  string
	output string
	json   bool
	seeds  string
	hunt   hunt.Config
	close  func() // lets go what a run holds
}

const fuzzAbout = `
Makes sequences of frames, legal and not, and cuts of the byte stream; predicts what
a conforming endpoint that echoes may do with each; compares with what the target
does; makes what deviates small; and writes it as a session script, which -repro
plays again. A script's comment says what was seen, the script what was to come.

Some rules are decided more strictly by this toolbox than by the RFC. Probes find out
which of them the target does not hold; these are told, allowed, and looked at no
more, so that one of them hides nothing else:

`

func newFuzzCall() *fuzzCall {
	c := &fuzzCall{Flags: cli.NewFlags("fuzz"), seed: uint64(time.Now().UnixNano())}
	c.hunt = hunt.Config{For: 10 * time.Second, Conns: hunt.DefaultConns, Finds: hunt.DefaultFinds, Timeout: hunt.DefaultTimeout}
	c.Synopsis = "ws fuzz [flags] URL\n       ws fuzz [flags] -listen ADDR [-- COMMAND {url}]\n       ws fuzz -seeds DIR [TRANSCRIPT...]"
	c.Operands = []string{"[URL]", "[ARG...]"}
	c.About = fuzzAbout + allowed()
	c.Examples = []string{
		"# half a minute against a server that echoes; what deviates goes to a file\nws fuzz -for 30s -o finds.txt ws://localhost:8080/echo",
		"# does it still deviate?\nws fuzz -repro finds.txt ws://localhost:8080/echo",
		"# a client that connects and echoes, started as often as need be\nws fuzz -listen localhost:0 -- ./my-echo-client {url}",
	}
	c.StringVar(&c.listen, "listen", "", "be the server at `address`, host:port or unix:path, for clients that echo;\nCOMMAND starts one, with the URL in place of {url}")
	c.DurationVar(&c.hunt.For, "for", c.hunt.For, "hunt for this `time`; what was found is still made small; with -count alone, until then")
	c.Uint64Var(&c.hunt.Count, "count", 0, "end after so many `cases`")
	c.Func("seed", "`number` that all cases are made of; the same sends the same (by the clock)", c.setSeed)
	c.Uint64Var(&c.hunt.First, "first", 0, "`number` of the first case: with -seed and -count 1 it is one alone")
	c.StringVar(&c.limits, "limits", "", "`limits` that the target is known to have, and is to keep: message=65536 fragments=64 burst=20")
	c.StringVar(&c.allow, "allow", "", "`names` of what the target may do, with commas between")
	c.BoolVar(&c.hunt.Strict, "strict", false, "allow nothing but what -allow says")
	c.IntVar(&c.hunt.Conns, "conns", c.hunt.Conns, fmt.Sprintf("`number` of connections at once, up to %d", hunt.MaxConns))
	c.IntVar(&c.hunt.Finds, "finds", c.hunt.Finds, "end after so many different `deviations`")
	c.DurationVar(&c.hunt.Timeout, "timeout", c.hunt.Timeout, "`time` that the target has to answer")
	c.StringVar(&c.repro, "repro", "", "play the scripts in `file` again, and no more")
	c.StringVar(&c.output, "o", "", "write the scripts to `file`")
	c.BoolVar(&c.json, "json", false, "write each deviation, and the sum, as a line of JSON")
	c.StringVar(&c.seeds, "seeds", "", "write the corpus for other fuzzers to `folder`, with what the transcripts hold")
	c.target.Register(c.Flags)
	deflate := c.Lookup("deflate")
	deflate.DefValue, deflate.Usage = "true", "offer, or take, permessage-deflate on some connections; -deflate=false on none"
	if err := deflate.Value.Set(deflate.DefValue); err != nil {
		panic(err) // it is a bool's
	}
	return c
}

// allowed lists what can be allowed.
func allowed() string {
	var b strings.Builder
	for _, r := range model.Rules {
		if r.Allow == model.LateEnd {
			b.WriteString("\nThese are deviations unless -allow names them:\n\n")
		}
		fmt.Fprintf(&b, "  %-14s %s\n", r.Name, r.Text)
	}
	return b.String()
}

func (c *fuzzCall) setSeed(s string) (err error) {
	if c.seed, err = strconv.ParseUint(s, 0, 64); err != nil {
		return errors.New("allowed is a whole number below 2^64")
	}
	return nil
}

// check judges the flags together, and fills in what follows from them.
func (c *fuzzCall) check(operands []string) (err error) {
	h := &c.hunt
	switch {
	case c.listen == "" && len(operands) != 1:
		return errors.New("fuzz needs one URL, or -listen")
	case h.Conns < 1 || h.Conns > hunt.MaxConns:
		return fmt.Errorf("-conns is %d: allowed is 1 to %d", h.Conns, hunt.MaxConns)
	case h.Finds < 1:
		return fmt.Errorf("-finds is %d: allowed is 1 and more", h.Finds)
	case h.Timeout < 10*time.Millisecond:
		return fmt.Errorf("-timeout is %s: allowed is 10ms and more", h.Timeout)
	case h.For <= 0:
		return fmt.Errorf("-for is %s: allowed is any time above 0s", h.For)
	}
	if c.Given("count") && !c.Given("for") {
		h.For = 0
	}
	if h.Allow, err = model.ParseAllow(c.allow); err != nil {
		return fmt.Errorf("-allow: %w", err)
	}
	if h.Limits, err = parseLimits(c.limits); err != nil {
		return err
	}
	h.Seed, h.Role, h.Plain = c.seed, frame.Server, c.Lookup("deflate").Value.String() == "false"
	if c.listen != "" {
		h.Role = frame.Client
	}
	return nil
}

// parseLimits reads limits as scripts have them.
func parseLimits(s string) (testdata.Limits, error) {
	script := "# limits\nid: a/a\nrole: server\nlimits: " + strings.ReplaceAll(s, ",", " ") + "\nend: open\n"
	sessions, err := testdata.ParseSessions("-limits", script)
	if err != nil {
		return testdata.Limits{}, fmt.Errorf("%w; allowed is message=65536 fragments=64 burst=20, or some of them", err)
	}
	return sessions[0].Limits, nil
}

// runFuzz is ws fuzz.
func runFuzz(ctx context.Context, env *cli.Env, args []string) cli.Status {
	c := newFuzzCall()
	operands, status, done := c.Start(env, args)
	switch {
	case done:
		return status
	case c.seeds != "":
		return writeSeeds(env, c.seeds, operands)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	err := c.check(operands)
	if err == nil {
		err = c.reach(ctx, env, operands)
	}
	if err != nil {
		return env.Fail(c.Name(), cli.Usage, err)
	}
	defer c.close()
	if c.repro != "" {
		return c.repeat(ctx, env)
	}
	out, err := createOutput(env, c.output)
	if err != nil {
		return env.Fail(c.Name(), cli.Usage, err)
	}
	status, err = c.run(ctx, env, out)
	if err := errors.Join(err, out.Close()); err != nil {
		return env.Fail(c.Name(), status, err)
	}
	return status
}

// run hunts, and writes what it found.
func (c *fuzzCall) run(ctx context.Context, env *cli.Env, out io.Writer) (cli.Status, error) {
	fmt.Fprintf(env.Err, "ws fuzz: seed %d\n", c.seed)
	shown := newProgress(env.Err, env.Terminal())
	res, err := hunt.Run(ctx, c.hunt, func(s hunt.Status) { shown.line(s.Elapsed, func() string { return huntLine(s) }) })
	shown.end()
	if res == nil {
		return cli.StatusOf(err), err
	}
	write := writeFinds
	if c.json {
		write = writeFindsJSON
	}
	if writeErr := write(out, res, c.seed); writeErr != nil {
		return cli.Deviation, errors.Join(err, writeErr)
	}
	summary(env.Err, res, c.seed)
	switch {
	case len(res.Died) > 0:
		return cli.Died, err
	case err != nil:
		return cli.StatusOf(err), err
	case len(res.Finds) > 0:
		return cli.Deviation, nil
	}
	return cli.OK, nil
}

// reach says how connections with the target come about.
func (c *fuzzCall) reach(ctx context.Context, env *cli.Env, operands []string) error {
	if c.listen != "" {
		return c.listenFor(ctx, env, operands)
	}
	cfg, err := c.target.Config(operands[0])
	if err != nil {
		return err
	}
	c.close = func() {}
	c.hunt.Open = func(ctx context.Context, d handshake.DeflateConfig) (*wire.Link, error) {
		cfg := cfg
		cfg.Deflate = d
		return wire.Open(ctx, operands[0], &cfg)
	}
	return nil
}
