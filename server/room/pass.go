package room

import "slices"

// A pass is one walk over a shard's members, each of whom is offered one
// batch at most. It may take several turns, and holds its frames meanwhile,
// so that the log may move on.
type pass struct {
	steps   []Batch  // for those in step, by encoding
	late    Batch    // for a run of equal cursors among those that lag,
	lateEnc Encoding // in this encoding
	walk    walk
}

// A walk is how far a pass has come.
type walk struct {
	enc    int  // whose turn it is: in step, by encoding and index,
	at     int  //
	sorted bool // then those that lag
	read   int  // how many of them were seen,
	kept   int  // and how many of these still lag, for the next pass
}

// begin opens a pass, and reports false when there is nothing to do.
func (sh *shard) begin() bool {
	sh.readInbox()
	base, end, ok := sh.room.news(sh)
	if !ok {
		return false
	}
	sh.expire(base)
	ps := sh.pump.newPass(len(sh.steps))
	sh.pass = ps
	for e, list := range sh.steps {
		if len(list) > 0 && sh.cursor < end {
			// It is in the log: evict spares what a shard has not come to.
			sh.room.fill(&ps.steps[e], Encoding(e), sh.cursor, end, &sh.pump.press)
			end = ps.steps[e].end()
		}
	}
	for e := range ps.steps {
		if b := &ps.steps[e]; len(b.Frames) > 0 {
			b.cut(int(end - b.First))
		}
	}
	sh.room.advance(sh, end)
	return true
}

// news gives the log's bounds when there is something to do: its head is ahead
// of the shard, or its base of somebody away, or somebody lags. Else the shard
// waits for the next message, or goes when its last member has.
func (r *Room) news(sh *shard) (base, head uint64, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unwait(sh)
	r.wakeRest()
	sh.settled = false // who is in step now may say Later in the pass
	if sh.cursor < r.head || sh.away.expired(r.base) || len(sh.lag) > 0 {
		return r.base, r.head, true
	}
	sh.pump.regainLag(sh.lag)
	sh.lag = nil
	sh.shrink(sh.members)
	n := sh.stepCount()
	sh.settled = n == sh.members
	if n+sh.members == 0 {
		r.close(sh)
	} else {
		r.wait(sh)
	}
	return 0, 0, false
}

// close takes a shard without members out of the room. Called with r.mu held.
func (r *Room) close(sh *shard) {
	r.shards = slices.DeleteFunc(r.shards, func(s *shard) bool { return s == sh })
	if len(r.shards) == 0 {
		r.shards, r.waiters = nil, nil
	}
	if sh == r.front {
		r.front = nil
	}
	r.divided.Store(len(r.shards) > 1)
	r.moved()
}

// advance moves the shard's cursor to the end of a pass that begins: its
// frames are held by the pass, so the log may let go of them.
func (r *Room) advance(sh *shard, end uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	sh.cursor = end
	r.moved()
}

// proceed goes on with the pass for so many sends, and gives how many are
// left over. The pass has ended when sh.pass is nil.
func (sh *shard) proceed(sends int) int {
	ps := sh.pass
	for ; ps.walk.enc < len(sh.steps); ps.walk.enc, ps.walk.at = ps.walk.enc+1, 0 {
		if sends = sh.offer(ps, sends); ps.walk.at < len(sh.steps[ps.walk.enc]) {
			return 0
		}
	}
	sends = sh.catchUp(ps, sends)
	if ps.walk.read < len(sh.lag) {
		return 0
	}
	clear(sh.lag[ps.walk.kept:])
	sh.lag = sh.lag[:ps.walk.kept]
	sh.pass = nil
	sh.pump.endPass(ps)
	if sh.room.divided.Load() {
		sh.reseat()
	}
	return sends
}

// offer shows the batch of one encoding to those in step, from ps.walk.at on.
func (sh *shard) offer(ps *pass, sends int) int {
	b := &ps.steps[ps.walk.enc]
	list := sh.steps[ps.walk.enc]
	sh.pump.press.join(b)
	if len(b.Joined) == 0 {
		ps.walk.at = len(list)
		return sends
	}
	i, took, touched := ps.walk.at, 0, ps.walk.at
	for ; i < len(list) && sends > 0; sends-- {
		if i == touched {
			touched = min(i+touchAhead, len(list))
			touch(list[i:touched])
		}
		n, st := list[i].member.Deliver(b)
		if st == Took {
			i++
			took++
			continue
		}
		c := list[i].cursor
		sh.unstep(c) // another one is at i now, the last
		c.suspend(b, n, st, false)
		list = sh.steps[ps.walk.enc]
	}
	sh.tell(b, len(b.Frames), took, false)
	ps.walk.at = i
	return sends
}

// touchAhead is how many members are touched before they are offered something: as
// many as a processor can wait for at once.
const touchAhead = 8

func touch(list []step) {
	for _, s := range list {
		s.member.Touch()
	}
}

// suspend takes note of a member that did not take all of b.
func (c *Cursor) suspend(b *Batch, frames int, st State, late bool) {
	if st == Gone {
		c.drop()
		return
	}
	if uint(frames) > uint(len(b.Frames)) {
		panic("room: Deliver counts frames that the batch does not have")
	}
	c.next = b.First + uint64(frames)
	sh := c.shard.Load()
	sh.tell(b, frames, 1, late)
	sh.park(c)
}
