package main

import (
	"context"
	"fmt"
	"io"

	"rfc6455/cmd/ws/internal/cli"
	"rfc6455/cmd/ws/internal/load"
	"rfc6455/cmd/ws/internal/report"
)

var loadCommand = cli.Command{
	Name:  "load",
	Brief: "put a server under load; count what it loses, time what it passes on",
	Run:   runLoad,
}

// A loadCall is one call of ws load.
type loadCall struct {
	*cli.Flags
	target cli.Target
	plan   load.Plan
	json   bool
	html   string
}

func newLoadCall() *loadCall {
	c := &loadCall{Flags: cli.NewFlags("load"), plan: load.Default()}
	c.Synopsis = "ws load [flags] URL"
	c.Operands = []string{"URL"}
	c.About = loadAbout
	c.Examples = []string{
		"# closed loop: as fast as it goes, 20 connections with 8 messages under way each\nws load -conns 20 -inflight 8 -time 3s ws://localhost:8080/echo",
		"# a chat room of 500, 50 messages a second from 5 of them, with a report to look at\nws load -mode broadcast -conns 500 -senders 5 -rate 50 -ramp 2s -html room.html ws://localhost:8080/chat",
	}
	c.registerPlan()
	c.target.Register(c.Flags)
	c.BoolVar(&c.json, "json", false, "write the result as one line of JSON")
	c.StringVar(&c.html, "html", "", "write a report with plots to `file`")
	return c
}

const loadAbout = `
Opens connections, sends numbered messages, and counts exactly which of them came
back, in which order and how late. In mode echo every connection gets its own
messages back; in mode broadcast everybody gets those of all senders.

With -rate a message is due by a schedule, and its latency counts from when it was
due, so a server that stalls is charged for all that had to wait (no coordinated
omission). Without, each sender sends when its last message came back: that finds
the most a server can do, but a latency says little about users, who do not wait
for each other.`

// registerPlan adds the flags of the plan, in the order in which a run comes to
// them.
func (c *loadCall) registerPlan() {
	p := &c.plan
	c.StringVar((*string)(&p.Mode), "mode", string(p.Mode), "what the server does with a message, `echo` or broadcast")
	c.IntVar(&p.Conns, "conns", p.Conns, fmt.Sprintf("`number` of connections, up to %d", load.MaxConns))
	c.DurationVar(&p.Ramp, "ramp", p.Ramp, "open them evenly over this `time`; 0s: as fast as it goes")
	c.IntVar(&p.Senders, "senders", p.Senders, "`number` of connections that send, in mode broadcast")
	c.Float64Var(&p.Rate, "rate", p.Rate, "`messages` per second, of all senders together; 0: a closed loop")
	c.IntVar(&p.Inflight, "inflight", p.Inflight, "`messages` under way per sender, in mode echo without -rate")
	c.Var(cli.Bytes{N: &p.Size}, "size", fmt.Sprintf("`bytes` of a message, %d to 64MiB", load.MinSize))
	c.BoolVar(&p.Binary, "binary", p.Binary, "send binary messages, not text")
	c.DurationVar(&p.Time, "time", p.Time, "send for this `time`; with -count alone, up to 1h")
	c.Int64Var(&p.Count, "count", p.Count, "end after so many `messages` of all senders together")
	c.DurationVar(&p.Wait, "wait", p.Wait, "what has not come this `time` after the last arrival is lost")
	c.StringVar(&p.Template, "template", p.Template,
		"`text` in which the server passes a message on: 'prefix {}', {} being the message.\nWithout, it is found wherever it stands in what comes")
}

// runLoad is ws load.
func runLoad(ctx context.Context, env *cli.Env, args []string) cli.Status {
	c := newLoadCall()
	operands, status, done := c.Start(env, args)
	if done {
		return status
	}
	var err error
	c.plan.URL = operands[0]
	if c.plan.Conn, err = c.target.Config(c.plan.URL); err != nil {
		return env.Fail(c.Name(), cli.Usage, err)
	}
	c.complete()
	if err := c.plan.Check(); err != nil {
		return env.Fail(c.Name(), cli.Usage, err)
	}
	page, err := createReport(c.html)
	if err != nil {
		return env.Fail(c.Name(), cli.Usage, err)
	}
	defer page.discard()
	status, err = c.run(ctx, env, page)
	if err != nil {
		return env.Fail(c.Name(), status, err)
	}
	return status
}

// complete fills in what follows from other flags and from the system.
func (c *loadCall) complete() {
	c.plan.OpenFiles = load.OpenFiles()
	if c.Given("count") && !c.Given("time") {
		c.plan.Time = load.MaxTime
	}
}

// run puts the load on the server and writes what it found.
func (c *loadCall) run(ctx context.Context, env *cli.Env, page *reportFile) (cli.Status, error) {
	shown := newProgress(env.Err, env.Terminal())
	res, err := load.Run(ctx, c.plan, shown.show)
	shown.end()
	if err != nil {
		return failure(ctx, err), err
	}
	write := report.Text
	if c.json {
		write = report.JSON
	}
	if err := write(env.Out, res); err != nil {
		return cli.Deviation, err
	}
	if err := page.write(func(w io.Writer) error { return report.HTML(w, res) }); err != nil {
		return cli.Deviation, err
	}
	if len(res.Deviations()) > 0 {
		return cli.Deviation, nil
	}
	return cli.OK, nil
}

// failure is the status of a run without a result.
func failure(ctx context.Context, err error) cli.Status {
	if ctx.Err() != nil {
		return cli.Deviation
	}
	return cli.StatusOf(err)
}
