package faulty

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"rfc6455/frame"
	"rfc6455/handshake"
)

// MaxConnections is how many connections [Endpoint.Serve] has at once.
const MaxConnections = 128

// Limits bound what a peer may send (§10.4). A zero field means its default.
type Limits struct {
	Message   int64 // bytes of one message; 16 MiB
	Fragments int   // frames of one message; 131,072
	Burst     int   // Ping and Pong frames at once, 100 more each second; 1,000
}

// An Endpoint echoes messages. The zero value is a conforming one without a
// subprotocol.
type Endpoint struct {
	Fault        *Fault // nil: conforming
	Limits       Limits // where zero, the fault's, else the defaults
	Subprotocols []string

	// Deflate is what it wants of permessage-deflate. The zero value takes all
	// that is offered, and offers itself all there is.
	Deflate handshake.DeflateConfig
}

// Serve accepts connections and echoes on each until ctx ends or l is closed. It
// returns when all of them have ended.
func (e Endpoint) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	room := make(chan struct{}, MaxConnections)
	for {
		nc, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return nil
			}
			return err
		}
		room <- struct{}{}
		all.Go(func() {
			defer func() { <-room }()
			e.accept(ctx, nc)
		})
	}
}

// Dial opens a connection as a client and echoes until it ends. The error says
// why: of the network, or of the handshake; it is nil after a closing handshake.
func (e Endpoint) Dial(ctx context.Context, url string) error {
	u, err := handshake.ParseURL(url)
	if err != nil {
		return err
	}
	var d net.Dialer
	nc, err := d.DialContext(ctx, "tcp", u.Address())
	if err != nil {
		return err
	}
	defer nc.Close()
	defer context.AfterFunc(ctx, func() { nc.Close() })()
	early, a, err := e.open(nc, u)
	if err != nil {
		return err
	}
	return e.Echo(nc, frame.Client, a, early)
}

// Echo serves a connection whose handshake is done until it ends, and leaves it
// to its owner to close. Early is what was read behind the handshake.
func (e Endpoint) Echo(nc net.Conn, role frame.Role, a handshake.Agreement, early []byte) error {
	s := &session{nc: nc, role: role, fault: e.Fault, limits: e.limits(), begun: time.Now(), in: early}
	s.agree(a.Deflate)
	return s.run()
}

// limits gives those that hold.
func (e Endpoint) limits() Limits {
	l := Limits{Message: 16 << 20, Fragments: 131072, Burst: 1000}
	if e.Fault != nil {
		l = l.but(e.Fault.Limits)
	}
	return l.but(e.Limits)
}

// but gives l with the fields of o that are not zero.
func (l Limits) but(o Limits) Limits {
	if o.Message > 0 {
		l.Message = o.Message
	}
	if o.Fragments > 0 {
		l.Fragments = o.Fragments
	}
	if o.Burst > 0 {
		l.Burst = o.Burst
	}
	return l
}

// wishes gives what it wants of permessage-deflate.
func (e Endpoint) wishes() handshake.DeflateConfig {
	if e.Deflate == (handshake.DeflateConfig{}) {
		return handshake.DeflateConfig{Enabled: true, ServerTakeover: true, ClientTakeover: true}
	}
	return e.Deflate
}
