package hunt

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rfc6455/cmd/ws/internal/model"
	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/handshake"
)

// A hunt is a run under way.
type hunt struct {
	Config
	show  func(Status)
	begun time.Time
	most  int // longest message that the target takes, as far as is tried

	connections atomic.Uint64
	executions  atomic.Uint64
	away        atomic.Bool   // the last connection did not come about
	block       atomic.Uint64 // the next one

	mu      sync.Mutex
	phase   string
	res     Result
	err     error
	ctx     context.Context // of the run; that of the workers ends when its time is over
	stop    context.CancelFunc
	shown   time.Time
	ongoing map[string]bool // kinds that are being made small
	slowest time.Duration   // answer that held

	unanswered []*model.Case // played last, and not answered as they should be
	latest     *model.Case   // played
}

// Run hunts until the time or the cases are over, there are enough finds, or ctx
// ends. show is told how far it is, by one goroutine at a time. The error is that of
// the first connection that did not come about, ErrNoEcho, or why ctx ended before
// anything was played.
func Run(ctx context.Context, cfg Config, show func(Status)) (*Result, error) {
	h := &hunt{Config: cfg, show: show, begun: time.Now(), ongoing: map[string]bool{}, phase: "probe"}
	h.res.Times = map[string]int{}
	if err := h.probe(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx) // what the target did in no time tells nothing of it
		}
		if wire.Unreachable(err) && h.connections.Load() > 0 && h.died("the target was gone when it had been probed") {
			return &h.res, nil
		}
		return nil, err
	}
	h.phase = "fuzz"
	h.work(ctx)
	h.res.Elapsed = time.Since(h.begun)
	h.res.Executions, h.res.Connections = h.executions.Load(), h.connections.Load()
	h.lookAfter(ctx)
	return &h.res, h.err
}

// work lets the workers run until all is done.
func (h *hunt) work(ctx context.Context) {
	h.ctx = ctx
	ctx, h.stop = context.WithCancel(ctx)
	defer h.stop()
	if h.For > 0 {
		timer := time.AfterFunc(h.For, h.stop)
		defer timer.Stop()
	}
	var workers sync.WaitGroup
	for range h.Conns {
		workers.Go(func() {
			w := &worker{hunt: h}
			defer w.drop()
			for ctx.Err() == nil && w.next(ctx) {
			}
		})
	}
	workers.Wait()
}

// blockSize is how many cases in a row are opened in the same way.
const blockSize = 32

// offers are the ways to open a connection, one per block in turn. A server that is
// offered nothing, or wants nothing, stays plain.
var offers = []handshake.DeflateConfig{
	{},
	{Enabled: true, ServerTakeover: true, ClientTakeover: true},
	{},
	{Enabled: true},
	{Enabled: true, ServerTakeover: true, ClientTakeover: true, ServerMaxWindowBits: 9, ClientMaxWindowBits: 10},
}

// A worker plays blocks of cases.
type worker struct {
	*hunt
	link *link // nil: there is none
}

func (w *worker) drop() {
	if w.link != nil {
		w.link.close()
		w.link = nil
	}
}

// next plays the next block and says whether there may be another.
func (w *worker) next(ctx context.Context) bool {
	block := w.First/blockSize + w.block.Add(1) - 1
	from, to := max(w.First, block*blockSize), (block+1)*blockSize
	if w.Count > 0 {
		to = min(to, w.First+w.Count)
	}
	offer := offers[block%uint64(len(offers))]
	if w.Plain {
		offer = handshake.DeflateConfig{}
	}
	w.drop()
	for n := from; n < to; n++ {
		if ctx.Err() != nil || !w.one(ctx, offer, n) {
			return false
		}
	}
	return from < to
}

// maxSent bounds how many control frames a connection gets, so that no budget for
// them is used up.
const maxSent = 400

// one plays one case, on the connection that is there or a new one.
func (w *worker) one(ctx context.Context, offer handshake.DeflateConfig, n uint64) bool {
	if w.link == nil {
		l, err := w.open(ctx, offer)
		if err != nil {
			return w.unopened(ctx, offer, err)
		}
		w.link = l
	}
	c := model.Generate(w.link.setting, w.Seed, n)
	o := w.play(ctx, w.link, &c, w.allowed(), w.Timeout)
	if ctx.Err() != nil {
		return false // it was broken off
	}
	w.count(&c, &o)
	sent := append(w.link.sent, c)
	w.link.sent = sent
	if !o.usable || controls(sent) > maxSent {
		w.drop()
	}
	if o.verdict == model.Differs {
		w.found(offer, sent, &o)
	}
	if w.Crashed == nil {
		return true
	}
	if err := w.Crashed(); err != nil {
		w.died("the target died: " + oneLine(err))
		return false
	}
	return true
}

// oneLine gives what err says, fit for a comment.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// controls counts the control frames of cases.
func controls(cases []model.Case) (n int) {
	for i := range cases {
		for _, u := range cases[i].Units {
			if u.Frame.Opcode.IsControl() {
				n++
			}
		}
	}
	return n
}

func (h *hunt) allowed() model.Allow { return h.Allow | h.res.Lax }

// count counts a case, and tells about the progress now and then.
func (h *hunt) count(c *model.Case, o *outcome) {
	h.executions.Add(1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if o.verdict == model.Holds {
		h.slowest = max(h.slowest, o.took)
	}
	h.res.Coverage.Add(c, &o.strict)
	h.tell()
}

// showEvery is how often progress is told.
const showEvery = 100 * time.Millisecond

// tell tells how far the run is. mu is held.
func (h *hunt) tell() {
	now := time.Now()
	if h.show == nil || now.Sub(h.shown) < showEvery {
		return
	}
	h.shown = now
	s := Status{Phase: h.phase, Elapsed: now.Sub(h.begun), Executions: h.executions.Load(), Finds: len(h.res.Finds)}
	s.Rate = float64(s.Executions) / s.Elapsed.Seconds()
	s.Coverage = h.res.Coverage.Line(h.res.Reachable)
	h.show(s)
}

// fail ends the run for an error.
func (h *hunt) fail(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil && !errors.Is(err, context.Canceled) {
		h.err = err
	}
	h.stop()
}
