package room

import (
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	// sendsPerTurn is after how many sends a shard lets others go first.
	sendsPerTurn = 256

	// sparePasses is how many passes a pump keeps for the next shards.
	sparePasses = 16

	// yields is how often a pump that wakes lets readers go first that have
	// data already: what they append leaves in the same write.
	yields = 2
)

// Pumps are the goroutines that send, for all the rooms of a process.
type Pumps struct {
	pumps  []*pump
	turn   atomic.Uint32
	done   chan struct{} // closed by Close
	closed sync.Once
	ended  sync.WaitGroup
}

// NewPumps starts n pumps; 0: one for each processor that Go uses. Close ends
// them.
func NewPumps(n int) *Pumps {
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	ps := idlePumps(n)
	for _, p := range ps.pumps {
		ps.ended.Go(p.run)
	}
	return ps
}

// idlePumps gives pumps that nobody runs yet.
func idlePumps(n int) *Pumps {
	ps := &Pumps{done: make(chan struct{})}
	for range n {
		p := &pump{number: uint32(len(ps.pumps))}
		p.work.L = &p.mu
		ps.pumps = append(ps.pumps, p)
	}
	return ps
}

// Close ends the pumps after the turn that each is in, and returns when they
// have. Nothing is delivered afterwards; publishers that wait get
// [ErrClosed]. It must not be called from within Deliver.
func (ps *Pumps) Close() {
	ps.closed.Do(func() { close(ps.done) })
	for _, p := range ps.pumps {
		p.close()
	}
	ps.ended.Wait()
}

// next gives the pump for a new shard: each in turn.
func (ps *Pumps) next() *pump {
	return ps.pumps[int(ps.turn.Add(1))%len(ps.pumps)]
}

// A pump runs shards, one turn each, in the order in which they were queued.
type pump struct {
	mu          sync.Mutex
	work        sync.Cond
	first, last *shard // the run queue
	asleep      bool
	closed      bool
	number      uint32

	// The goroutine's own.
	press press
	spare []*pass
	lag   []*Cursor // space for those that lag, until a shard has some
}

// run is the pump's goroutine.
func (p *pump) run() {
	for p.await() {
		p.drain()
	}
}

// await sleeps until there is work, and reports false when there will be none.
func (p *pump) await() bool {
	p.mu.Lock()
	for p.first == nil && !p.closed {
		p.asleep = true
		p.work.Wait()
	}
	closed := p.closed
	p.mu.Unlock()
	for range yields {
		runtime.Gosched()
	}
	return !closed
}

// drain gives turns until the queue is empty.
func (p *pump) drain() {
	for sh := p.pop(); sh != nil; sh = p.pop() {
		p.give(sh)
	}
}

// give is one turn of a shard: passes, until nothing is left to do or it has
// had its share. A pass counts as a send, so that one without members ends too.
func (p *pump) give(sh *shard) {
	for sends := sendsPerTurn; sends > 0; {
		if sh.pass == nil && !sh.begin() {
			if sh.sleep() {
				return
			}
			continue
		}
		sends = sh.proceed(sends) - 1
	}
	sh.yield()
}

// push puts sh at the end of the queue, and wakes the pump if it sleeps.
func (p *pump) push(sh *shard) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.first == nil {
		p.first = sh
	} else {
		p.last.link = sh
	}
	p.last = sh
	if p.asleep {
		p.asleep = false
		p.work.Signal()
	}
}

// pop takes the first shard off the queue; nil: none, or closed.
func (p *pump) pop() *shard {
	p.mu.Lock()
	defer p.mu.Unlock()
	sh := p.first
	if sh == nil || p.closed {
		return nil
	}
	p.first, sh.link = sh.link, nil
	return sh
}

func (p *pump) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.work.Signal()
}

// lendLag gives space for those that lag: a shard has it while it is awake.
func (p *pump) lendLag() []*Cursor {
	lag := p.lag
	p.lag = nil
	return lag
}

// regainLag takes the space back, or other space that is larger.
func (p *pump) regainLag(lag []*Cursor) {
	if cap(lag) > cap(p.lag) {
		p.lag = lag
	}
}

// newPass gives a pass for a shard of so many encodings.
func (p *pump) newPass(encodings int) *pass {
	if n := len(p.spare) - 1; n >= 0 {
		ps := p.spare[n]
		p.spare = p.spare[:n]
		if len(ps.steps) == encodings {
			return ps
		}
	}
	return &pass{steps: make([]Batch, encodings)}
}

// endPass keeps ps for another shard, without its frames.
func (p *pump) endPass(ps *pass) {
	if len(p.spare) == sparePasses {
		return
	}
	for e := range ps.steps {
		ps.steps[e].empty()
	}
	ps.late.empty()
	ps.walk = walk{}
	p.spare = append(p.spare, ps)
}
