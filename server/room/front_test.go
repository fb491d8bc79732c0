package room

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// rows is a room of many small shards: four members each.
func rows(t *testing.T, members, messages int) (cursors []*Cursor, peers []*peer, r *Room) {
	t.Helper()
	cfg := still(t, idlePumps(1))
	cfg.Messages = messages
	cfg.seating = seating{least: 4, most: 4}
	rs := newRooms(t, cfg)
	for i := range members {
		p := &peer{}
		c, start := join(t, rs, p, Encoding(i%2), Point{})
		c.Ready()
		cursors, peers, r = append(cursors, c), append(peers, p), start.Room
	}
	r.cfg.Pumps.spin()
	return cursors, peers, r
}

// say publishes and gives all turns.
func say(t *testing.T, c *Cursor, body string) {
	t.Helper()
	if _, err := c.Publish(t.Context(), []byte(body)); err != nil {
		t.Fatal(err)
	}
	c.shard.Load().room.cfg.Pumps.spin()
}

// Who speaks gets a seat in the front row while there is one; who is silent loses it
// when others want it. Nobody misses a message or sees one twice.
func TestFrontRow(t *testing.T) {
	cursors, peers, r := rows(t, 3*frontSeats, 100)
	inFront := func() (who []int) {
		for i, c := range cursors {
			if c.shard.Load().front {
				who = append(who, i)
			}
		}
		return who
	}
	var bodies []string
	speak := func(i int) {
		bodies = append(bodies, fmt.Sprint(len(bodies)))
		say(t, cursors[i], bodies[len(bodies)-1])
	}
	for i := range frontSeats {
		speak(i)
	}
	var want []int
	for i := range frontSeats {
		want = append(want, i)
	}
	if got := inFront(); !slices.Equal(got, want) {
		t.Errorf("in front are %v, want %v: all who spoke", got, want)
	}
	speak(frontSeats) // wants a seat: from now on it counts who speaks
	for i := 1; i < frontSeats; i++ {
		speak(i)
	}
	speak(frontSeats) // the second time: the seat of 0, who was silent, is free
	speak(frontSeats) // and taken
	want = append(want[1:], frontSeats)
	if got := inFront(); !slices.Equal(got, want) {
		t.Errorf("in front are %v, want %v: 0 was silent", got, want)
	}
	for i, p := range peers {
		p.expect(t, Encoding(i%2), 1, bodies...)
	}
	if n := r.Status().Members; n != len(cursors) {
		t.Errorf("%d members, want %d", n, len(cursors))
	}
	for _, c := range cursors {
		c.Leave()
	}
	r.cfg.Pumps.spin()
	if len(r.shards) != 0 || r.front != nil || r.divided.Load() {
		t.Errorf("%d shards without members, front row %v", len(r.shards), r.front)
	}
}

// A room that is one shard has no front row.
func TestNoFrontRow(t *testing.T) {
	cursors, peers, r := rows(t, 4, 100)
	say(t, cursors[0], "a")
	say(t, cursors[1], "b")
	if r.front != nil || len(r.shards) != 1 {
		t.Errorf("%d shards, front row %v; want one shard", len(r.shards), r.front)
	}
	for i, p := range peers {
		p.expect(t, Encoding(i%2), 1, "a", "b")
	}
}

