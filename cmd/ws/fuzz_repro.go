package main

import (
	"context"
	"fmt"
	"os"

	"rfc6455/cmd/ws/internal/cli"
	"rfc6455/cmd/ws/internal/model"
	"rfc6455/cmd/ws/internal/model/hunt"
)

// repeat is ws fuzz -repro: it plays scripts again and says which still deviate.
func (c *fuzzCall) repeat(ctx context.Context, env *cli.Env) cli.Status {
	text, err := os.ReadFile(c.repro)
	if err != nil {
		return env.Fail(c.Name(), cli.Usage, fmt.Errorf("-repro: %w", err))
	}
	finds, err := model.ParseScripts(c.repro, string(text))
	for i := range finds {
		if role := finds[i].Case.Setting.Role; role != c.hunt.Role && err == nil {
			err = fmt.Errorf("%s is for a %s: allowed with a URL are those for a server, with -listen those for a client", c.repro, role)
		}
	}
	if err != nil {
		return env.Fail(c.Name(), cli.Usage, err)
	}
	replays, err := hunt.Repeat(ctx, c.hunt, finds)
	status := cli.OK
	for _, r := range replays {
		if r.Differs != nil {
			status = cli.Deviation
		}
		c.replayed(env, &r)
	}
	if err != nil {
		return env.Fail(c.Name(), cli.StatusOf(err), err)
	}
	return status
}

// replayed says what became of one script.
func (c *fuzzCall) replayed(env *cli.Env, r *hunt.Replay) {
	id := r.Find.ID()
	if r.Differs == nil {
		fmt.Fprintf(env.Out, "%s: conforms\n", id)
		return
	}
	fmt.Fprintf(env.Out, "%s: still deviates: %s\n", id, r.Differs.Text)
	for _, line := range r.Seen.Lines() {
		fmt.Fprintf(env.Out, "  seen: %s\n", line)
	}
}
