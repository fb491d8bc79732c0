package room

import (
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	// sendsPerTurn is after how many sends a shard lets others go first.
	sendsPerTurn = 128

	// sparePasses is how many passes a pump keeps for the next shards.
	sparePasses = 512

	// spareLags is for how many shards a pump keeps space for those that lag.
	spareLags = 64

	// breaths is how often in a row a pump lets readers go first, as long as they
	// bring something: what they append leaves in the same write. It does so when it
	// wakes, and between turns:
	breaths = 10

	// breathAfter is after how many sends, if one of the last hopes times brought
	// something, and breathAtLast if none did.
	breathAfter  = 8
	hopes        = 16
	breathAtLast = 512
)

// Pumps are the goroutines that send, for all the rooms of a process.
type Pumps struct {
	pumps  []*pump
	turn   atomic.Uint32
	said   atomic.Uint64 // how many messages were published
	done   chan struct{} // closed by Close
	closed sync.Once
	ended  sync.WaitGroup
}

// A Breath lets a pump step aside for who has something to do, readers above all:
// what they publish leaves in the same write.
type Breath interface {
	Take()
	Close() // at the pump's end
}

// A yield is a Breath that lets those go first that could run at once.
type yield struct{}

func (yield) Take()  { runtime.Gosched() }
func (yield) Close() {}

// NewPumps starts n pumps; 0: one for each processor that Go uses. Each has a breath;
// nil: runtime.Gosched. Close ends them.
func NewPumps(n int, breath func() Breath) *Pumps {
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	ps := idlePumps(n)
	for _, p := range ps.pumps {
		if breath != nil {
			p.breath = breath()
		}
		ps.ended.Go(p.run)
	}
	return ps
}

// idlePumps gives pumps that nobody runs yet.
func idlePumps(n int) *Pumps {
	ps := &Pumps{done: make(chan struct{})}
	for range n {
		p := &pump{number: uint32(len(ps.pumps)), said: &ps.said, breath: yield{}}
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
	return ps.pumps[ps.turn.Add(1)%uint32(len(ps.pumps))]
}

// A pump runs shards, one turn each, in the order in which they were queued.
type pump struct {
	mu     sync.Mutex
	work   sync.Cond
	queues queues
	asleep bool
	closed bool
	number uint32
	said   *atomic.Uint64

	// The goroutine's own.
	press  press
	spare  []*pass
	lags   [][]*Cursor // space for those that lag, until shards have some
	heard  []*Cursor   // space for those who speak
	breath Breath
	sends  int // since it last breathed
	hope   int // how often it breathes soon again though that brings nothing
}

// run is the pump's goroutine.
func (p *pump) run() {
	defer p.breath.Close()
	for p.await() {
		p.gather()
		p.drain()
	}
}

// await sleeps until there is work, and reports false when there will be none.
func (p *pump) await() bool {
	p.mu.Lock()
	for p.queues.empty() && !p.closed {
		p.asleep = true
		p.work.Wait()
	}
	closed := p.closed
	p.mu.Unlock()
	return !closed
}

// gather lets readers go first, as long as they bring something.
func (p *pump) gather() {
	p.sends, p.hope = 0, max(p.hope-1, 0)
	for range breaths {
		said := p.said.Load()
		p.breath.Take()
		if p.said.Load() == said {
			break
		}
		p.hope = hopes
	}
}

// drain gives turns until the queue is empty.
func (p *pump) drain() {
	for sh := p.pop(); sh != nil; sh = p.pop() {
		p.give(sh)
		if p.sends >= breathAtLast || p.hope > 0 && p.sends >= breathAfter {
			p.gather()
		}
	}
}

// give is one turn of a shard.
func (p *pump) give(sh *shard) {
	share := sh.share()
	sends := share - sh.run(share)
	p.sends += sends
	if !sh.front {
		p.queues.sends += sends
	}
}

// run makes passes until nothing is left to do or the shard has had its share, and
// gives how many sends are left of it. A pass counts as one, so that one without
// members ends too.
func (sh *shard) run(share int) int {
	for sends := share; sends > 0; {
		if sh.pass == nil && !sh.begin() {
			if sh.sleep() {
				return sends
			}
			continue
		}
		sends = sh.proceed(sends) - 1
	}
	sh.yield()
	return 0
}

// push puts sh at the end of the queue, and wakes the pump if it sleeps.
func (p *pump) push(sh *shard) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queues.put(sh)
	if p.asleep {
		p.asleep = false
		p.work.Signal()
	}
}

// pop gives the shard whose turn it is; nil: none, or closed.
func (p *pump) pop() *shard {
	sh, alone := p.take()
	if sh == nil || !sh.front || alone || !sh.room.strained(sh) {
		return sh
	}
	return p.exchange(sh)
}

// take takes a shard off the queues, and says whether no other is left but front
// rows.
func (p *pump) take() (sh *shard, alone bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, true
	}
	sh = p.queues.take()
	return sh, p.queues.rest.first == nil
}

// exchange puts a front row back for one of the others.
func (p *pump) exchange(front *shard) *shard {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queues.put(front)
	return p.queues.rest.take()
}

func (p *pump) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.work.Signal()
}

// lendLag gives space for those that lag: a shard has it while it is awake.
func (p *pump) lendLag() (lag []*Cursor) {
	if n := len(p.lags) - 1; n >= 0 {
		lag, p.lags[n] = p.lags[n], nil
		p.lags = p.lags[:n]
	}
	return lag
}

// regainLag takes the space back.
func (p *pump) regainLag(lag []*Cursor) {
	if cap(lag) > 0 && len(p.lags) < spareLags {
		p.lags = append(p.lags, lag)
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