// The front row has a turn between those of the others: what it says to what it sees
// leaves to them together, but they are never far behind.
func TestFrontRowGoesBetween(t *testing.T) {
	for _, tt := range []struct {
		name string
		body string
		low  int // offers to the last of the others for 12 messages, at least
		high int // and at most
	}{
		{"small messages gather", "x", 2, 3},
		{"large ones do not pile up", strings.Repeat("x", frontAhead), 3, 12},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cursors, peers, r := rows(t, 41, 100)
			say(t, cursors[0], tt.body)
			if !cursors[0].shard.Load().front {
				t.Fatal("who spoke is not in front")
			}
			var bodies []string
			peers[0].onOffer = func() { // answers what it sees, its own words too
				if len(bodies) == 12 {
					return
				}
				bodies = append(bodies, tt.body)
				if _, err := r.TryPublish([]byte(tt.body)); err != nil {
					t.Error(err)
				}
			}
			last := peers[40]
			before := last.offers
			say(t, cursors[1], tt.body)
			if n := last.offers - before; n < tt.low || n > tt.high {
				t.Errorf("%d offers, want %d to %d", n, tt.low, tt.high)
			}
			for i, p := range peers {
				p.expect(t, Encoding(i%2), 1, append([]string{tt.body, tt.body}, bodies...)...)
			}
		})
	}
}

// The front row is next when it is due, unless it is so far ahead that the others are
// to come up. That it is behind, as where many speak, is no reason to wait.
func TestFrontRowIsDue(t *testing.T) {
	for _, ahead := range []bool{true, false} {
		cursors, _, r := rows(t, 41, 100)
		p := r.cfg.Pumps.pumps[0]
		body := strings.Repeat("x", frontAhead+1)
		say(t, cursors[0], body)
		publish(t, r, body)
		front := p.pop() // woken by the message; it will wake the others
		if !front.front {
			t.Fatal("the message woke another one")
		}
		if ahead {
			p.give(front)
		} else {
			for _, sh := range r.shards {
				sh.wake() // the others come to the message, and the front row does not
			}
			for !p.queues.empty() {
				p.give(p.pop())
			}
			p.push(front)
		}
		publish(t, r, body)
		for _, sh := range r.shards {
			sh.wake()
		}
		p.queues.sends = frontEvery
		if sh := p.pop(); sh.front == ahead {
			t.Errorf("ahead %v: in front is who is next: %v", ahead, sh.front)
		}
	}
}

// Who moves loses nothing, not even where the log holds a message or two: a
// publisher waits for a shard that has not come to them.
func TestFrontRowInShortLog(t *testing.T) {
	for _, messages := range []int{1, 2, 3} {
		cursors, peers, r := rows(t, 3*frontSeats, messages)
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // a publisher that would wait fails
		var bodies []string
		for n := range 500 {
			c := cursors[n*7%len(cursors)]
			body := fmt.Sprint(n)
			_, err := c.Publish(ctx, []byte(body))
			if err == nil {
				bodies = append(bodies, body)
			}
			if p := r.cfg.Pumps.pumps[0]; err != nil || n%3 == 0 {
				if sh := p.pop(); sh != nil {
					p.give(sh)
				}
			}
		}
		r.cfg.Pumps.spin()
		for i, p := range peers {
			p.expect(t, Encoding(i%2), 1, bodies...)
			if p.overflow > 0 {
				t.Errorf("log of %d: member %d fell off it", messages, i)
			}
		}
		if len(bodies) < 20 {
			t.Errorf("log of %d: only %d messages", messages, len(bodies))
		}
	}
}

// A front row to which nobody could move is not behind for ever: where the log is
// full when it comes into being there is no next message to wake it.
func TestEmptyFrontRow(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.Messages = 2
	cfg.seating = seating{least: 2, most: 2}
	rs := newRooms(t, cfg)
	speaker := &script{}
	c, start := join(t, rs, speaker, 0, Point{})
	c.Ready()
	for range 3 {
		c, _ := join(t, rs, hole{}, 0, Point{})
		c.Ready()
	}
	cfg.Pumps.spin()
	said := 0
	speaker.act = func(*Batch) (int, State) { // its shard is the last one
		for ; ; said++ {
			if _, err := start.Room.TryPublish([]byte("y")); err != nil {
				return 0, Later // and so it cannot move
			}
		}
	}
	if _, err := c.Publish(t.Context(), []byte("x")); err != nil {
		t.Fatal(err)
	}
	cfg.Pumps.spin()
	if said != 2 {
		t.Fatalf("%d messages in a pass, want 2: the log full", said)
	}
	publish(t, start.Room, "z")
}

