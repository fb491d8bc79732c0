package load

import (
	"context"
	"sync"
	"time"

	"rfc6455/cmd/ws/internal/hist"
	"rfc6455/server/conn"
)

// maxDialing is how many handshakes are under way at once.
const maxDialing = 64

// opening is what is known of the handshakes.
type opening struct {
	mu      sync.Mutex
	clients []*client
	latency hist.Histogram
	last    int64 // when the last one was done

	failed reasons
}

// open opens the first connection alone, so that a server that is not there is
// found out at once, and then the others.
func (r *run) open(ctx context.Context) error {
	r.opened.last = r.now()
	if err := r.openOne(ctx); err != nil {
		return &OpenError{err}
	}
	var dialing sync.WaitGroup
	defer dialing.Wait()
	slots := make(chan struct{}, maxDialing)
	began := r.now()
	for i := 1; i < r.plan.Conns; i++ {
		due := began + int64(r.plan.Ramp)/int64(r.plan.Conns)*int64(i)
		if !waitUntil(ctx, time.Duration(due-r.now())) {
			return nil
		}
		slots <- struct{}{}
		dialing.Go(func() {
			defer func() { <-slots }()
			if err := r.openOne(ctx); err != nil && ctx.Err() == nil {
				r.opened.failed.add(reason(err))
			}
		})
	}
	return nil
}

// waitUntil waits for d. It is false if ctx ended.
func waitUntil(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// openOne opens a connection and begins to read from it.
func (r *run) openOne(ctx context.Context) error {
	began := r.now()
	wc, err := conn.Dial(ctx, r.plan.URL, &r.plan.Conn)
	if err != nil {
		return err
	}
	c := &client{run: r, conn: wc, id: rollCall, wake: make(chan struct{}, 1)}
	r.opened.mu.Lock()
	c.tally = r.tallies[len(r.opened.clients)%len(r.tallies)]
	r.opened.clients = append(r.opened.clients, c)
	r.opened.last = r.now()
	r.opened.latency.Record(r.opened.last - began)
	r.opened.mu.Unlock()
	r.reading.Go(c.read)
	return nil
}

// all gives the connections that were opened so far.
func (o *opening) all() []*client {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.clients
}

// Bounds of the roll call.
const (
	rollTimeout = 5 * time.Second
	rollAgain   = 200 * time.Millisecond
)

// callRoll sends until every connection has heard one message: a connection hears
// a room from some moment after its handshake, and only from then on can a message
// be lost to it.
func (r *run) callRoll(ctx context.Context) error {
	clients := r.opened.all()
	deadline := r.now() + int64(rollTimeout)
	b := r.buffers.New().(*[]byte)
	r.shape.write(*b, probe{sender: rollCall})
	for {
		if err := clients[0].conn.Send(r.plan.opcode(), *b); err != nil {
			return &OpenError{err}
		}
		for again := r.now() + int64(rollAgain); r.now() < again; {
			if int(r.present.Load()) == len(clients) {
				return nil
			}
			if !waitUntil(ctx, poll) {
				return nil
			}
		}
		if r.now() > deadline {
			return r.strikeOff(clients)
		}
	}
}

// strikeOff counts connections that heard nothing as failed.
func (r *run) strikeOff(clients []*client) error {
	if r.present.Load() == 0 {
		return &OpenError{errDeaf}
	}
	var left []*client
	for _, c := range clients {
		if c.heard.Load() {
			left = append(left, c)
			continue
		}
		r.opened.failed.add(errDeaf.Error())
		c.ended.Store(true)
		c.conn.StartClose(closeCode, "")
	}
	r.opened.mu.Lock()
	defer r.opened.mu.Unlock()
	r.opened.clients = left
	return nil
}
