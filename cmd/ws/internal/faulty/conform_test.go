package faulty

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/conform"
	"rfc6455/frame"
)

// judged has an endpoint judged by the runner that users have.
func judged(t *testing.T, e Endpoint, role frame.Role, cfg conform.Config) (*conform.Results, error) {
	t.Helper()
	l := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	var serving sync.WaitGroup
	defer serving.Wait()
	defer cancel()
	cfg.Message = e.limits().Message
	if role == frame.Server {
		cfg.URL = "ws://" + l.Addr().String() + "/"
		serving.Go(func() {
			if err := e.Serve(ctx, l); err != nil {
				t.Error(err)
			}
		})
	} else {
		cfg.Listener, cfg.Name, cfg.Launch = l, "faulty", e.Dial
	}
	return conform.Run(ctx, cfg)
}

// TestConformPasses has the endpoint without a fault judged in every case that does
// not take long.
func TestConformPasses(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes ten seconds")
	}
	quick := func(c *conform.Case) bool {
		return c.Family != conform.Performance && !strings.HasPrefix(c.ID, "deflate/agree-") && !strings.HasPrefix(c.ID, "deflate/numbered-")
	}
	cfg := conform.Config{Only: quick, Timeout: 80 * time.Second, Patience: 5 * time.Second} // for machines that have other work
	for _, role := range both {
		t.Run(role.String(), func(t *testing.T) {
			t.Parallel() // it mostly waits
			res, err := judged(t, Endpoint{}, role, cfg)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range res.All {
				if r.Verdict == conform.Fail || r.Verdict == conform.StrictOnly && r.Case.Family != conform.Limits {
					t.Errorf("%s: %s: %s", r.Case.ID, r.Verdict, r.Reason)
				}
			}
			if n := res.Count(conform.Pass); n < 300 {
				t.Errorf("%d cases passed", n)
			}
		})
	}
}

// TestCasesExist finds a case for every pattern of the list.
func TestCasesExist(t *testing.T) {
	var all []*conform.Case
	for _, role := range both {
		cases, err := conform.Cases(role)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, cases...)
	}
	for _, f := range Faults {
		for _, pattern := range f.Cases {
			if !slices.ContainsFunc(all, func(c *conform.Case) bool { return c.Matches([]string{pattern}) }) {
				t.Errorf("%s: no case %s", f.ID, pattern)
			}
		}
	}
}

// TestConformFinds has each fault judged in the cases that are said to show it, in
// both roles: all of them must fail, or be strict-only where the RFC permits it.
func TestConformFinds(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for what does not come")
	}
	const atOnce = 16 // they mostly wait
	places := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	defer all.Wait()
	for _, role := range both {
		for _, f := range Faults {
			if !slices.Contains(f.Roles, role) {
				continue
			}
			places <- struct{}{}
			all.Go(func() {
				defer func() { <-places }()
				finds(t, f, role)
			})
		}
	}
}

// finds has one fault judged.
func finds(t *testing.T, f *Fault, role frame.Role) {
	want := conform.Fail
	if f.Lax {
		want = conform.StrictOnly
	}
	cfg := conform.Config{Cases: f.Cases, Timeout: 2 * time.Second, Patience: 400 * time.Millisecond}
	res, err := judged(t, Endpoint{Fault: f}, role, cfg)
	others := func(r conform.Result) bool { return r.Verdict != want && r.Verdict != conform.Skipped }
	if err == nil && slices.ContainsFunc(res.All, others) { // perhaps the machine had no time
		cfg.Timeout, cfg.Patience = 6*time.Second, 2*time.Second
		res, err = judged(t, Endpoint{Fault: f}, role, cfg)
	}
	if errors.Is(err, conform.ErrNoCase) {
		t.Errorf("%s as %v: no case is about it", f.ID, role)
		return
	}
	if err != nil {
		t.Errorf("%s as %v: %v", f.ID, role, err)
		return
	}
	if res.Count(want) == 0 {
		t.Errorf("%s as %v: no case was played", f.ID, role)
	}
	for _, r := range res.All {
		if r.Verdict != want && r.Verdict != conform.Skipped {
			t.Errorf("%s as %v: %s: %s, want %s: %s", f.ID, role, r.Case.ID, r.Verdict, want, r.Reason)
		}
	}
}
