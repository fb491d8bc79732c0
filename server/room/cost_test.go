package room

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
)

// A sink takes all that it is offered, and counts it.
type sink struct{ offers, frames int }

func (s *sink) Deliver(b *Batch) (int, State) {
	s.offers++
	s.frames += len(b.Frames)
	return len(b.Frames), Took
}

func (s *sink) Touch() bool { return true }
func (s *sink) Overflowed() {}

// A hole takes all, too, and does nothing: what is left is the room's cost.
type hole struct{}

func (hole) Deliver(b *Batch) (int, State) { return len(b.Frames), Took }
func (hole) Touch() bool                   { return true }
func (hole) Overflowed()                   {}

// crowd gives a room of n members in step, whose pumps only spin runs.
func crowd(t testing.TB, pumps *Pumps, n int, m func() Member) *Room {
	rs := newRooms(t, still(t, pumps))
	var r *Room
	for range n {
		c, start := join(t, rs, m(), 0, Point{})
		c.Ready()
		r = start.Room
	}
	pumps.spin()
	return r
}

func newHole() Member { return hole{} }

// steady makes the room's log as long as it gets, so that it grows no more.
func steady(t testing.TB, r *Room, pumps *Pumps, body []byte) {
	for range r.cfg.Messages {
		if _, err := r.TryPublish(body); err != nil {
			t.Fatal(err)
		}
		pumps.spin()
	}
}

// A pass allocates the frames of its messages, in one piece; nothing for each
// member.
func TestPassAllocatesOnce(t *testing.T) {
	const members, burst = 1000, 10
	pumps := idlePumps(1)
	s := &sink{}
	r := crowd(t, pumps, members, func() Member { return s })
	body := make([]byte, 64)
	steady(t, r, pumps, body)
	for messages := range burst + 1 {
		*s = sink{}
		n := testing.AllocsPerRun(100, func() {
			for range messages {
				if _, err := r.TryPublish(body); err != nil {
					t.Fatal(err)
				}
			}
			pumps.spin()
		})
		if n != float64(min(messages, 1)) {
			t.Errorf("%v allocations for %d messages to %d members, want one in all", n, messages, members)
		}
		if want := 101 * members * messages; s.frames != want {
			t.Errorf("%d deliveries, want %d", s.frames, want)
		}
		if want := 101 * members * min(messages, 1); s.offers != want {
			t.Errorf("%d offers, want %d", s.offers, want)
		}
	}
}

// Members that lag and catch up allocate nothing, either.
func TestCatchingUpAllocatesNothing(t *testing.T) {
	pumps := idlePumps(1)
	var cursors []*Cursor
	rs := newRooms(t, still(t, pumps))
	var r *Room
	for range 500 {
		c, start := join(t, rs, lagger{}, 0, Point{})
		cursors, r = append(cursors, c), start.Room
	}
	body := make([]byte, 64)
	round := func() {
		for range 2 {
			if _, err := r.TryPublish(body); err != nil {
				t.Fatal(err)
			}
		}
		pumps.spin()
		for range 2 {
			for _, c := range cursors {
				c.Ready()
			}
			pumps.spin()
		}
	}
	for range r.cfg.Messages {
		round()
	}
	if s := r.Status(); s.Members != len(cursors) {
		t.Fatalf("%d members are left", s.Members)
	}
	if n := testing.AllocsPerRun(100, round); n != 1 {
		t.Errorf("%v allocations for 2 messages, want 1", n)
	}
}

// A lagger takes one frame of each batch.
type lagger struct{ hole }

func (lagger) Deliver(*Batch) (int, State) { return 1, Later }

func heapAlloc() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// A member costs the room less than 100 bytes, wherever it has been.
func TestMemoryOfAMember(t *testing.T) {
	const members = 250_000
	pumps := idlePumps(2)
	rs := newRooms(t, still(t, pumps))
	cursors := make([]*Cursor, members)
	before := heapAlloc()
	var r *Room
	for i := range cursors {
		c, start := join(t, rs, hole{}, 0, Point{})
		cursors[i], r = c, start.Room
	}
	check := func(what string) {
		t.Helper()
		each := float64(heapAlloc()-before) / members
		t.Logf("%.1f bytes a member that %s", each, what)
		if each >= 100 {
			t.Errorf("a member that %s costs %.1f bytes, want less than 100", what, each)
		}
	}
	check("joined")
	publish(t, r, "x")
	pumps.spin()
	check("is away")
	for _, c := range cursors {
		c.Ready()
	}
	pumps.spin()
	check("was away, lagged, and is in step")
	runtime.KeepAlive(cursors)
}

