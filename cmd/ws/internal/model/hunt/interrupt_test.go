package hunt

import (
	"context"
	"errors"
	"testing"

	"rfc6455/cmd/ws/internal/faulty"
	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/handshake"
)

// TestInterruptedProbe ends a run while its target has no time to answer: it is not
// said to be no echo.
func TestInterruptedProbe(t *testing.T) {
	errEnough := errors.New("enough")
	ctx, interrupt := context.WithCancelCause(t.Context())
	cfg := against(t, faulty.Endpoint{}, frame.Server)
	open := cfg.Open
	cfg.Open = func(ctx context.Context, d handshake.DeflateConfig) (*wire.Link, error) {
		l, err := open(ctx, d)
		interrupt(errEnough)
		return l, err
	}
	if res, err := Run(ctx, cfg, nil); err != errEnough {
		t.Errorf("%+v, %v", res, err)
	}
}
