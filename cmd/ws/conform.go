package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rfc6455/cmd/ws/internal/cli"
	"rfc6455/cmd/ws/internal/conform"
	"rfc6455/cmd/ws/internal/conform/sheet"
	"rfc6455/frame"
)

var conformCommand = cli.Command{
	Name:  "conform",
	Brief: "judge a server or a client by the rules of the RFC that an echo can show",
	Run:   runConform,
}

// A conformCall is one call of ws conform.
type conformCall struct {
	*cli.Flags
	target   cli.Target
	cfg      conform.Config
	cases    cli.List
	run      string
	mode     string
	message  int
	seed     uint64
	listen   string
	spec     string
	expect   string
	html     string
	junit    string
	json     bool
	list     bool
	expected []conform.Expectation
}

const conformAbout = `
Plays cases against an echo endpoint, one that sends every message back, and says
of each whether the RFC lets it do what it did: pass, strict-only (something else
than the case asks for, and allowed), fail, or skipped. Each has a permanent name
and, where there is one, its number in the Autobahn suite. A message before them all
shows whether the target echoes; if it does not, that is all that is said.

With -listen it is a client that is judged: COMMAND is started for each case, with
the URL to open in the place of {url}. With -listen and no COMMAND it speaks the
protocol of Autobahn's fuzzing server, and with -spec it does what a spec file of
Autobahn says, as its fuzzing client or server; these play the numbered cases.

A file for -expect has lines of a pattern of cases, a verdict and a reason:
  length/*  strict-only  the parser takes every length
Of the lines that match a case the last one counts. What comes out better than
expected deviates, too; what no line names must only not fail.`

func newConformCall() *conformCall {
	c := &conformCall{Flags: cli.NewFlags("conform")}
	c.Synopsis = "ws conform [flags] URL, or ws conform -listen ADDR [flags] [-- COMMAND {url}]"
	c.Operands = []string{"[URL or COMMAND...]"}
	c.About = conformAbout
	c.Examples = []string{
		"# a server on this machine, with a report to look at\nws conform -html report.html ws://localhost:8080/echo",
		"# a client: started anew for each case of two families\nws conform -listen localhost:9001 -cases 'utf8/*,closing/*' -- ./echo-client {url}",
		"# one case with its frames, by its name or its number\nws conform -run 6.4.1 ws://localhost:8080/echo",
	}
	c.register()
	c.target.Register(c.Flags)
	return c
}

func (c *conformCall) register() {
	c.Var(&c.cases, "cases", "`patterns` of cases, by name or number, * for anything, with commas between: 'utf8/*,7.*'")
	c.StringVar(&c.run, "run", "", "play one case, by its `name` or number, and print its frames")
	c.StringVar(&c.mode, "mode", "echo", "`echo`, or noecho for a target that sends nothing back:\nit is probed by Pings, and what needs an echo is skipped")
	c.Var(cli.Bytes{N: &c.message}, "message", "`bytes` of the longest message that the target takes, if it has a limit: limits/own-* try it")
	c.BoolVar(&c.cfg.Hostile, "hostile", false, "play the family robustness, too: floods, bombs, slowness, bounded")
	c.DurationVar(&c.cfg.Timeout, "timeout", conform.DefaultTimeout, "`time` that a case may take")
	c.IntVar(&c.cfg.Parallel, "parallel", conform.DefaultParallel, "`number` of cases at once, where they do not disturb each other")
	c.Uint64Var(&c.seed, "seed", 0, "`number` that masks and garbage are made from")
	c.StringVar(&c.expect, "expect", "", "`file` of what is expected of which cases")
	c.StringVar(&c.html, "html", "", "write a report to `file`, with the bytes of every case")
	c.StringVar(&c.junit, "junit", "", "write JUnit's XML to `file`")
	c.BoolVar(&c.json, "json", false, "write results as JSON, one object a line")
	c.BoolVar(&c.list, "list", false, "only list the cases")
	c.StringVar(&c.listen, "listen", "", "judge clients that come to `address`, host:port")
	c.StringVar(&c.spec, "spec", "", "do what `file` says, a fuzzingclient.json or fuzzingserver.json")
}

// runConform is ws conform.
func runConform(ctx context.Context, env *cli.Env, args []string) cli.Status {
	c := newConformCall()
	operands, status, done := c.Start(env, args)
	if done {
		return status
	}
	if err := c.complete(); err != nil {
		return env.Fail(c.Name(), cli.Usage, err)
	}
	status, err := c.dispatch(ctx, env, operands)
	if err != nil {
		return env.Fail(c.Name(), status, err)
	}
	return status
}