// A room at rest with two members costs less than 1 KiB: they joined, and
// each has been sent a message.
func TestMemoryOfARoomAtRest(t *testing.T) {
	const rooms = 20_000
	pumps := idlePumps(2)
	cfg := still(t, pumps)
	cfg.Encoders = []Encoder{marked(0), marked(1), marked(2), marked(3)} // two formats, compressed or not
	rs := newRooms(t, cfg)
	before := heapAlloc()
	pairs(t, rs, pumps, rooms)
	for range 2 {
		rs.Rest()
	}
	each := (heapAlloc() - before) / rooms
	t.Logf("%d bytes a room", each)
	if each >= 1024 {
		t.Errorf("a room costs %d bytes, want less than 1024", each)
	}
	runtime.KeepAlive(rs)
}

// pairs fills so many rooms: two members in step, who were each followed by a
// message.
func pairs(t testing.TB, rs *Rooms, pumps *Pumps, rooms int) []*Room {
	all := make([]*Room, rooms)
	for i := range all {
		name := fmt.Sprint("room ", i)
		for range 2 {
			c, start, err := rs.Join(name, hole{}, 0, Point{})
			if err != nil {
				t.Fatal(err)
			}
			c.Ready()
			all[i] = start.Room
			publish(t, start.Room, string(make([]byte, 64)))
		}
		pumps.spin()
	}
	return all
}

// catchUpByHand moves the shards to the head without a pass.
func catchUpByHand(r *Room) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, sh := range r.shards {
		sh.cursor = r.head
	}
}

// Publish alone: its cost does not know how many members there are.
func BenchmarkPublish(b *testing.B) {
	for _, members := range []int{10, 1000, 10_000, 1_000_000} {
		b.Run(fmt.Sprint(members), func(b *testing.B) {
			pumps := idlePumps(1)
			r := crowd(b, pumps, members, newHole)
			body := make([]byte, 64)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.TryPublish(body); err == ErrBehind {
					catchUpByHand(r)
				}
			}
		})
	}
}

// A pass that takes one message to every member, and what it costs each.
func BenchmarkPass(b *testing.B) {
	for _, messages := range []int{1, 16} {
		for _, members := range []int{10, 1000, 10_000, 1_000_000} {
			b.Run(fmt.Sprintf("%dx%d", messages, members), func(b *testing.B) {
				pumps := idlePumps(1)
				r := crowd(b, pumps, members, newHole)
				body := make([]byte, 64)
				b.ReportAllocs()
				n := 0
				for b.Loop() {
					for range messages {
						if _, err := r.TryPublish(body); err != nil {
							b.Fatal(err)
						}
					}
					pumps.spin()
					n += members
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/member")
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n*messages), "ns/delivery")
			})
		}
	}
}

// One message in each of many rooms of two members, in turn and in no order of
// memory: little of a room is in the processor's caches. One room is what it
// costs when all is.
func BenchmarkRooms(b *testing.B) {
	for _, rooms := range []int{1, 20_000} {
		b.Run(fmt.Sprint(rooms), func(b *testing.B) {
			pumps := idlePumps(2)
			cfg := still(b, pumps)
			cfg.Messages = 8 // or the logs grow for as long as it runs
			all := pairs(b, newRooms(b, cfg), pumps, rooms)
			for _, r := range all {
				steady(b, r, pumps, make([]byte, 64))
			}
			rand.New(rand.NewPCG(1, 2)).Shuffle(rooms, func(i, j int) { all[i], all[j] = all[j], all[i] })
			body := make([]byte, 64)
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				if _, err := all[n%rooms].TryPublish(body); err != nil {
					b.Fatal(err)
				}
				pumps.spin()
			}
		})
	}
}

// A publisher beside pumps that run: what a busy room does.
func BenchmarkBroadcast(b *testing.B) {
	for _, members := range []int{10, 1000, 10_000, 1_000_000} {
		b.Run(fmt.Sprint(members), func(b *testing.B) {
			pumps := idlePumps(2)
			r := crowd(b, pumps, members, newHole)
			for _, p := range pumps.pumps {
				pumps.ended.Go(p.run)
			}
			defer pumps.Close()
			body := make([]byte, 64)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if _, err := r.Publish(b.Context(), body); err != nil {
					b.Fatal(err)
				}
				n += members
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/delivery")
		})
	}
}