// A front row that is to let another pump's shard come up does not hold up those of
// its own pump, which it was to wake: not even where the pump always has something else.
func TestStrainedFrontRowWakesTheOthers(t *testing.T) {
	cursors, peers, r := rows(t, 21, 100)
	p := r.cfg.Pumps.pumps[0]
	body := strings.Repeat("x", frontAhead+1)
	say(t, cursors[0], body)
	r.shards[5].pump = &pump{} // which is slow
	other := crowd(t, r.cfg.Pumps, 1, newHole)
	for range 2 { // the second one finds the shard of the slow pump behind
		publish(t, r, body)
		for range 100 {
			publish(t, other, "x")
			p.give(p.pop())
		}
	}
	for i, p := range peers[1:20] {
		p.expect(t, Encoding((i+1)%2), 1, body, body, body)
	}
}

// Who has spoken and leaves is not kept, not even by a room that has become one shard.
func TestSpeakerLeaves(t *testing.T) {
	cursors, _, r := rows(t, 5, 100)
	publish(t, r, "a")
	cursors[0].spoke()
	cursors[4].Leave()
	r.cfg.Pumps.spin()
	cursors[0].Leave()
	r.cfg.Pumps.spin()
	if len(r.shards) != 1 || len(r.shards[0].speakers) > 0 {
		t.Errorf("%d shards, the first of which keeps %d speakers; want 1, 0", len(r.shards), len(r.shards[0].speakers))
	}
}

// Who spoke in a shard that a pass takes several turns over does not move behind a
// front row that went on meanwhile: nothing there would keep what it needs in the log.
func TestFrontRowWentOn(t *testing.T) {
	const seats = sendsPerTurn + 3
	cfg := still(t, idlePumps(1))
	cfg.Messages = 3
	cfg.seating = seating{least: seats, most: seats}
	rs := newRooms(t, cfg)
	var cursors []*Cursor
	var peers []*peer
	for range seats + 2 {
		p := &peer{}
		c, _ := join(t, rs, p, 0, Point{})
		c.Ready()
		cursors, peers = append(cursors, c), append(peers, p)
	}
	p, r := cfg.Pumps.pumps[0], cursors[0].shard.Load().room
	cfg.Pumps.spin()
	bodies := []string{"a", "b", "c", "d", "e", "f"}
	say(t, cursors[0], bodies[0])
	front, long := r.front, cursors[1].shard.Load()
	if front == nil || len(r.shards) != 3 {
		t.Fatalf("%d shards, front row %v", len(r.shards), front)
	}
	turns := func(until func() bool) { // of all but the front row
		for n := 0; !until(); n++ {
			sh := p.pop()
			switch {
			case sh == nil || n == 20:
				t.Fatal("it does not come to that")
			case sh != front:
				p.give(sh)
			default:
				p.push(sh)
			}
		}
	}
	if _, err := cursors[1].Publish(t.Context(), []byte(bodies[1])); err != nil {
		t.Fatal(err)
	}
	p.give(p.pop()) // the front row, which wakes the others
	turns(func() bool { return long.pass != nil })
	publish(t, r, bodies[2])
	p.queues.sends = frontEvery
	p.give(p.pop())
	if front.cursor <= long.cursor {
		t.Fatalf("the front row is at %d, the long pass at %d", front.cursor, long.cursor)
	}
	for _, body := range bodies[3:] {
		turns(func() bool {
			return !slices.ContainsFunc(r.shards, func(sh *shard) bool { return sh != front && sh.cursor < r.head })
		})
		publish(t, r, body)
	}
	cfg.Pumps.spin()
	for i, p := range peers {
		p.expect(t, 0, 1, bodies...)
		if p.overflow > 0 {
			t.Errorf("member %d fell off the log", i)
		}
	}
}
