package room

import (
	"slices"
	"testing"
)

// Every delivery is told once, those of the many in one call.
func TestPassed(t *testing.T) {
	cfg := still(t, idlePumps(1))
	type told struct {
		frames, members int
		late            bool
		oldest          string
	}
	var all []told
	cfg.Passed = func(p Passage) {
		all = append(all, told{p.Frames, p.Members, p.Late, string(p.Batch.Oldest)})
	}
	rs := newRooms(t, cfg)
	var r *Room
	for range 3 {
		c, start := join(t, rs, &peer{}, 0, Point{})
		r = start.Room
		c.Ready()
	}
	slow := &peer{capacity: func(int) int { return 15 }} // a frame of 14 and a byte
	c, _ := join(t, rs, slow, 1, Point{})
	c.Ready()
	publish(t, r, "a")
	publish(t, r, "b")
	publish(t, r, "c")
	cfg.Pumps.spin()
	slow.capacity = nil
	slow.flush(1 << 10)
	c.Ready()
	late, _ := join(t, rs, &peer{}, 0, Point{History: 3})
	late.Ready()
	cfg.Pumps.spin()
	want := []told{{3, 3, false, "a"}, {2, 1, false, "a"}, {3, 1, true, "a"}, {1, 1, true, "c"}}
	if !slices.Equal(all, want) {
		t.Errorf("was told %v, want %v", all, want)
	}
}

// Who takes nothing, and rooms without members, are nothing to tell.
func TestPassedNothing(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.Passed = func(p Passage) { t.Errorf("was told %+v", p) }
	rs := newRooms(t, cfg)
	gone := &peer{state: Gone}
	c, start := join(t, rs, gone, 0, Point{})
	c.Ready()
	stuck, _ := join(t, rs, &peer{capacity: func(int) int { return 0 }}, 0, Point{})
	stuck.Ready()
	publish(t, start.Room, "x")
	cfg.Pumps.spin()
	stuck.Leave()
	publish(t, start.Room, "y")
	cfg.Pumps.spin()
}
