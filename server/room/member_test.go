package room

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Who leaves while he catches up is offered no more.
func TestLeaveWhileLagging(t *testing.T) {
	cfg := still(t, idlePumps(1))
	rs := newRooms(t, cfg)
	stay := &peer{}
	c, start := join(t, rs, stay, 0, Point{})
	c.Ready()
	for range 3 { // each of them a batch
		publish(t, start.Room, strings.Repeat("x", batchBytes))
	}
	cfg.Pumps.spin()
	s := &script{}
	c, _ = join(t, rs, s, 0, Point{History: 3})
	s.act = func(*Batch) (int, State) { c.Leave(); return 0, Took }
	c.Ready()
	cfg.Pumps.spin()
	if want := []string{"1+1"}; !slices.Equal(s.offers, want) {
		t.Errorf("offered %q, want %q", s.offers, want)
	}
	if got := stay.check(t, 0, 1); len(got) != 3 {
		t.Errorf("the other got %d messages, want 3", len(got))
	}
}

// A script is a member that does as it is told, and says what it was offered.
type script struct {
	offers []string // "first+count"
	act    func(b *Batch) (int, State)
}

func (s *script) Deliver(b *Batch) (int, State) {
	s.offers = append(s.offers, fmt.Sprintf("%d+%d", b.First, len(b.Frames)))
	return s.act(b)
}

func (s *script) Touch() bool { return true }

func (s *script) Overflowed() { s.offers = append(s.offers, "overflowed") }

// What a member does from within Deliver is defined. Message 1 is published,
// then messages 2 and 3; the member in the midst is the one that acts.
func TestFromWithinDeliver(t *testing.T) {
	again := false
	took := func() (int, State) { return 0, Took }
	for _, tt := range []struct {
		name    string
		act     func(c *Cursor, r *Room, b *Batch) (int, State)
		offers  []string
		members int
	}{
		{"took", func(*Cursor, *Room, *Batch) (int, State) { return took() }, []string{"1+1", "2+2"}, 3},
		{"publish", func(_ *Cursor, r *Room, b *Batch) (int, State) {
			if b.First == 1 {
				publish(t, r, "from within")
			}
			return took()
		}, []string{"1+1", "2+1", "3+2"}, 3},
		{"leave", func(c *Cursor, _ *Room, _ *Batch) (int, State) { c.Leave(); return took() }, []string{"1+1"}, 2},
		{"leave twice", func(c *Cursor, _ *Room, _ *Batch) (int, State) {
			c.Leave()
			c.Leave()
			return took()
		}, []string{"1+1"}, 2},
		{"leave, gone", func(c *Cursor, _ *Room, _ *Batch) (int, State) { c.Leave(); return 0, Gone }, []string{"1+1"}, 2},
		{"leave, later", func(c *Cursor, _ *Room, _ *Batch) (int, State) { c.Leave(); return 0, Later }, []string{"1+1"}, 2},
		{"gone", func(*Cursor, *Room, *Batch) (int, State) { return 0, Gone }, []string{"1+1"}, 2},
		{"later", func(*Cursor, *Room, *Batch) (int, State) { return 0, Later }, []string{"1+1"}, 3},
		{"ready", func(c *Cursor, _ *Room, _ *Batch) (int, State) {
			c.Ready()
			c.Ready()
			return took()
		}, []string{"1+1", "2+2"}, 3},
		{"ready, later with nothing", func(c *Cursor, _ *Room, b *Batch) (int, State) {
			if again = !again; !again {
				return took()
			}
			c.Ready() // before Deliver returned: it must not be missed
			c.Ready()
			return 0, Later
		}, []string{"1+1", "1+1", "2+2", "2+2"}, 3},
		{"ready, later with all", func(c *Cursor, _ *Room, b *Batch) (int, State) {
			c.Ready()
			return len(b.Frames), Later
		}, []string{"1+1", "2+2"}, 3},
		{"ready, later with some", func(c *Cursor, _ *Room, b *Batch) (int, State) {
			c.Ready()
			return 1, Later
		}, []string{"1+1", "2+2", "3+1"}, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := still(t, idlePumps(1))
			rs := newRooms(t, cfg)
			before, after := &peer{}, &peer{}
			c, start := join(t, rs, before, 0, Point{})
			c.Ready()
			s := &script{}
			own, _ := join(t, rs, s, 0, Point{})
			s.act = func(b *Batch) (int, State) { return tt.act(own, start.Room, b) }
			own.Ready()
			c, _ = join(t, rs, after, 0, Point{})
			c.Ready()
			for _, n := range []int{1, 2} {
				for range n {
					publish(t, start.Room, "x")
				}
				cfg.Pumps.spin()
			}
			if !slices.Equal(s.offers, tt.offers) {
				t.Errorf("offered %q, want %q", s.offers, tt.offers)
			}
			if n := start.Room.Status().Members; n != tt.members {
				t.Errorf("%d members, want %d", n, tt.members)
			}
			sum := int(start.Room.Status().Head) - 1
			if a, b := len(before.check(t, 0, 1)), len(after.check(t, 0, 1)); a != sum || b != sum {
				t.Errorf("the others got %d and %d messages, want %d", a, b, sum)
			}
		})
	}
}
