package room

import (
	"math"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"weak"
)

// Pumps end, whether they sleep or are at work, and deliver nothing later.
func TestPumpsClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which fails when a goroutine stays
		pumps := NewPumps(0, nil)
		if n := len(pumps.pumps); n != runtime.GOMAXPROCS(0) {
			t.Errorf("%d pumps, want one for each of %d processors", n, runtime.GOMAXPROCS(0))
		}
		rs := newRooms(t, still(t, pumps))
		p := &peer{}
		c, start := join(t, rs, p, 0, Point{})
		c.Ready()
		publish(t, start.Room, "a")
		synctest.Wait()
		for i, pump := range pumps.pumps {
			if !pump.asleep {
				t.Errorf("pump %d has nothing to do and is awake", i)
			}
		}
		pumps.Close()
		pumps.Close()
		publish(t, start.Room, "b")
		c.Leave()
		synctest.Wait()
		p.expect(t, 0, 1, "a")
	})
}

// Each pump has its turn, after 2^31 shards, too.
func TestPumpsInTurn(t *testing.T) {
	pumps := idlePumps(3)
	pumps.turn.Store(math.MaxInt32 - 1)
	var got []uint32
	for range 4 {
		got = append(got, pumps.next().number)
	}
	if want := []uint32{1, 2, 0, 1}; !slices.Equal(got, want) {
		t.Errorf("pumps %d, want %d", got, want)
	}
}

// Pumps that close while members publish without end.
func TestPumpsCloseAtWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pumps := NewPumps(2, nil)
		rs := newRooms(t, still(t, pumps))
		for range 10 {
			s := &script{}
			c, start := join(t, rs, s, 0, Point{})
			s.act = func(*Batch) (int, State) {
				_, err := start.Room.TryPublish([]byte("again"))
				if err != nil && err != ErrBehind {
					t.Error(err)
				}
				return 0, Took
			}
			c.Ready()
			publish(t, start.Room, "x")
		}
		pumps.Close()
	})
}

// Shards are dealt to the pumps in turn.
func TestPumpsShareShards(t *testing.T) {
	cfg := still(t, idlePumps(3))
	rs := newRooms(t, cfg)
	rooms := map[*pump]int{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		c, _, err := rs.Join(name, &peer{}, 0, Point{})
		if err != nil {
			t.Fatal(err)
		}
		rooms[c.shard.Load().pump]++
	}
	for i, p := range cfg.Pumps.pumps {
		if rooms[p] != 2 {
			t.Errorf("pump %d has %d shards, want 2", i, rooms[p])
		}
	}
}

// A room that was dropped is gone, with its log: the pump that ran it last does not
// keep it.
func TestPumpsForget(t *testing.T) {
	cfg := still(t, idlePumps(1))
	rs := newRooms(t, cfg)
	room := weak.Make(visited(t, rs, cfg.Pumps))
	for range 2 {
		rs.Rest()
	}
	if runtime.GC(); rs.Len() > 0 || room.Value() != nil {
		t.Errorf("%d rooms are there, and the one that was dropped is kept: %t", rs.Len(), room.Value() != nil)
	}
	runtime.KeepAlive(cfg.Pumps)
}

// visited gives a room in which somebody was.
func visited(t *testing.T, rs *Rooms, pumps *Pumps) *Room {
	p := &peer{}
	c, start := join(t, rs, p, 0, Point{})
	c.Ready()
	publish(t, start.Room, "a")
	pumps.spin()
	p.expect(t, 0, 1, "a")
	c.Leave()
	pumps.spin()
	return start.Room
}

// A room that is told something new during each send does not hold up another one for
// longer than its members take a pass.
func TestTurnIsAPass(t *testing.T) {
	cfg := still(t, idlePumps(1))
	rs := newRooms(t, cfg)
	const members = 6 * 16
	var busy *Room
	sends, waits := 0, false
	for range members {
		s := &script{}
		s.act = func(*Batch) (int, State) {
			if sends++; waits {
				publish(t, busy, "more")
			}
			return 0, Took
		}
		c, start := join(t, rs, s, 0, Point{})
		c.Ready()
		busy = start.Room
	}
	cfg.Pumps.spin()
	waits = true
	publish(t, busy, "a")
	p := cfg.Pumps.pumps[0]
	for range 20 {
		p.give(p.pop())
	}
	sends = 0
	other := crowd(t, idlePumps(1), 1, func() Member {
		return &script{act: func(*Batch) (int, State) { waits = false; return 0, Took }}
	})
	other.shards[0].pump = p
	publish(t, other, "b")
	for waits {
		p.give(p.pop())
	}
	if sends > members {
		t.Errorf("%d sends to %d members before it was another room's turn", sends, members)
	}
}
