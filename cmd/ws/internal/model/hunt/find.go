package hunt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"rfc6455/cmd/ws/internal/model"
	"rfc6455/handshake"
)

// found looks closer at what deviated on a connection: the last of the cases that
// were sent. That may take a while beyond the run's time.
func (w *worker) found(offer handshake.DeflateConfig, sent []model.Case, o *outcome) {
	if !w.claim(o.deviation.Kind) {
		return
	}
	ctx, cancel := context.WithTimeout(w.ctx, MaxMinimise)
	defer cancel()
	f := w.confirm(ctx, offer, sent, o)
	if f != nil {
		f = w.minimise(ctx, offer, f)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.ongoing, o.deviation.Kind)
	switch {
	case f == nil:
		w.res.Slow++
	case w.res.Times[f.Deviation.Kind] == 0 && len(w.res.Finds) < w.Finds:
		w.res.Finds = append(w.res.Finds, f)
		w.res.Times[f.Deviation.Kind]++
	}
	if len(w.res.Finds) >= w.Finds {
		w.stop()
	}
}

// claim says whether a deviation of a kind is new.
func (w *worker) claim(kind string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.res.Times[kind] > 0 {
		w.res.Times[kind]++
		return false
	}
	if w.ongoing[kind] {
		return false
	}
	w.ongoing[kind] = true
	return true
}

// patience is how much longer is waited when a case is played again: what deviates
// by being late has to be late then, too.
const patience = 2

// confirm plays what deviated again on a fresh connection: alone, else after what
// went before it. What was only late, and is not again, is nothing; any other
// deviation stands as it was seen.
func (w *worker) confirm(ctx context.Context, offer handshake.DeflateConfig, sent []model.Case, o *outcome) *model.Find {
	last := sent[len(sent)-1]
	for _, c := range []model.Case{last, model.Join(sent)} {
		again, err := w.again(ctx, offer, &c, patience*w.Timeout)
		if err != nil {
			break
		}
		if again.verdict == model.Differs {
			return &model.Find{Case: c, Allow: w.allowed(), Deviation: *again.deviation, Seen: again.seen}
		}
		if len(sent) == 1 {
			break
		}
	}
	if o.late {
		return nil
	}
	return &model.Find{Case: model.Join(sent), Allow: w.allowed(), Deviation: *o.deviation, Seen: o.seen}
}

// errAgreed says that a case is for another kind of connection.
var errAgreed = errors.New("the target agrees on other parameters of permessage-deflate")

// again plays a case on a connection of its own, opened as the case asks for.
func (h *hunt) again(ctx context.Context, offer handshake.DeflateConfig, c *model.Case, timeout time.Duration) (outcome, error) {
	if c.Setting.Deflate == nil {
		offer = handshake.DeflateConfig{}
	}
	l, err := h.open(ctx, offer)
	if err != nil {
		return outcome{}, err
	}
	defer l.close()
	if !l.agreedAs(c.Setting.Deflate) {
		return outcome{}, errAgreed
	}
	return h.play(ctx, l, c, h.allowed(), timeout), nil
}

// minimise makes a find small, as far as ctx lets it. What is waited for in vain is
// waited for shortly first, and longer if what came of it does not last.
func (w *worker) minimise(ctx context.Context, offer handshake.DeflateConfig, f *model.Find) *model.Find {
	for timeout := w.patienceNow(); ctx.Err() == nil; timeout *= 4 {
		small := w.smaller(ctx, offer, f, min(timeout, w.Timeout))
		o, err := w.again(context.WithoutCancel(ctx), offer, &small.Case, patience*w.Timeout)
		if err == nil && o.verdict == model.Differs && o.deviation.Kind == small.Deviation.Kind {
			return small
		}
		if timeout >= w.Timeout {
			break
		}
	}
	return f
}

// smaller makes a find small. A case that is legal to the end and deviates says more
// than one that has to fail, so the kind may change to that. What deviated by what it
// did may not come to deviate by what it did not do in time.
func (w *worker) smaller(ctx context.Context, offer handshake.DeflateConfig, f *model.Find, timeout time.Duration) *model.Find {
	small, legal := *f, false
	small.Case = model.Minimise(f.Case, func(c model.Case) bool {
		o, err := w.again(ctx, offer, &c, timeout)
		if err != nil || ctx.Err() != nil || o.verdict != model.Differs || o.late && !f.Seen.Late {
			return false
		}
		if purer := !legal && o.strict.End == model.Open; o.deviation.Kind != small.Deviation.Kind && !purer {
			return false
		}
		small.Deviation, small.Seen, legal = *o.deviation, o.seen, o.strict.End == model.Open
		return true
	})
	return &small
}

// The longest answer so far, times this, is what is waited for while a find is made
// small; at least so long.
const (
	slack = 10
	least = 100 * time.Millisecond
)

// patienceNow gives for how long the target is waited for, judging by what it has
// shown.
func (h *hunt) patienceNow() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return min(h.Timeout, max(least, slack*h.slowest))
}

// A Replay is what became of a find that was played again.
type Replay struct {
	Find    *model.Find
	Differs *model.Deviation // nil: not any more
	Seen    model.Observed
}

// Repeat plays finds again, each on a connection of its own.
func Repeat(ctx context.Context, cfg Config, finds []model.Find) ([]Replay, error) {
	h := &hunt{Config: cfg}
	var all []Replay
	for i := range finds {
		f := &finds[i]
		h.Allow = cfg.Allow | f.Allow
		o, err := h.again(ctx, offerFor(f.Case.Setting), &f.Case, patience*cfg.Timeout)
		if err = cmp.Or(ctx.Err(), err); err != nil {
			return all, fmt.Errorf("%s: %w", f.ID(), err)
		}
		all = append(all, Replay{Find: f, Differs: o.deviation, Seen: o.seen})
	}
	return all, nil
}

// offerFor gives the offer that makes a connection like that of a find.
func offerFor(s model.Setting) handshake.DeflateConfig {
	p := s.Deflate
	if p == nil {
		return handshake.DeflateConfig{}
	}
	return handshake.DeflateConfig{
		Enabled: true, ServerTakeover: !p.ServerNoContextTakeover, ClientTakeover: !p.ClientNoContextTakeover,
		ServerMaxWindowBits: p.ServerMaxWindowBits, ClientMaxWindowBits: p.ClientMaxWindowBits,
	}
}
