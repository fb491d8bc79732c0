package conform

import (
	"context"
	"errors"
	"fmt"

	"rfc6455/frame"
)

// ErrNoEcho says that the target is there and does something else than to send every
// message back: most cases would accuse it of that alone.
var ErrNoEcho = errors.New("the target does not echo messages as they are")

const (
	echoID   = "the first echo" // in the place of a case's ID
	echoText = "conform: do you send this back?"
)

// echoes finds out whether the target sends a message back. Only one that works and
// does something else gives an error: what is broken is for the cases to judge.
func (r *run) echoes(ctx context.Context) error {
	b := &bench{cfg: r.cfg, id: "echo", gate: r.gate, patience: r.cfg.Patience, keys: r.cfg.keys(echoID)}
	b.lost = func(err error) { r.lost(echoID, err) }
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Timeout)
	defer b.clients.Wait()
	defer cancel()
	l, _ := b.open(ctx, nil)
	if l == nil {
		return nil
	}
	defer l.end()
	l.frame(ctx, frame.Text, []byte(echoText))
	l.probe(ctx)
	answered := func(t *trace) bool { return t.shut() || len(t.messages) > 0 }
	l.await(ctx, r.cfg.Timeout, func(t *trace) bool { return t.probed || answered(t) })
	l.touch()
	l.await(ctx, b.patience, answered)
	t := l.trace()
	sent := fmt.Sprintf("text %q", echoText)
	switch {
	case r.cfg.URL != "" && t.over && len(t.messages) == 0:
		r.lookAfter(echoID)
	case len(t.messages) > 0 && t.messages[0] != sent:
		return fmt.Errorf("%w: to %s came %.80s", ErrNoEcho, sent, t.messages[0])
	case len(t.messages) == 0 && t.probed && !t.shut():
		return fmt.Errorf("%w: to %s came nothing, and to a Ping its Pong", ErrNoEcho, sent)
	}
	return nil
}
