package hunt

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rfc6455/cmd/ws/internal/model"
	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/handshake"
)

// How long a target that cannot be reached any more has to come back.
const (
	comebacks = 10
	comeback  = 200 * time.Millisecond
)

// unopened is what to do when no connection came about: the target is busy and comes
// back, or it died, and one of the cases that were under way is why. It says whether
// to go on.
func (w *worker) unopened(ctx context.Context, offer handshake.DeflateConfig, err error) bool {
	for range comebacks {
		if ctx.Err() != nil {
			return false
		}
		l, again := w.open(ctx, offer)
		if again == nil {
			w.link = l
			return true
		}
		err = again
		select {
		case <-ctx.Done():
			return false
		case <-time.After(comeback):
		}
	}
	if !wire.Unreachable(err) || !w.died(notThere) {
		w.fail(err)
	}
	return false
}

const notThere = "the target is not there any more"

// lookAfter sees whether a server died of what came last: its time may be over, or the
// cases, before anybody missed it.
func (h *hunt) lookAfter(ctx context.Context) {
	if h.Role != frame.Server || h.err != nil || len(h.res.Died) > 0 || len(h.unanswered) == 0 && !h.away.Load() {
		return
	}
	for range comebacks {
		l, err := h.open(ctx, handshake.DeflateConfig{})
		if err == nil {
			l.close()
		}
		if ctx.Err() != nil || !wire.Unreachable(err) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(comeback):
		}
	}
	h.died(notThere)
}

// play plays a case on l, and remembers it as long as the target has not answered as
// it should.
func (h *hunt) play(ctx context.Context, l *link, c *model.Case, allow model.Allow, timeout time.Duration) outcome {
	h.mu.Lock()
	h.latest = c
	if h.unanswered = append(h.unanswered, c); len(h.unanswered) > 2*h.Conns {
		h.unanswered = h.unanswered[1:]
	}
	h.mu.Unlock()
	o := l.play(ctx, c, allow, timeout)
	if o.verdict == model.Holds {
		h.mu.Lock()
		h.unanswered = slices.DeleteFunc(h.unanswered, func(u *model.Case) bool { return u == c })
		h.mu.Unlock()
	}
	return o
}

// died notes the cases that may be why the target is not there any more, and ends the
// run: those that it did not answer as it should, else the latest. It is false if
// there are none.
func (h *hunt) died(how string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.unanswered) == 0 && h.latest != nil {
		h.unanswered = append(h.unanswered, h.latest) // the answer was its last
	}
	for i, c := range h.unanswered {
		d := model.Deviation{Kind: "died", Text: how + ": this is one of the cases that were last"}
		if i > 0 {
			d.Kind = fmt.Sprintf("died %d", i+1) // a script's id is made of it
		}
		h.res.Died = append(h.res.Died, &model.Find{Case: *c, Allow: h.allowed(), Deviation: d})
	}
	h.unanswered, h.latest = nil, nil
	if h.stop != nil {
		h.stop()
	}
	return len(h.res.Died) > 0
}
