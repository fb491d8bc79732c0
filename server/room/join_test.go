package room

import (
	"fmt"
	"strings"
	"testing"

	"rfc6455/server/store"
)

func TestJoinBeginsAt(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.Messages = 6
	rs := newRooms(t, cfg)
	c, start := join(t, rs, &peer{}, 0, Point{})
	c.Ready()
	var bodies []string
	for i := range 10 { // the log is [5, 11) then
		bodies = append(bodies, fmt.Sprint("m", i+1))
		publish(t, start.Room, bodies[i])
		cfg.Pumps.spin()
	}
	epoch := start.Epoch
	for _, tt := range []struct {
		name   string
		at     Point
		next   uint64
		resync bool
	}{
		{"now", Point{}, 11, false},
		{"with history", Point{History: 2}, 9, false},
		{"with more history than there is", Point{History: 99}, 5, false},
		{"with negative history", Point{History: -1}, 11, false},
		{"resumed", Point{Epoch: epoch, After: 7, History: 1}, 8, false},
		{"resumed with nothing missed", Point{Epoch: epoch, After: 10, History: 1}, 11, false},
		{"resumed at the base", Point{Epoch: epoch, After: 4}, 5, false},
		{"resumed before the base", Point{Epoch: epoch, After: 3, History: 2}, 9, true},
		{"resumed after the head", Point{Epoch: epoch, After: 11}, 11, true},
		{"resumed from nowhere", Point{Epoch: epoch, After: 1<<64 - 1}, 11, true},
		{"another epoch's", Point{Epoch: "x", After: 7, History: 3}, 8, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &peer{}
			c, got := join(t, rs, p, 1, tt.at)
			if want := (Start{Room: start.Room, Epoch: epoch, Base: 5, Head: 11, Next: tt.next, Resync: tt.resync}); got != want {
				t.Errorf("start %+v, want %+v", got, want)
			}
			cfg.Pumps.spin()
			if p.offers > 0 {
				t.Error("offered something before it was ready")
			}
			c.Ready()
			cfg.Pumps.spin()
			p.expect(t, 1, tt.next, bodies[tt.next-1:]...)
			c.Leave()
		})
	}
}

// Who joins while the shard has not yet come to the head waits for it: here
// for the pass after the next.
func TestJoinAheadOfTheShard(t *testing.T) {
	long := strings.Repeat("long", batchBytes/4)
	cfg := still(t, idlePumps(1))
	rs := newRooms(t, cfg)
	old, young := &peer{}, &peer{}
	c, start := join(t, rs, old, 0, Point{})
	c.Ready()
	cfg.Pumps.spin()
	publish(t, start.Room, long)
	publish(t, start.Room, long)
	c, _ = join(t, rs, young, 0, Point{})
	c.Ready()
	publish(t, start.Room, "c")
	cfg.Pumps.spin()
	publish(t, start.Room, "d")
	cfg.Pumps.spin()
	old.expect(t, 0, 1, long, long, "c", "d")
	young.expect(t, 0, 3, "c", "d")
}

// A log that has messages when its room comes into being is history.
func TestJoinFindsTheLog(t *testing.T) {
	log := store.NewMemory()
	for _, body := range []string{"a", "bb", "ccc"} {
		if err := log.Append([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	log.Trim(2)
	cfg := still(t, idlePumps(1))
	cfg.Log = func(string) (Log, error) { return log, nil }
	p := &peer{}
	c, start := join(t, newRooms(t, cfg), p, 0, Point{History: 5})
	c.Ready()
	if start.Room.bytes != 5 {
		t.Errorf("bodies of %d bytes, want 5", start.Room.bytes)
	}
	publish(t, start.Room, "d")
	cfg.Pumps.spin()
	p.expect(t, 0, 2, "bb", "ccc", "d")
}

func TestJoinIsRefused(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.Members, cfg.Rooms = 2, 2
	rs := newRooms(t, cfg)
	var last *Cursor
	for range 2 {
		last, _ = join(t, rs, &peer{}, 0, Point{})
	}
	refused := func(room string, e Encoding, want error) {
		t.Helper()
		if _, _, err := rs.Join(room, &peer{}, e, Point{}); err != want {
			t.Errorf("join: %v, want %v", err, want)
		}
	}
	refused("r", 0, ErrFull)
	refused("r", 2, ErrEncoding)
	last.Leave()
	refused("r", 0, nil)
	refused("s", 0, nil)
	refused("t", 0, ErrRooms)
	cfg.Rooms = 1
	cfg.Log = func(string) (Log, error) { return nil, store.ErrFull }
	rs = newRooms(t, cfg)
	refused("r", 0, store.ErrFull)
	if n := rs.Len(); n != 0 {
		t.Errorf("%d rooms without a log", n)
	}
}

// A room does not come to rest while a pass is under way: somebody may have
// said Later to what it would let go of.
func TestNoRestWithinAPass(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.Keep = 1
	rs := newRooms(t, cfg)
	slow := &peer{capacity: func(int) int { return 0 }}
	s := &script{}
	s.act = func(*Batch) (int, State) {
		for range 3 {
			rs.Rest()
		}
		return 0, Took
	}
	a, start := join(t, rs, slow, 0, Point{})
	b, _ := join(t, rs, s, 1, Point{}) // comes after slow
	a.Ready()
	b.Ready()
	cfg.Pumps.spin()
	for range 3 {
		publish(t, start.Room, "x")
	}
	cfg.Pumps.spin()
	slow.capacity = nil
	slow.flush(0)
	a.Ready()
	cfg.Pumps.spin()
	slow.expect(t, 0, 1, "x", "x", "x")
	if slow.overflow > 0 {
		t.Error("told that it overflowed")
	}
}

// A room without members goes with the second rest, its numbers with it.
func TestRest(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.Keep = 3
	rs := newRooms(t, cfg)
	slow := &peer{capacity: func(int) int { return 0 }}
	a, start := join(t, rs, &peer{}, 0, Point{})
	b, _ := join(t, rs, slow, 0, Point{})
	a.Ready()
	b.Ready()
	for range 10 {
		publish(t, start.Room, "x")
	}
	cfg.Pumps.spin()
	step := func(what string, base uint64, rooms int) {
		t.Helper()
		rs.Rest()
		if s := start.Room.Status(); s.Base != base || rs.Len() != rooms {
			t.Errorf("%s: base %d, %d rooms; want %d, %d", what, s.Base, rs.Len(), base, rooms)
		}
	}
	step("the last period was not quiet", 1, 1)
	step("a member lags", 1, 1)
	slow.capacity = nil
	slow.flush(0)
	b.Ready()
	cfg.Pumps.spin()
	slow.expect(t, 0, 1, "x", "x", "x", "x", "x", "x", "x", "x", "x", "x")
	step("all is quiet", 8, 1)
	a.Leave()
	b.Leave()
	step("the members have left just now", 8, 1)
	again, resumed := join(t, rs, &peer{}, 0, Point{Epoch: start.Epoch, After: 9})
	if resumed.Resync || resumed.Next != 10 {
		t.Errorf("come back as %+v, want to resume at 10", resumed)
	}
	step("somebody came back", 8, 1)
	again.Leave()
	step("and left", 8, 1)
	step("nobody came back", 8, 0)
	_, fresh := join(t, rs, &peer{}, 0, Point{Epoch: start.Epoch, After: 9})
	if fresh.Epoch == start.Epoch || !fresh.Resync || fresh.Next != 1 {
		t.Errorf("joined a new room as %+v, want a resync at 1", fresh)
	}
}
