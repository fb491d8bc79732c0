package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"

	"rfc6455/cmd/ws/internal/cli"
	"rfc6455/cmd/ws/internal/conform"
	"rfc6455/cmd/ws/internal/conform/autobahn"
	"rfc6455/frame"
)

// autobahn does what a spec file says, or, without one, is a fuzzing server for all
// numbered cases.
func (c *conformCall) autobahn(ctx context.Context, env *cli.Env) (cli.Status, error) {
	spec := autobahn.Default()
	if c.spec != "" {
		f, err := os.Open(c.spec)
		if err != nil {
			return cli.Usage, fmt.Errorf("-spec: %w", err)
		}
		defer f.Close()
		if spec, err = autobahn.ParseSpec(f); err != nil {
			return cli.Usage, fmt.Errorf("-spec is %q: %w", c.spec, err)
		}
	}
	if c.cfg.Cases != nil {
		spec.Cases = c.cfg.Cases
	}
	if len(spec.Servers) > 0 {
		return c.fuzzServers(ctx, env, spec)
	}
	return c.fuzzClients(ctx, env, spec)
}

// fuzzServers tries one server after the other.
func (c *conformCall) fuzzServers(ctx context.Context, env *cli.Env, spec *autobahn.Spec) (cli.Status, error) {
	numbered, err := spec.Numbered(frame.Server)
	if err != nil {
		return cli.Deviation, err
	}
	record := autobahn.NewRecord(frame.Server)
	status := cli.OK
	var problems []error
	for _, server := range spec.Servers {
		s, err := c.fuzzServer(ctx, env, spec, server, numbered, record)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", server.Agent, err))
		}
		status = max(status, s)
	}
	if err := record.Write(spec.Outdir); err != nil {
		problems, status = append(problems, err), max(status, cli.Deviation)
	}
	fmt.Fprintf(env.Err, "reports are in %s\n", spec.Outdir)
	return status, errors.Join(problems...)
}

// fuzzServer tries one server.
func (c *conformCall) fuzzServer(ctx context.Context, env *cli.Env, spec *autobahn.Spec, server autobahn.Server,
	numbered []autobahn.Numbered, record *autobahn.Record) (cli.Status, error) {
	chosen := map[string][]string{}
	for _, n := range numbered {
		if !spec.Excluded(server.Agent, n.Number) {
			chosen[n.ID] = append(chosen[n.ID], n.Number)
		}
	}
	call := *c
	call.cfg.URL, call.cfg.Cases = server.URL, nil
	call.cfg.Only = func(k *conform.Case) bool { return chosen[k.ID] != nil }
	var err error
	if call.cfg.Conn, err = c.target.Config(server.URL); err != nil {
		return cli.Usage, err
	}
	shown := newCases(env.Err, env.Terminal())
	call.cfg.Progress = shown.show
	res, err := conform.Run(ctx, call.cfg)
	shown.end()
	if res == nil {
		return c.failure(err)
	}
	for _, one := range res.All {
		for _, number := range chosen[one.Case.ID] {
			record.Add(server.Agent, number, one)
		}
	}
	deviations := res.Deviations(c.expected)
	err = errors.Join(err, call.write(env.Out, res, deviations))
	switch {
	case len(res.Died) > 0:
		return cli.Died, err
	case len(deviations) > 0 || err != nil:
		return cli.Deviation, err
	}
	return cli.OK, nil
}

// fuzzClients serves clients until it is interrupted.
func (c *conformCall) fuzzClients(ctx context.Context, env *cli.Env, spec *autobahn.Spec) (cli.Status, error) {
	address := c.listen
	if address == "" {
		var err error
		if address, err = listenAt(spec.URL); err != nil {
			return cli.Usage, err
		}
	}
	var err error
	if c.cfg.Conn, err = c.target.Server(); err != nil {
		return cli.Usage, err
	}
	ln, at, err := c.target.Listen(address)
	if err != nil {
		return cli.Usage, err
	}
	fmt.Fprintf(env.Err, "waiting for clients at %s, reports go to %s; interrupt to end\n", at, spec.Outdir)
	s := &autobahn.FuzzingServer{Spec: spec, Config: c.cfg, Record: autobahn.NewRecord(frame.Client)}
	s.Log = func(format string, args ...any) { fmt.Fprintf(env.Err, format+"\n", args...) }
	if err := s.Serve(ctx, ln); err != nil {
		return cli.Deviation, err
	}
	if s.Record.Failed() > 0 {
		return cli.Deviation, nil
	}
	return cli.OK, nil
}

// listenAt gives the address in the URL of a spec.
func listenAt(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "ws" || u.Port() == "" {
		return "", fmt.Errorf("the spec's url is %q: allowed is ws://host:port", raw)
	}
	return net.JoinHostPort(u.Hostname(), u.Port()), nil
}
