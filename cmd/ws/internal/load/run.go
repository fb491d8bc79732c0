package load

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"rfc6455/cmd/ws/internal/hist"
	"rfc6455/frame"
	"rfc6455/server/conn"
)

const (
	closeCode = frame.NormalClosure
	poll      = 5 * time.Millisecond // how often a phase looks whether it is over
	maxDrain  = time.Minute          // of waiting for what trickles in
	leastRead = 1 << 20              // what a connection takes at least, beside our own messages: bytes
	around    = 64 << 10             // what a server may put around a message, in bytes
)

var errDeaf = errors.New("nothing of what was sent came back: does the server pass messages on, and unchanged?")

// A run is the state of one Run.
type run struct {
	plan    Plan
	shape   *shape
	began   time.Time
	buffers sync.Pool // *[]byte: messages with their filler
	tallies []*tally

	opened  opening
	present atomic.Int64              // connections that heard the roll call
	stage   atomic.Pointer[[]*client] // the senders, once there are any
	start   int64                     // of the load; set before stage
	end     int64                     // of the load
	total   atomic.Int64              // messages that are due, at a fixed rate
	tickets atomic.Int64              // messages of a closed loop with a Count
	spent   chan struct{}             // closed when all tickets are used
	loading chan struct{}             // closed when the load begins

	stopping atomic.Bool // nothing new is sent
	closing  atomic.Bool // ends of connections are ours
	phase    atomic.Int32
	ends     reasons // of connections that ended before their time
	series   series

	reading, sending sync.WaitGroup
}

// Run puts the load of p on its server. When ctx ends, sending ends, and what was
// found so far is the result. progress, if not nil, is called several times a
// second. The error is a *[PlanError] or *[OpenError].
func Run(ctx context.Context, p Plan, progress func(Status)) (*Result, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	r := newRun(p)
	stop := r.observe(progress)
	defer stop()
	defer r.close()
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	if p.Mode == Broadcast && ctx.Err() == nil {
		r.phase.Store(phaseRollCall)
		if err := r.callRoll(ctx); err != nil {
			return nil, err
		}
	}
	r.load(ctx)
	r.phase.Store(phaseDrain)
	r.drain()
	r.phase.Store(phaseClose)
	r.close()
	stop()
	return r.result(ctx.Err() != nil), nil
}

func newRun(p Plan) *run {
	p.Conn.Limits.Message = max(leastRead, int64(p.Size)+around)
	p.Conn.Memory = &conn.Memory{Limit: 4 * MaxHeld} // a broadcast's members may each be inside a message, in memory of twice its size
	r := &run{plan: p, shape: newShape(&p), began: time.Now(), spent: make(chan struct{}), loading: make(chan struct{})}
	for range runtime.GOMAXPROCS(0) {
		r.tallies = append(r.tallies, &tally{})
	}
	r.buffers.New = func() any {
		b := make([]byte, r.shape.size())
		copy(b[markSize:], r.shape.filler)
		return &b
	}
	return r
}

// now is the run's clock, in nanoseconds.
func (r *run) now() int64 { return int64(time.Since(r.began)) }

// load sends, until the plan or ctx ends it.
func (r *run) load(ctx context.Context) {
	senders := r.appoint()
	r.start = r.now()
	r.total.Store(r.plan.messages(r.plan.Time))
	r.stage.Store(&senders)
	r.phase.Store(phaseLoad)
	close(r.loading)
	r.stopping.Store(ctx.Err() != nil) // it may have ended while connections were opened
	if r.plan.Rate > 0 {
		r.loadOnTime(ctx, senders)
	} else {
		r.loadLooping(ctx, senders)
	}
	r.stopping.Store(true)
}

