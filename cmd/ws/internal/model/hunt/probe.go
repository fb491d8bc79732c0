package hunt

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"rfc6455/cmd/ws/internal/model"
	"rfc6455/frame"
	"rfc6455/handshake"
)

// probe looks at the basics and finds out what the target needs to be allowed.
func (h *hunt) probe(ctx context.Context) error {
	if err := h.basics(ctx); err != nil {
		return err
	}
	var all []model.Probe
	for _, offer := range h.probed() {
		l, err := h.open(ctx, offer)
		if err != nil {
			return err
		}
		l.close()
		h.reach(&l.setting)
		if !h.Strict {
			all = append(all, model.Probes(l.setting)...)
		}
	}
	slices.SortStableFunc(all, func(a, b model.Probe) int { // who drops TCP looks late in all others
		return cmp.Compare(b.Allow&model.NoClose, a.Allow&model.NoClose)
	})
	first := slices.IndexFunc(all, func(p model.Probe) bool { return p.Allow != model.NoClose })
	if first >= 0 {
		h.res.Lax = h.tryAll(ctx, all[:first]) &^ h.Allow
		h.res.Lax |= h.tryAll(ctx, all[first:]) &^ h.Allow
	}
	return ctx.Err()
}

// tryAll plays probes, some at once, and gives what they say has to be allowed.
func (h *hunt) tryAll(ctx context.Context, all []model.Probe) (lax model.Allow) {
	var mu sync.Mutex
	var wait sync.WaitGroup
	room := make(chan struct{}, h.Conns)
	for _, p := range all {
		room <- struct{}{}
		wait.Go(func() {
			defer func() { <-room }()
			if h.lax(ctx, &p) {
				mu.Lock()
				lax |= p.Allow
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	return lax
}

// probed are the offers that the probes are played with.
func (h *hunt) probed() []handshake.DeflateConfig {
	if h.Plain {
		return offers[:1]
	}
	return []handshake.DeflateConfig{offers[0], offers[1], offers[3]}
}

// reach notes what a connection lets be reached.
func (h *hunt) reach(s *model.Setting) {
	for _, id := range model.Reachable(s) {
		if !slices.Contains(h.res.Reachable, id) {
			h.res.Reachable = append(h.res.Reachable, id)
		}
	}
}

// lax says whether the target needs to be allowed what a probe tries: it deviates
// without and does not with it.
func (h *hunt) lax(ctx context.Context, p *model.Probe) bool {
	if h.allowed()&p.Allow != 0 || h.holds(ctx, p, &p.Case, h.allowed()) {
		return false
	}
	allow := h.allowed() | p.Allow
	return h.holds(ctx, p, &p.Case, allow) && (p.Also == nil || h.holds(ctx, p, p.Also, allow))
}

// holds plays a case of a probe on a connection of its own. What keeps it from being
// played shows in the run.
func (h *hunt) holds(ctx context.Context, p *model.Probe, c *model.Case, allow model.Allow) bool {
	l, err := h.open(ctx, offerFor(c.Setting))
	if err != nil {
		return false
	}
	defer l.close()
	o := h.play(ctx, l, c, allow, h.Timeout)
	return o.verdict == model.Holds && (p.Wrong == "" || !slices.Contains(o.seen.Messages, p.Wrong))
}

// basicSizes are those of messages that any target takes, or no more is sent.
var basicSizes = []int{model.DefaultMost, 32000, 4096, 1000, 200, 100}

// basics finds out whether the target echoes, and the largest of some messages that
// it takes. What it does wrong besides shows in the run.
func (h *hunt) basics(ctx context.Context) error {
	o, err := h.basic(ctx, 0)
	if err != nil {
		return err
	}
	if o.verdict == model.Differs && noEcho(o.deviation.Kind) {
		return fmt.Errorf("%w: %s", ErrNoEcho, o.deviation.Text)
	}
	for _, h.most = range basicSizes {
		if h.Limits.Message > 0 {
			h.most = int(min(int64(h.most), h.Limits.Message))
		}
		o, err := h.basic(ctx, h.most)
		if err != nil {
			return err
		}
		if o.verdict == model.Holds || o.seen.Close == nil || o.seen.Code != frame.MessageTooBig {
			break
		}
	}
	return ctx.Err()
}

// basic plays the basics with a message of size bytes.
func (h *hunt) basic(ctx context.Context, size int) (outcome, error) {
	l, err := h.open(ctx, handshake.DeflateConfig{})
	if err != nil {
		return outcome{}, err
	}
	defer l.close()
	c := model.Basics(l.setting, size)
	return h.play(ctx, l, &c, h.Allow|model.StrictOnly, patience*h.Timeout), nil
}

// noEcho tells deviations that are no fault, but another kind of endpoint.
func noEcho(kind string) bool {
	return slices.Contains([]string{"echo-missing", "echo-extra", "echo-other", "silent"}, kind)
}
