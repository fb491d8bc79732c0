package conform

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"rfc6455/cmd/ws/internal/wire"
)

// ErrNoCase says that no case was chosen.
var ErrNoCase = errors.New("no case matches")

// An UnreachableError says that the target was not there from the beginning.
type UnreachableError struct{ Err error }

func (e *UnreachableError) Error() string { return e.Err.Error() }
func (e *UnreachableError) Unwrap() error { return e.Err }

// Run plays the cases that cfg chooses. Its errors are wrong usage, ctx's, [ErrNoEcho]
// and an [*UnreachableError]. A target that dies ends the run: Results.Died has the cases
// that were under way, and what was not played is skipped.
func Run(ctx context.Context, config Config) (*Results, error) {
	cfg, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	cases, err := cfg.choose()
	if err != nil {
		return nil, err
	}
	r := newRun(cfg, cases)
	ctx, r.stop = context.WithCancelCause(ctx)
	defer r.stop(nil)
	var serving sync.WaitGroup
	defer serving.Wait()
	if cfg.Listener != nil {
		r.gate = &gate{cfg: cfg, waiting: map[string]chan arrival{}}
		inner, cancel := context.WithCancel(ctx)
		defer cancel()
		serving.Go(func() { r.gate.serve(inner) })
	} else if err := r.reach(ctx); err != nil {
		return nil, cmp.Or(context.Cause(ctx), error(&UnreachableError{err}))
	}
	if cfg.Probe && !cfg.NoEcho {
		if err := r.echoes(ctx); err != nil {
			return nil, cmp.Or(context.Cause(ctx), err)
		}
	}
	r.playAll(ctx)
	return r.results(ctx)
}

// choose gives the cases to be played, in order.
func (c *Config) choose() (chosen []*Case, err error) {
	all, err := Cases(c.Role())
	if err != nil {
		return nil, err
	}
	for _, k := range all {
		named := c.Cases != nil && k.Matches(c.Cases)
		if (c.Cases != nil && !named) || c.Only != nil && !c.Only(k) || k.Family == Robustness && !c.Hostile {
			continue
		}
		chosen = append(chosen, k)
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("%w %q", ErrNoCase, c.Cases)
	}
	return chosen, nil
}

// A run is cases under way.
type run struct {
	cfg   *Config
	gate  *gate
	began time.Time
	all   []Result
	stop  context.CancelCauseFunc

	mu     sync.Mutex
	done   int
	active map[string]bool // IDs of the cases under way
	died   []string
}

// endedBefore is why a case is skipped that was not played, or not to its end.
const endedBefore = "the run ended before it"

func newRun(cfg *Config, cases []*Case) *run {
	r := &run{cfg: cfg, began: time.Now(), active: map[string]bool{}}
	for _, c := range cases {
		r.all = append(r.all, Result{Case: c, Verdict: Skipped, Reason: endedBefore})
	}
	return r
}

// reach shows that a server is there.
func (r *run) reach(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Timeout)
	defer cancel()
	nc, err := wire.Dial(ctx, r.cfg.URL, &r.cfg.Conn)
	if err == nil {
		nc.Close()
	}
	return err
}

// playAll plays those that disturb nobody side by side, then the others one by one.
func (r *run) playAll(ctx context.Context) {
	var group sync.WaitGroup
	places := make(chan struct{}, r.cfg.Parallel)
	for i := range r.all {
		if c := r.all[i].Case; c.alone {
			continue
		}
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			r.playOne(ctx, &r.all[i])
		})
	}
	group.Wait()
	for i := range r.all {
		if r.all[i].Case.alone {
			r.playOne(ctx, &r.all[i])
		}
	}
}

// playOne plays a case, unless the run has ended.
func (r *run) playOne(ctx context.Context, res *Result) {
	if ctx.Err() != nil {
		return
	}
	c := res.Case
	r.mu.Lock()
	r.active[c.ID] = true
	r.mu.Unlock()
	res.Began = time.Now()
	o := r.outcome(ctx, c)
	if o.verdict != Pass && interrupted(ctx) {
		o = skipped(endedBefore) // the target was given no time
	}
	res.result(o)
	if r.cfg.URL != "" && (o.verdict == Fail || o.ending == Dropped) {
		r.lookAfter(c.ID)
	}
	r.mu.Lock()
	delete(r.active, c.ID)
	r.done++
	if r.cfg.Progress != nil {
		r.cfg.Progress(Progress{Done: r.done, All: len(r.all), Last: res, Elapsed: time.Since(r.began)})
	}
	r.mu.Unlock()
}