// appoint makes some of the connections senders.
func (r *run) appoint() []*client {
	clients := r.opened.all()
	senders := clients
	if r.plan.Mode == Broadcast {
		senders = clients[:min(r.plan.Senders, len(clients))]
	}
	for i, c := range senders {
		c.id = i
	}
	for _, c := range clients {
		c.streams = make([]stream, 1)
		if r.plan.Mode == Broadcast {
			c.streams = make([]stream, len(senders))
		}
	}
	return senders
}

// onItsWay is how long before an interruption a message may have fallen due and not be
// sent, without anybody being behind.
const onItsWay = 100 * time.Millisecond

// loadOnTime follows the schedule. A sender that is behind at its end has
// Plan.Wait to catch up.
func (r *run) loadOnTime(ctx context.Context, senders []*client) {
	var all sync.WaitGroup
	for _, c := range senders {
		all.Go(func() { r.sendOnTime(c, len(senders)) })
	}
	r.sending.Go(func() { r.keepTime(senders) })
	done := make(chan struct{})
	r.sending.Go(func() { all.Wait(); close(done) })
	r.loadUntil(ctx, r.plan.Time+r.plan.Wait, done)
	r.stopping.Store(true)
	r.end = r.now()
	if ctx.Err() != nil {
		due := r.plan.messages(max(0, time.Duration(r.end-r.start)-onItsWay))
		r.total.Store(min(r.total.Load(), due))
	} else { // the last message has its part of the schedule, too
		r.end = max(r.end, min(r.start+r.plan.due(r.total.Load()), r.start+int64(r.plan.Time)))
	}
}

// loadLooping lets every sender send when its last message came back.
func (r *run) loadLooping(ctx context.Context, senders []*client) {
	for _, c := range senders {
		r.sending.Go(c.fill)
	}
	over := make(chan struct{})
	r.sending.Go(func() { r.keepLooping(senders, over) })
	r.loadUntil(ctx, r.plan.Time, r.spent)
	r.stopping.Store(true)
	r.end = r.now()
	close(over)
}

// loadUntil waits for the end of the load: the first of these, or that no
// connection is left.
func (r *run) loadUntil(ctx context.Context, d time.Duration, done <-chan struct{}) {
	timeout := time.NewTimer(d)
	defer timeout.Stop()
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timeout.C:
			return
		case <-done:
			return
		case <-ticker.C:
			if !r.alive() {
				return
			}
		}
	}
}

func (r *run) alive() bool {
	for _, c := range r.opened.all() {
		if !c.ended.Load() {
			return true
		}
	}
	return false
}

// drain waits until every message came back, or nothing has come for Plan.Wait.
func (r *run) drain() {
	came, moved := int64(-1), r.now()
	for until := r.now() + int64(maxDrain); r.now() < until; time.Sleep(poll) {
		missing, now := r.outstanding(), r.now()
		if missing == 0 {
			return
		}
		if missing != came {
			came, moved = missing, now
		}
		if now-moved > int64(r.plan.Wait) {
			return
		}
	}
}

// outstanding is how many messages have not come yet on connections that are
// there.
func (r *run) outstanding() (n int64) {
	var all int64
	for _, c := range *r.stage.Load() {
		all += c.sent()
	}
	for _, c := range r.opened.all() {
		switch {
		case c.ended.Load():
		case r.plan.Mode == Broadcast:
			n += all - c.received.Load()
		default:
			n += c.sent() - c.received.Load()
		}
	}
	return n
}

// close closes all connections. Each takes a bounded time, whatever its peer does.
func (r *run) close() {
	r.stopping.Store(true)
	if r.closing.Swap(true) {
		return
	}
	for _, c := range r.opened.all() {
		c.conn.StartClose(closeCode, "")
	}
	r.reading.Wait()
	r.sending.Wait()
}

// sums adds up all tallies.
func (r *run) sums(lag *hist.Histogram) (c counts, latency *hist.Histogram) {
	latency = &hist.Histogram{}
	for _, t := range r.tallies {
		t.addTo(&c, latency, lag)
	}
	return c, latency
}
