package room

import "testing"

// readers is a Breath during which somebody says something, the next so many times.
type readers struct {
	say   func()
	times int
	taken int
}

func (r *readers) Take() {
	r.taken++
	if r.times > 0 {
		r.times--
		r.say()
	}
}

func (*readers) Close() {}

// A pump that wakes lets readers go first as long as they bring something, and again
// between the turns for a while; in a quiet room it does so once.
func TestGather(t *testing.T) {
	const members, turns = 112, 7 // of 16
	pumps := idlePumps(1)
	r, p := crowd(t, pumps, members, newHole), pumps.pumps[0]
	if n := len(r.shards); n != turns {
		t.Fatalf("%d shards, want %d", n, turns)
	}
	breath := &readers{say: func() { publish(t, r, "more") }}
	p.breath = breath
	wake := func(times int) (taken int) {
		breath.times, breath.taken = times, 0
		publish(t, r, "a")
		p.gather()
		p.drain()
		return breath.taken
	}
	if n := wake(0); n != 1 {
		t.Errorf("quiet: %d breaths, want 1", n)
	}
	breath.times, breath.taken = 1000, 0
	if p.gather(); breath.taken != breaths {
		t.Errorf("each breath brings something: %d in a row, want %d", breath.taken, breaths)
	}
	wake(0)
	if n := wake(2); n != 3+turns {
		t.Errorf("two breaths bring something: %d in all, want one more, and one after each of %d turns", n, turns)
	}
	for range hopes/turns + 1 {
		wake(0)
	}
	if n := wake(0); n != 1 {
		t.Errorf("quiet again: %d breaths, want 1", n)
	}
}

// However little breathing brings, a large room's pass does not go without it.
func TestBreathAtLast(t *testing.T) {
	const members = 3 * breathAtLast
	pumps := idlePumps(1)
	r, p := crowd(t, pumps, members, newHole), pumps.pumps[0]
	breath := &readers{}
	p.breath = breath
	publish(t, r, "a")
	p.drain()
	if n := breath.taken; n < 2 || n > 3 { // between turns: after some more sends than breathAtLast
		t.Errorf("%d breaths in a pass over %d members, want 2 or 3", n, members)
	}
}
