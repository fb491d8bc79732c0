package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"rfc6455/cmd/ws/internal/cli"
	"rfc6455/cmd/ws/internal/model"
	"rfc6455/cmd/ws/internal/model/hunt"
)

// huntLine says how far a run is.
func huntLine(s hunt.Status) string {
	return fmt.Sprintf("%5.1fs %-5s %d cases  %.0f/s  %s  deviations %d", s.Elapsed.Seconds(), s.Phase, s.Executions, s.Rate, s.Coverage, s.Finds)
}

// createOutput gives where the scripts go: name, or standard output.
func createOutput(env *cli.Env, name string) (io.WriteCloser, error) {
	if name == "" {
		return keepOpen{env.Out}, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("-o is %q: %w", name, err)
	}
	return f, nil
}

// keepOpen is a writer that others close.
type keepOpen struct{ io.Writer }

func (keepOpen) Close() error { return nil }

// writeFinds writes the scripts.
func writeFinds(w io.Writer, res *hunt.Result, _ uint64) error {
	for i, f := range every(res) {
		between := ""
		if i > 0 {
			between = "\n"
		}
		if _, err := fmt.Fprint(w, between, f.Script()); err != nil {
			return err
		}
	}
	return nil
}

// every gives what was found, and what was under way when the target died.
func every(res *hunt.Result) []*model.Find { return append(res.Finds, res.Died...) }

// A findLine is a find in JSON.
type findLine struct {
	Deviation string   `json:"deviation"`
	Kind      string   `json:"kind"`
	Times     int      `json:"times"` // that it was seen
	Seed      uint64   `json:"seed"`
	Case      uint64   `json:"case"`
	Seen      []string `json:"seen"`
	Script    string   `json:"script"`
}

// A sumLine is the whole run in JSON.
type sumLine struct {
	Cases       uint64         `json:"cases"`
	Connections uint64         `json:"connections"`
	Seconds     float64        `json:"seconds"`
	Rate        float64        `json:"rate"` // cases per second
	Seed        uint64         `json:"seed"`
	Allowed     []string       `json:"allowed"` // by the probes
	Deviations  int            `json:"deviations"`
	Died        bool           `json:"died"`
	Slow        int            `json:"slow"` // answers that were late once, and not again
	Rules       map[string]int `json:"rules"`
	Missing     []string       `json:"missing"` // rules that could have been reached
	Opcodes     map[string]int `json:"opcodes"`
	Lengths     map[string]int `json:"lengths"`
}

func writeFindsJSON(w io.Writer, res *hunt.Result, seed uint64) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, f := range every(res) {
		line := findLine{f.Deviation.Text, f.Deviation.Kind, max(1, res.Times[f.Deviation.Kind]), f.Case.Seed, f.Case.Number, f.Seen.Lines(), f.Script()}
		if err := e.Encode(line); err != nil {
			return err
		}
	}
	v := &res.Coverage
	return e.Encode(sumLine{
		res.Executions, res.Connections, res.Elapsed.Seconds(), rate(res), seed, allowances(res.Lax), len(res.Finds), len(res.Died) > 0, res.Slow,
		v.Rules, v.Missing(res.Reachable), v.Opcodes, v.Lengths,
	})
}

// allowances gives what is allowed as a list.
func allowances(a model.Allow) []string {
	return strings.FieldsFunc(a.String(), func(r rune) bool { return r == ',' })
}

func rate(res *hunt.Result) float64 { return float64(res.Executions) / res.Elapsed.Seconds() }

// summary says what a run came to.
func summary(w io.Writer, res *hunt.Result, seed uint64) {
	for _, r := range model.Rules {
		if res.Lax&r.Allow != 0 {
			fmt.Fprintf(w, "strict-only  the target %s: -allow %s\n", r.Text, r.Name)
		}
	}
	fmt.Fprintf(w, "%d cases in %.1fs (%.0f/s) over %d connections, seed %d\n", res.Executions, res.Elapsed.Seconds(), rate(res), res.Connections, seed)
	fmt.Fprint(w, res.Coverage.String())
	if missing := res.Coverage.Missing(res.Reachable); len(missing) > 0 {
		fmt.Fprintf(w, "not reached: %s\n", strings.Join(missing, ", "))
	}
	if res.Slow > 0 {
		fmt.Fprintf(w, "answered late once, and in time when played again: %d\n", res.Slow)
	}
	if len(res.Died) > 0 {
		fmt.Fprintln(w, "the target DIED: the last cases are among what was written")
	}
	switch n := len(res.Finds); {
	case n > 0:
		fmt.Fprintf(w, "%d different deviations:\n", n)
	case len(res.Died) == 0:
		fmt.Fprintln(w, "no deviation")
	}
	for _, f := range res.Finds {
		fmt.Fprintf(w, "  %s (seen %d times)\n", f.Deviation.Text, res.Times[f.Deviation.Kind])
	}
}
