package conform

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"

	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/testdata"
)

// A gate is where clients under test come in. Each is told a resource of its own, so
// that several can come at once.
type gate struct {
	cfg *Config

	mu      sync.Mutex
	waiting map[string]chan arrival
	arrived bool // somebody has come
	absent  int  // launches to which nobody came
}

// mostAbsent is after how many launches a run ends, if nobody has ever come.
const mostAbsent = 3

// An arrival is a client that has said what it wants.
type arrival struct {
	nc  net.Conn
	req *wire.Request
}

// serve takes clients until ctx ends.
func (g *gate) serve(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	defer context.AfterFunc(ctx, func() { g.cfg.Listener.Close() })()
	for {
		nc, err := g.cfg.Listener.Accept()
		if err != nil {
			return
		}
		all.Go(func() { g.enter(ctx, nc) })
	}
}

// enter hands a client to the case that waits for it.
func (g *gate) enter(ctx context.Context, nc net.Conn) {
	req, err := wire.ReadRequest(ctx, nc, &g.cfg.Conn)
	if err != nil {
		nc.Close()
		return
	}
	g.mu.Lock()
	to, ok := g.waiting[req.URL.Path]
	delete(g.waiting, req.URL.Path)
	g.arrived = g.arrived || ok
	g.mu.Unlock()
	if !ok {
		nc.Close() // nobody asked for it
		return
	}
	to <- arrival{nc, req}
}

// expect waits for a client at a resource; forget ends that.
func (g *gate) expect(resource string) (came chan arrival, forget func()) {
	came = make(chan arrival, 1)
	g.mu.Lock()
	g.waiting[resource] = came
	g.mu.Unlock()
	return came, func() {
		g.mu.Lock()
		delete(g.waiting, resource)
		g.mu.Unlock()
		select {
		case a := <-came:
			a.nc.Close()
		default:
		}
	}
}

// A DiedError says that a client under test came to an end that no client wants.
type DiedError struct{ Err error }

func (e *DiedError) Error() string { return "the target died: " + e.Err.Error() }
func (e *DiedError) Unwrap() error { return e.Err }

// A LaunchError says that a client under test could not be started.
type LaunchError struct{ Err error }

func (e *LaunchError) Error() string { return "the target could not be started: " + e.Err.Error() }
func (e *LaunchError) Unwrap() error { return e.Err }

// visit has a client come, and gives its request.
func (b *bench) visit(ctx context.Context) (arrival, outcome) {
	if b.gate == nil {
		if b.here.nc == nil {
			return arrival{}, skipped("the client comes only once")
		}
		a := b.here
		b.here = arrival{}
		return a, passed("")
	}
	resource := "/" + b.id
	came, forget := b.gate.expect(resource)
	defer forget()
	ended := make(chan error, 1)
	b.clients.Go(func() {
		err := b.cfg.Launch(ctx, b.cfg.Base+resource)
		ended <- err
		b.note(err)
	})
	select {
	case a := <-came:
		return a, passed("")
	case err := <-ended:
		select {
		case a := <-came: // it came, and left
			return a, passed("")
		default:
			return b.absent(fmt.Errorf("the client did not come: it ended with %w", cmp.Or(err, errNothing)))
		}
	case <-ctx.Done():
		return b.absent(fmt.Errorf("the client did not come: %w", ctx.Err()))
	}
}

// errNothing is of a client that ended well without having come.
var errNothing = errors.New("no error")

// absent is the outcome where no client came. If none ever does, the run is told.
func (b *bench) absent(err error) (arrival, outcome) {
	var died *DiedError
	if !errors.As(err, &died) && !errors.Is(err, context.Canceled) && b.gate.missed() {
		b.lost(&UnreachableError{fmt.Errorf("%w (%d launches, and nobody ever came)", err, mostAbsent)})
	}
	return arrival{}, failed("%v", err)
}

// missed counts a launch to which nobody came, and says whether that is enough.
func (g *gate) missed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.absent++
	return !g.arrived && g.absent == mostAbsent
}

// note keeps what a launch ended with, where it says more about the target than that
// a connection failed.
func (b *bench) note(err error) {
	var died *DiedError
	var launch *LaunchError
	if errors.As(err, &died) || errors.As(err, &launch) {
		b.lost(err)
	}
}

// admit answers a client's opening handshake, with compression as a script has it.
func (b *bench) admit(ctx context.Context, want *testdata.Parameters) (*line, outcome) {
	log := newTranscript()
	a, o := b.visit(ctx)
	if a.nc == nil {
		o.log = log
		return nil, o
	}
	log.remark(false, headOf(a.req.Head))
	req, err := handshake.ParseRequest(a.req.Request)
	if err != nil {
		a.nc.Close()
		return nil, outcome{verdict: Fail, reason: fmt.Sprintf("the opening handshake: %v", err), log: log}
	}
	agreed := req.Agree(nil, wishOf(want))
	if want != nil && !agreed.Deflate.Enabled {
		a.nc.Close()
		return nil, outcome{verdict: Skipped, reason: "the client does not offer permessage-deflate (RFC 7692 §5)", log: log}
	}
	answer := req.AppendAccept(nil, agreed)
	log.remark(true, headOf(answer))
	if d, ok := ctx.Deadline(); ok {
		a.nc.SetWriteDeadline(d)
	}
	a.nc.Write(answer) // that it was in vain shows
	return &line{a.nc, frame.Server, agreed.Deflate, a.req.Rest, log}, passed("")
}

// wishOf is how a server wants what a script has agreed.
func wishOf(p *testdata.Parameters) (d handshake.DeflateConfig) {
	if p != nil {
		d = handshake.DeflateConfig{
			Enabled:        true,
			ServerTakeover: !p.ServerNoContextTakeover, ClientTakeover: !p.ClientNoContextTakeover,
			ServerMaxWindowBits: p.ServerMaxWindowBits, ClientMaxWindowBits: p.ClientMaxWindowBits,
		}
	}
	return d
}
