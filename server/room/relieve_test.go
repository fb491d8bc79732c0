package room

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// fill gives a room of that name, with a member that takes all.
func fill(t testing.TB, rs *Rooms, name string, messages, bytes int) (*Room, *Cursor) {
	t.Helper()
	c, start, err := rs.Join(name, &peer{}, 0, Point{})
	if err != nil {
		t.Fatal(err)
	}
	c.Ready()
	for range messages {
		publish(t, start.Room, strings.Repeat("x", bytes))
		rs.cfg.Pumps.spin()
	}
	return start.Room, c
}

func held(r *Room) int {
	s := r.Status()
	return int(s.Head - s.Base)
}

// Within Config.Total a room that goes on talking forgets, and says all the same.
func TestTotal(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.Total = 1000
	rs := newRooms(t, cfg)
	a, _ := fill(t, rs, "a", 9, 100)
	b, _ := fill(t, rs, "b", 30, 10)
	if held(a) != 9 || held(b) != 10 || cfg.Total != rs.cfg.used.Load() {
		t.Errorf("%d and %d messages, %d bytes", held(a), held(b), rs.cfg.used.Load())
	}
	big, c := fill(t, rs, "c", 1, 500) // not from what is others': it is over for as long as it is held
	if held(big) != 1 || held(a) != 9 {
		t.Errorf("%d and %d messages", held(big), held(a))
	}
	for range 3 { // nobody has got them: they must not go
		publish(t, b, "on its way")
	}
	if held(b) < 3 {
		t.Errorf("%d messages", held(b))
	}
	cfg.Pumps.spin()
	c.Leave()
	cfg.Pumps.spin()
	rs.Rest()
	rs.Rest()
	if used := rs.cfg.used.Load(); rs.Len() != 2 || used > cfg.Total+30 {
		t.Errorf("%d rooms with %d bytes", rs.Len(), used)
	}
	publish(t, big, "said in a room that is no more")
	if used := rs.cfg.used.Load(); used > cfg.Total+30 {
		t.Errorf("%d bytes", used)
	}
}

// A total that an int of 32 bits does not hold is no small one.
func TestLargeTotal(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.Total = 1 << 40
	rs := newRooms(t, cfg)
	if r, _ := fill(t, rs, "a", 9, 100); held(r) != 9 {
		t.Errorf("%d messages", held(r))
	}
}

// The large forget before the small.
func TestRelieve(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.Total = 8000
	rs := newRooms(t, cfg)
	a, _ := fill(t, rs, "a", 40, 100)
	b, _ := fill(t, rs, "b", 20, 100)
	c, _ := fill(t, rs, "c", 5, 100)
	rs.Relieve()
	if held(a) != 40 || held(b) != 20 || held(c) != 5 {
		t.Errorf("without need: %d, %d and %d messages", held(a), held(b), held(c))
	}
	for range 10 {
		publish(t, b, strings.Repeat("x", 100))
	}
	cfg.Pumps.spin()
	rs.Relieve() // to 7,000: 500 for c and 3,000 for b, who has less than half of what remains
	if held(a) != 35 || held(b) != 30 || held(c) != 5 {
		t.Errorf("%d, %d and %d messages", held(a), held(b), held(c))
	}
	sum := 0
	for _, r := range []*Room{a, b, c} {
		sum += int(r.size())
	}
	if used := rs.cfg.used.Load(); int64(sum) != used {
		t.Errorf("%d bytes in account, %d held", used, sum)
	}
}

func TestFairShare(t *testing.T) {
	for _, tt := range []struct {
		sizes       []int64
		total, want int64
	}{
		{nil, 10, 10},
		{[]int64{1, 2, 3}, 10, 4},
		{[]int64{9, 1, 9}, 10, 4},
		{[]int64{5, 5, 5}, 0, 0},
		{[]int64{100}, 10, 10},
	} {
		sizes := slices.Clone(tt.sizes)
		if got := fairShare(sizes, tt.total); got != tt.want {
			t.Errorf("%v of %d: %d, want %d", tt.sizes, tt.total, got, tt.want)
		}
	}
}

func TestForget(t *testing.T) {
	cfg := still(t, idlePumps(1))
	rs := newRooms(t, cfg)
	r, _ := fill(t, rs, "a", 10, 1)
	r.Forget(4)
	if s := r.Status(); s.Base != 4 || s.Head != 11 {
		t.Errorf("log is %+v", s)
	}
	publish(t, r, "on its way")
	r.Forget(100)
	if s := r.Status(); s.Base != 11 || s.Head != 12 {
		t.Errorf("log is %+v", s)
	}
	r.Forget(1)
	if s := r.Status(); s.Base != 11 {
		t.Errorf("log is %+v", s)
	}
}

// Where there is no place for another room, those go that nobody was in for the
// longest; nobody's is taken.
func TestReclaim(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.Rooms, cfg.Idle = 20, 100
	rs := newRooms(t, cfg)
	var cursors []*Cursor
	for i := range 20 {
		_, c := fill(t, rs, fmt.Sprint(i), 1, 1)
		cursors = append(cursors, c)
	}
	if dropped := rs.Reclaim(); len(dropped) != 0 {
		t.Errorf("dropped %d rooms with members", len(dropped))
	}
	for i, c := range cursors[:17] {
		c.Leave()
		if i%8 == 0 {
			rs.Rest()
		}
	}
	cfg.Pumps.spin()
	dropped := rs.Reclaim() // of 17
	if len(dropped) != 3 || rs.Len() != 17 || rs.byName["0"] != nil || rs.byName["16"] == nil {
		t.Errorf("dropped %d, left %d", len(dropped), rs.Len())
	}
	for range 20 {
		rs.Reclaim()
	}
	if rs.Len() != 3 {
		t.Errorf("%d rooms are left, want those with members", rs.Len())
	}
}

// Rooms without members go after as many rests as the Config says.
func TestIdle(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.Idle = 5
	rs := newRooms(t, cfg)
	_, c := fill(t, rs, "a", 1, 1)
	rs.Rest()
	c.Leave()
	for i := range 5 {
		if rs.Len() != 1 {
			t.Fatalf("dropped by rest %d", i)
		}
		rs.Rest()
	}
	if rs.Len() != 0 {
		t.Error("still there")
	}
}

// A frail log is out of order.
type frail struct{ Log }

func (frail) Append([]byte) error { panic("out of order") }

// A fault in publishing is its publisher's: the room lives.
func TestPublishPanics(t *testing.T) {
	cfg := still(t, idlePumps(1))
	rs := newRooms(t, cfg)
	r, _ := fill(t, rs, "a", 1, 1)
	log := r.log
	r.log = frail{log}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		r.Publish(t.Context(), []byte("x"))
	}()
	r.log = log
	if seq := publish(t, r, "x"); seq != 2 {
		t.Errorf("message is number %d", seq)
	}
}
