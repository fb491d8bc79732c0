package room

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// overflows gives a room with a log of so many messages, and pumps that only
// spin runs.
func overflows(t testing.TB, messages int) (*Rooms, *Pumps) {
	cfg := still(t, idlePumps(1))
	cfg.Messages = messages
	cfg.seating = large
	return newRooms(t, cfg), cfg.Pumps
}

// Who is too slow is told so once, whether it calls Ready or not; nobody else
// loses anything.
func TestOverflow(t *testing.T) {
	rs, pumps := overflows(t, 8)
	var peers []*peer
	var r *Room
	for i := range 6 {
		p := &peer{}
		if i%2 == 1 {
			p.capacity = func(int) int { return 3 }
		}
		c, start := join(t, rs, p, Encoding(i%2), Point{})
		p.cursor, r = c, start.Room
		peers = append(peers, p)
		c.Ready()
	}
	var bodies []string
	for i := range 9 { // message 1 is gone, message 2 is in the log
		bodies = append(bodies, fmt.Sprint("m", i))
		publish(t, r, bodies[i])
		pumps.spin()
	}
	ready := func(p *peer) {
		p.capacity = nil
		if !p.flush(1 << 20) {
			t.Fatal("a slow member has no tail")
		}
		p.cursor.Ready()
		pumps.spin()
	}
	ready(peers[1]) // kept message 1, needs message 2: just in time
	publish(t, r, "last")
	pumps.spin()
	for i, p := range peers {
		want, fell := append(bodies[:9:9], "last"), 0
		if i == 3 || i == 5 {
			ready(p) // its tail is its own; for the room it is too late
			want, fell = bodies[:1], 1
		}
		p.expect(t, Encoding(i%2), 1, want...)
		if p.overflow != fell || p.late > 0 {
			t.Errorf("member %d was told %d times that it overflowed, want %d", i, p.overflow, fell)
		}
	}
	if n := r.Status().Members; n != 4 {
		t.Errorf("%d members are left, want 4", n)
	}
}

// Who is away is told by the pass after the message that took its place.
func TestOverflowOfWhoIsAway(t *testing.T) {
	nothing := func(b *Batch) (int, State) { return 0, Later }
	for _, tt := range []struct {
		name   string
		first  int // messages when it joins
		at     Point
		ready  bool
		offers []string
		falls  int // with how many messages in all
	}{
		{"joined", 0, Point{}, false, []string{"overflowed"}, 5},
		{"joined with history", 3, Point{History: 2}, false, []string{"overflowed"}, 6},
		{"joined, the shard being behind", 1, Point{}, false, []string{"overflowed"}, 6},
		{"in step, took nothing", 0, Point{}, true, []string{"1+1", "overflowed"}, 5},
		{"lagged, took nothing", 3, Point{History: 2}, true, []string{"2+2", "overflowed"}, 6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rs, pumps := overflows(t, 4)
			stays := &peer{}
			c, start := join(t, rs, stays, 0, Point{})
			c.Ready()
			pumps.spin()
			for range tt.first {
				publish(t, start.Room, "x")
			}
			s := &script{act: nothing}
			c, _ = join(t, rs, s, 1, tt.at)
			if tt.ready {
				c.Ready()
			}
			pumps.spin()
			for n := tt.first + 1; n <= tt.falls; n++ {
				if slices.Contains(s.offers, "overflowed") {
					t.Errorf("told before message %d was published", n)
				}
				publish(t, start.Room, "x")
				pumps.spin()
			}
			c.Ready()
			c.Leave()
			pumps.spin()
			if !slices.Equal(s.offers, tt.offers) {
				t.Errorf("offered %q, want %q", s.offers, tt.offers)
			}
			if got := stays.check(t, 0, 1); len(got) != tt.falls {
				t.Errorf("the other got %d messages, want %d", len(got), tt.falls)
			}
			if n := start.Room.Status().Members; n != 1 {
				t.Errorf("%d members are left, want 1", n)
			}
		})
	}
}

// Who has left is not told that it overflowed, not even when the pass that
// tells has begun.
func TestOverflowAfterLeave(t *testing.T) {
	for _, turns := range []int{0, 1} {
		rs, pumps := overflows(t, 1)
		for range sendsPerTurn + 1 { // more than a turn before those that lag
			c, _ := join(t, rs, hole{}, 0, Point{})
			c.Ready()
		}
		pumps.spin()
		p := &peer{}
		c, start := join(t, rs, p, 0, Point{})
		publish(t, start.Room, "x")
		pumps.spin()
		publish(t, start.Room, "x")
		for range turns {
			pumps.pumps[0].give(pumps.pumps[0].pop())
		}
		if fell := turns == 1; (c.place == lagging) != fell {
			t.Errorf("%d turns: place %d", turns, c.place)
		}
		c.Ready()
		c.Leave()
		pumps.spin()
		if p.overflow != 0 || p.offers != 0 {
			t.Errorf("%d turns: %d offers, told %d times; want none", turns, p.offers, p.overflow)
		}
	}
}