// interrupted says whether the run was ended from outside, and not because the target
// died.
func interrupted(ctx context.Context) bool {
	return ctx.Err() != nil && !errors.Is(context.Cause(ctx), errDied)
}

// outcome plays a case within its time.
func (r *run) outcome(ctx context.Context, c *Case) outcome {
	b := &bench{cfg: r.cfg, id: c.ID, gate: r.gate}
	b.lost = func(err error) { r.lost(c.ID, err) }
	return b.play(ctx, c)
}

// play plays a case on b within its time.
func (b *bench) play(ctx context.Context, c *Case) outcome {
	switch {
	case c.Skip != "":
		return skipped("%s", c.Skip)
	case c.echo && b.cfg.NoEcho:
		return skipped("it needs an echo")
	}
	b.patience, b.keys = b.cfg.Patience, b.cfg.keys(c.ID)
	ctx, cancel := context.WithTimeout(ctx, b.cfg.Timeout)
	o := c.play(ctx, b)
	if c.Family == Performance && o.verdict == Fail && ctx.Err() != nil {
		o.verdict, o.reason = StrictOnly, fmt.Sprintf("took more than %v: how fast an endpoint is, no RFC says", b.cfg.Timeout)
	}
	cancel()
	b.clients.Wait()
	return o
}

// result fills in what came of a case.
func (r *Result) result(o outcome) {
	r.Took = time.Since(r.Began)
	r.Verdict, r.Reason, r.Close, r.Ending = o.verdict, o.reason, o.close, o.ending
	if o.log != nil {
		r.Lines = o.log.lines()
	}
}

// Play plays one case with a client that has come, and whose request was read. Of
// config it takes what is not about how a client comes; nc is closed in the end.
func Play(ctx context.Context, config Config, c *Case, nc net.Conn, req *wire.Request) (Result, error) {
	defer nc.Close()
	config.URL, config.Listener, config.Launch = "", nil, nil
	cfg := config.filled()
	b := &bench{cfg: cfg, id: c.ID, here: arrival{nc, req}, lost: func(error) {}}
	res := Result{Case: c, Began: time.Now()}
	res.result(b.play(ctx, c))
	return res, ctx.Err()
}

// results gives what came of the run.
func (r *run) results(ctx context.Context) (*Results, error) {
	res := &Results{Target: r.cfg.URL, Role: r.cfg.Role(), Began: r.began, Took: time.Since(r.began), All: r.all, Died: r.died}
	if r.cfg.Listener != nil {
		res.Target = r.cfg.Name
	}
	var unreachable *UnreachableError
	if cause := context.Cause(ctx); errors.As(cause, &unreachable) {
		return nil, unreachable
	}
	if len(r.died) == 0 && ctx.Err() != nil {
		return res, context.Cause(ctx)
	}
	return res, nil
}

// errDied ends a run.
var errDied = errors.New("the target died")

// lost is told that a case did not reach the target. A server that takes no
// connection any more has died, whichever of the cases under way it was.
func (r *run) lost(id string, err error) {
	var launch *LaunchError
	var died *DiedError
	var unreachable *UnreachableError
	switch {
	case errors.As(err, &unreachable):
		r.stop(unreachable)
	case errors.As(err, &launch):
		r.stop(&UnreachableError{err})
	case errors.As(err, &died):
		r.mu.Lock()
		r.died = append(r.died, id)
		r.mu.Unlock()
	case r.cfg.URL != "" && wire.Unreachable(err) && r.gone():
		r.bury(id)
	}
}

// lookAfter sees whether a server outlived a case.
func (r *run) lookAfter(id string) {
	if err := r.reach(context.Background()); wire.Unreachable(err) && r.gone() {
		r.bury(id)
	}
}

// bury ends the run. Which of the cases under way was too much cannot be told; the one
// that saw it first stands first.
func (r *run) bury(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.died != nil {
		return
	}
	r.died = []string{id}
	for other := range r.active {
		if other != id {
			r.died = append(r.died, other)
		}
	}
	slices.Sort(r.died[1:])
	r.stop(errDied)
}

// gone says that a server stays away.
func (r *run) gone() bool {
	const tries, pause = 5, 200 * time.Millisecond
	for range tries {
		if err := r.reach(context.Background()); !wire.Unreachable(err) {
			return false
		}
		time.Sleep(pause)
	}
	return true
}
