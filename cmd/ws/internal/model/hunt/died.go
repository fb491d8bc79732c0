package hunt

import (
	"context"
	"time"

	"rfc6455/cmd/ws/internal/model"
	"rfc6455/cmd/ws/internal/wire"
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
	if !wire.Unreachable(err) || w.last == nil {
		w.fail(err)
		return false
	}
	w.died("the target is not there any more")
	return false
}

// died notes the case that this worker played last.
func (w *worker) died(how string) {
	d := model.Deviation{Kind: "died", Text: how + ": this is one of the cases that were under way"}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.res.Died = append(w.res.Died, &model.Find{Case: *w.last, Allow: w.allowed(), Deviation: d})
	w.stop()
}