// A crowd that overflows at once does not hold up the pump's other shards.
func TestOverflowTakesTurns(t *testing.T) {
	rs, pumps := overflows(t, 1)
	const crowd = 2*sendsPerTurn + 1
	peers := make([]*peer, crowd)
	var r *Room
	for i := range peers {
		peers[i] = &peer{}
		_, start := join(t, rs, peers[i], 0, Point{})
		r = start.Room
	}
	publish(t, r, "x")
	pumps.spin()
	publish(t, r, "x")
	told := func() (n int) {
		for _, p := range peers {
			n += p.overflow
		}
		return n
	}
	for _, want := range []int{sendsPerTurn, 2 * sendsPerTurn, crowd} {
		pumps.pumps[0].give(pumps.pumps[0].pop())
		if n := told(); n != want {
			t.Errorf("%d members were told, want %d", n, want)
		}
	}
	pumps.spin()
	if len(r.shards) != 0 {
		t.Errorf("%d shards without members", len(r.shards))
	}
}

// Members that come, are ready, take nothing and leave at random, against a
// list of what each needs: who is told is who fell off the log, with the pass
// after it and never again.
func TestOverflowAgainstOracle(t *testing.T) {
	rs, pumps := overflows(t, 16)
	rnd := rand.New(rand.NewPCG(8, 9))
	c, start := join(t, rs, hole{}, 0, Point{})
	c.Ready()
	r := start.Room
	needs := map[*peer]uint64{} // those in the room
	var all []*peer
	fell := 0
	for range 20_000 {
		switch rnd.IntN(5) {
		case 0, 1:
			publish(t, r, "x")
		case 2:
			p := &peer{later: true}
			var at Start
			p.cursor, at = join(t, rs, p, Encoding(rnd.IntN(2)), Point{History: rnd.IntN(16)})
			needs[p], all = at.Next, append(all, p)
		case 3:
			for p := range needs { // any: it takes all there is, and nothing later on
				needs[p] = r.Status().Head
				p.later = false
				p.cursor.Ready()
				pumps.spin()
				p.later = true
				break
			}
		case 4:
			for p := range needs {
				p.cursor.Leave()
				delete(needs, p)
				break
			}
		}
		pumps.spin()
		base := r.Status().Base
		for p, next := range needs {
			want := 0
			if next < base {
				want = 1
				delete(needs, p)
				fell++
			}
			if p.overflow != want {
				t.Fatalf("told %d times, want %d: it needs %d, the log begins at %d", p.overflow, want, next, base)
			}
		}
		if n := r.Status().Members; n != len(needs)+1 {
			t.Fatalf("%d members, want %d", n, len(needs)+1)
		}
	}
	for _, p := range all {
		if p.late > 0 {
			t.Fatalf("called %d times after it was told", p.late)
		}
	}
	if fell < 100 || len(needs) == 0 {
		t.Errorf("%d overflowed, %d did not: nothing was tried", fell, len(needs))
	}
}

// What members cost a message that are away, each at a place of its own: those
// who fall, and come again. Each does so once in 1,024 messages.
func BenchmarkAway(b *testing.B) {
	for _, members := range []int{10, 1000, 128} {
		b.Run(fmt.Sprint(members), func(b *testing.B) { benchmarkAway(b, members) })
	}
}

// An absentee is never ready.
type absentee struct{ fell *int }

func (absentee) Deliver(*Batch) (int, State) { panic("room: offered before it was ready") }
func (absentee) Touch() bool                 { return true }
func (a absentee) Overflowed()               { *a.fell++ }

func benchmarkAway(b *testing.B, members int) {
	const messages = 1024
	rs, pumps := overflows(b, messages)
	c, start := join(b, rs, hole{}, 0, Point{})
	c.Ready()
	body := make([]byte, 64)
	fell, sum := 0, 0
	come := func(n int) {
		for range n {
			join(b, rs, absentee{&fell}, 0, Point{})
		}
	}
	say := func() {
		if _, err := start.Room.TryPublish(body); err != nil {
			b.Fatal(err)
		}
		pumps.spin()
	}
	for i := range messages {
		come((i+1)*members/messages - i*members/messages)
		say()
	}
	b.ReportAllocs()
	for b.Loop() {
		say()
		come(fell)
		sum, fell = sum+fell, 0
	}
	if b.N > messages && sum < b.N*members/messages-members {
		b.Errorf("%d fell in %d messages", sum, b.N)
	}
}
