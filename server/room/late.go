package room

import (
	"cmp"
	"slices"
)

// catchUp shows to each that lags what is next for it.
func (sh *shard) catchUp(ps *pass, sends int) int {
	if !ps.walk.sorted {
		slices.SortFunc(sh.lag, byNext)
		ps.walk.sorted = true
	}
	sh.pump.press.join(&ps.late) // which the last turn may have left half way
	for ; ps.walk.read < len(sh.lag) && sends > 0; sends-- {
		c := sh.lag[ps.walk.read]
		ps.walk.read++
		if sh.serve(ps, c) {
			sh.lag[ps.walk.kept] = c
			ps.walk.kept++
		}
	}
	return sends
}

func byNext(a, b *Cursor) int {
	return cmp.Or(cmp.Compare(a.enc, b.enc), cmp.Compare(a.next, b.next))
}

// serve offers c its next batch, or tells it that there is none any more, and
// reports whether c still lags. One that joined ahead of the shard waits for the pass that comes by.
func (sh *shard) serve(ps *pass, c *Cursor) bool {
	switch {
	case c.place == gone:
		return false
	case c.next > sh.cursor:
		return true
	case c.next == sh.cursor:
		sh.admit(c)
		return false
	}
	if !sh.fillLate(ps, c) {
		if c.drop() {
			c.member.Overflowed()
		}
		return false
	}
	if len(ps.late.Joined) > 0 {
		if n, st := c.member.Deliver(&ps.late); st != Took {
			c.suspend(&ps.late, n, st, true)
			return false
		}
		sh.tell(&ps.late, len(ps.late.Frames), 1, true)
	}
	if c.next = ps.late.end(); c.next < sh.cursor {
		return true
	}
	sh.admit(c)
	return false
}

// fillLate makes the late batch c's, which it is already when another cursor
// at the same place came before. It reports false when the log no longer
// holds what c needs.
func (sh *shard) fillLate(ps *pass, c *Cursor) bool {
	b := &ps.late
	if len(b.Frames) > 0 && b.First == c.next && ps.lateEnc == c.enc {
		return true
	}
	if !sh.room.fill(b, c.enc, c.next, sh.cursor, &sh.pump.press) {
		return false
	}
	ps.lateEnc = c.enc
	sh.pump.press.join(b)
	return true
}