// complete judges and fills in what flags say.
func (c *conformCall) complete() error {
	switch {
	case c.mode != "echo" && c.mode != "noecho":
		return fmt.Errorf("-mode is %q: allowed are echo and noecho", c.mode)
	case c.cfg.Timeout < 100*time.Millisecond:
		return fmt.Errorf("-timeout is %v: allowed is 100ms and more", c.cfg.Timeout)
	case c.cfg.Parallel < 1 || c.cfg.Parallel > 1000:
		return fmt.Errorf("-parallel is %d: allowed is 1 to 1000", c.cfg.Parallel)
	case c.Given("deflate"):
		return errors.New("-deflate is not for conform: each case has its own offer; allowed is -cases 'deflate/*'")
	}
	c.cfg.NoEcho, c.cfg.Message, c.cfg.Seed = c.mode == "noecho", int64(c.message), c.seed
	for _, list := range c.cases {
		c.cfg.Cases = append(c.cfg.Cases, strings.Split(list, ",")...)
	}
	if c.run != "" {
		c.cfg.Cases = []string{c.run}
	}
	if c.expect == "" {
		return nil
	}
	f, err := os.Open(c.expect)
	if err != nil {
		return fmt.Errorf("-expect: %w", err)
	}
	defer f.Close()
	c.expected, err = conform.ParseExpectations(filepath.Base(c.expect), f)
	return err
}

// dispatch finds out which of its ways the command goes.
func (c *conformCall) dispatch(ctx context.Context, env *cli.Env, operands []string) (cli.Status, error) {
	role := frame.Server
	if c.listen != "" {
		role = frame.Client
	}
	if err := c.checkExpected(role); err != nil {
		return cli.Usage, err
	}
	switch {
	case c.list:
		return c.listCases(env.Out, role)
	case c.spec != "" && len(operands) > 0:
		return cli.Usage, errors.New("-spec says itself who is judged: allowed beside it is no URL and no COMMAND")
	case c.spec != "" || c.listen != "" && len(operands) == 0:
		return c.autobahn(ctx, env)
	case c.listen != "":
		if err := c.startClients(operands); err != nil {
			return cli.Usage, err
		}
	case len(operands) != 1:
		return cli.Usage, fmt.Errorf("conform needs a URL, -listen or -spec, and was given %d operands", len(operands))
	default:
		var err error
		c.cfg.URL = operands[0]
		if c.cfg.Conn, err = c.target.Config(c.cfg.URL); err != nil {
			return cli.Usage, err
		}
	}
	return c.judge(ctx, env)
}

// checkExpected refuses a file for -expect that speaks of cases that do not exist.
func (c *conformCall) checkExpected(role frame.Role) error {
	cases, err := conform.Cases(role)
	if err != nil {
		return err
	}
	for _, e := range conform.Idle(c.expected, cases) {
		return fmt.Errorf("%s: no case matches %q; -list tells which there are", e.At, e.Pattern)
	}
	return nil
}

// listCases prints what there is to play.
func (c *conformCall) listCases(w io.Writer, role frame.Role) (cli.Status, error) {
	cases, err := conform.Cases(role)
	if err != nil {
		return cli.Deviation, err
	}
	for _, k := range cases {
		if c.cfg.Cases == nil || k.Matches(c.cfg.Cases) {
			_, err := fmt.Fprintf(w, "%-32s %-14s %-18s %s\n", k.ID, k.Family, cmp.Or(strings.Join(k.Numbers, " "), "-"), k.Clause+": "+k.What)
			if err != nil {
				return cli.Deviation, err
			}
		}
	}
	return cli.OK, nil
}

// judge plays the cases and writes what came of them.
func (c *conformCall) judge(ctx context.Context, env *cli.Env) (cli.Status, error) {
	page, err := createReport(c.html)
	if err != nil {
		return cli.Usage, err
	}
	defer page.discard()
	xml, err := createFile("-junit", c.junit)
	if err != nil {
		return cli.Usage, err
	}
	defer xml.discard()
	shown := newCases(env.Err, env.Terminal())
	c.cfg.Progress, c.cfg.Probe = shown.show, true
	res, err := conform.Run(ctx, c.cfg)
	shown.end()
	if err != nil && res == nil {
		return c.failure(err)
	}
	deviations := res.Deviations(c.expected)
	write := func() error { return c.write(env.Out, res, deviations) }
	status := cli.OK
	switch {
	case len(res.Died) > 0:
		status = cli.Died
	case len(deviations) > 0 || err != nil:
		status = cli.Deviation
	}
	err = errors.Join(err, write(),
		page.write(func(w io.Writer) error { return sheet.HTML(w, res, deviations) }),
		xml.write(func(w io.Writer) error { return sheet.JUnit(w, res, deviations) }))
	if err != nil && status == cli.OK {
		status = cli.Deviation
	}
	return status, err
}

// write writes the results to standard output.
func (c *conformCall) write(w io.Writer, res *conform.Results, deviations []conform.Deviation) error {
	if c.json {
		return sheet.JSON(w, res, deviations)
	}
	if c.run != "" {
		for i := range res.All {
			if err := sheet.Case(w, &res.All[i]); err != nil {
				return err
			}
		}
		return nil
	}
	return sheet.Text(w, res, deviations)
}

// failure is the status of a run without results, and what to do about it.
func (c *conformCall) failure(err error) (cli.Status, error) {
	var unreachable *conform.UnreachableError
	switch {
	case errors.Is(err, conform.ErrNoCase):
		return cli.Usage, fmt.Errorf("%w; -list names them", err)
	case errors.Is(err, conform.ErrNoEcho):
		return cli.Unreachable, fmt.Errorf("%w; allowed is an endpoint that echoes, such as the chat's /echo, or -mode noecho", err)
	case errors.As(err, &unreachable):
		return cli.Unreachable, err
	}
	return cli.Deviation, err
}
