package room

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// Those in step are offered the very same batch; so are those that lag at the
// same place.
func TestBatchIsShared(t *testing.T) {
	cfg := still(t, idlePumps(1))
	rs := newRooms(t, cfg)
	var batches []*Batch
	note := func(b *Batch) (int, State) { batches = append(batches, b); return 0, Took }
	var r *Room
	for range 3 {
		c, start := join(t, rs, &script{act: note}, 1, Point{})
		r = start.Room
		c.Ready()
	}
	publish(t, r, "a")
	publish(t, r, "b")
	cfg.Pumps.spin()
	for range 2 {
		c, _ := join(t, rs, &script{act: note}, 1, Point{History: 2})
		c.Ready()
	}
	cfg.Pumps.spin()
	if len(batches) != 5 || batches[1] != batches[0] || batches[2] != batches[0] || batches[4] != batches[3] {
		t.Errorf("batches %p", batches)
	}
}

// A batch holds whole frames, 64 KiB of them at most, or one that is larger;
// what is joined is what the frames are, and one frame is not copied.
func TestBatchSizes(t *testing.T) {
	const head = 13 // of a marked frame
	for name, tt := range map[string]struct {
		sizes  []int // of frames
		offers []string
	}{
		"one":                  {[]int{100}, []string{"1+1"}},
		"just fits":            {[]int{batchBytes - 100, 100}, []string{"1+2"}},
		"a byte too many":      {[]int{batchBytes - 100, 101}, []string{"1+1", "2+1"}},
		"large":                {[]int{100, 3 * batchBytes, 100, 100}, []string{"1+1", "2+1", "3+2"}},
		"many":                 {slices.Repeat([]int{1 << 10}, 130), []string{"1+64", "65+64", "129+2"}},
		"large ones in a row":  {[]int{batchBytes + 1, batchBytes, batchBytes}, []string{"1+1", "2+1", "3+1"}},
		"nothing but headers":  {[]int{head, head}, []string{"1+2"}},
		"small before a large": {[]int{head, batchBytes}, []string{"1+1", "2+1"}},
	} {
		t.Run(name, func(t *testing.T) {
			check := func(b *Batch) (int, State) {
				frames := make([][]byte, len(b.Frames))
				copy(frames, b.Frames)
				if !bytes.Equal(b.Joined, slices.Concat(frames...)) {
					t.Errorf("message %d and on are joined to something else", b.First)
				}
				if len(b.Frames) == 1 && &b.Joined[0] != &b.Frames[0][0] {
					t.Errorf("message %d was copied", b.First)
				}
				return 0, Took
			}
			cfg := still(t, idlePumps(1))
			rs := newRooms(t, cfg)
			step, late := &script{act: check}, &script{act: check}
			c, start := join(t, rs, step, 0, Point{})
			c.Ready()
			for _, n := range tt.sizes {
				publish(t, start.Room, strings.Repeat("x", n-head))
			}
			cfg.Pumps.spin()
			c, _ = join(t, rs, late, 0, Point{History: len(tt.sizes)})
			c.Ready()
			cfg.Pumps.spin()
			if !slices.Equal(step.offers, tt.offers) || !slices.Equal(late.offers, tt.offers) {
				t.Errorf("offered %q in step and %q late, want %q", step.offers, late.offers, tt.offers)
			}
		})
	}
}

// An encoding in which a message takes more space ends the pass for all: the
// shard has one cursor.
func TestEncodingsOfUnequalSize(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.Encoders[1] = func(dst []byte, m Message) []byte { return append(dst, make([]byte, 40<<10)...) }
	rs := newRooms(t, cfg)
	var scripts []*script
	var r *Room
	for e := range 2 {
		s := &script{act: func(b *Batch) (int, State) { return 0, Took }}
		c, start := join(t, rs, s, Encoding(e), Point{})
		r = start.Room
		c.Ready()
		scripts = append(scripts, s)
	}
	for range 3 {
		publish(t, r, "x")
	}
	cfg.Pumps.spin()
	for e, s := range scripts {
		if want := []string{"1+1", "2+1", "3+1"}; !slices.Equal(s.offers, want) {
			t.Errorf("offered %q in encoding %d, want %q", s.offers, e, want)
		}
	}
}

// An encoder may append nothing: such a message counts and is not sent.
func TestMessageThatDoesNotShow(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.Encoders[1] = func(dst []byte, m Message) []byte {
		if m.Seq%3 != 0 {
			return dst
		}
		return append(dst, 'x')
	}
	rs := newRooms(t, cfg)
	step := &script{act: func(b *Batch) (int, State) { return 0, Took }}
	late := &script{act: step.act}
	c, start := join(t, rs, step, 1, Point{})
	c.Ready()
	for range 4 {
		publish(t, start.Room, "body")
		cfg.Pumps.spin()
	}
	c, _ = join(t, rs, late, 1, Point{History: 4})
	c.Ready()
	cfg.Pumps.spin()
	if want := []string{"3+1"}; !slices.Equal(step.offers, want) {
		t.Errorf("offered %q, want %q", step.offers, want)
	}
	if want := []string{"1+4"}; !slices.Equal(late.offers, want) {
		t.Errorf("offered %q late, want %q", late.offers, want)
	}
}

// A member that counts frames which the batch does not have is a bug that
// must not pass for a gap.
func TestDeliverMiscounts(t *testing.T) {
	for _, n := range []int{-1, 2} {
		cfg := still(t, idlePumps(1))
		s := &script{act: func(*Batch) (int, State) { return n, Later }}
		c, start := join(t, newRooms(t, cfg), s, 0, Point{})
		c.Ready()
		publish(t, start.Room, "x")
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%d frames of 1: no panic", n)
				}
			}()
			cfg.Pumps.spin()
		}()
	}
}

// Members leave and lag while a pass over them takes several turns; those who
// stay are offered every message once.
func TestPassOfManyTurns(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.seating = large
	rs := newRooms(t, cfg)
	scripts := make([]*script, 4*sendsPerTurn+7)
	var r *Room
	for i := range scripts {
		s := &script{}
		c, start := join(t, rs, s, Encoding(i%2), Point{})
		r = start.Room
		s.act = func(b *Batch) (int, State) {
			switch {
			case i%5 == 0:
				return 0, Gone
			case i%7 == 0:
				c.Leave()
			case i%11 == 0:
				c.Ready()
				return len(b.Frames), Later
			}
			return 0, Took
		}
		scripts[i] = s
		c.Ready()
	}
	publish(t, r, "a")
	for range 2 {
		if sh := cfg.Pumps.pumps[0].pop(); sh != nil {
			cfg.Pumps.pumps[0].give(sh)
		}
		publish(t, r, "b")
	}
	cfg.Pumps.spin()
	for i, s := range scripts {
		want := []string{"1+1", "2+2"}
		if i%5 == 0 || i%7 == 0 {
			want = want[:1]
		}
		if !slices.Equal(s.offers, want) {
			t.Errorf("member %d was offered %q, want %q", i, s.offers, want)
		}
	}
}

// A shard that has had its turn goes behind the others of its pump, in the
// midst of a pass too.
func TestTurns(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.seating = large
	rs := newRooms(t, cfg)
	var turns []string
	crowd := func(name string, n int) *Room {
		var r *Room
		for range n {
			s := &script{act: func(*Batch) (int, State) {
				if len(turns) == 0 || turns[len(turns)-1] != name {
					turns = append(turns, name)
				}
				return 0, Took
			}}
			c, start, err := rs.Join(name, s, 0, Point{})
			if err != nil {
				t.Fatal(err)
			}
			c.Ready()
			r = start.Room
		}
		return r
	}
	large, small := crowd("large", 2*sendsPerTurn+1), crowd("small", 2)
	cfg.Pumps.spin()
	publish(t, large, "x")
	publish(t, small, "x")
	cfg.Pumps.spin()
	if want := []string{"large", "small", "large"}; !slices.Equal(turns, want) {
		t.Errorf("turns %q, want %q", turns, want)
	}
}

// What the members took for granted while they came is given back when they
// have left.
func TestListsShrink(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.seating = large
	rs := newRooms(t, cfg)
	var cursors []*Cursor
	var r *Room
	for range 1000 {
		c, start := join(t, rs, &peer{}, 0, Point{})
		c.Ready()
		cursors, r = append(cursors, c), start.Room
	}
	cfg.Pumps.spin()
	sh := r.shards[0]
	for i, c := range cursors[:998] {
		c.Leave()
		if i%100 == 0 {
			cfg.Pumps.spin()
		}
	}
	cfg.Pumps.spin()
	if n := cap(sh.steps[0]); len(sh.steps[0]) != 2 || n > 16 {
		t.Errorf("%d members in step take the space of %d", len(sh.steps[0]), n)
	}
}

// The state of a shard at each step of a quiet room's life.
func TestShardSleeps(t *testing.T) {
	cfg := still(t, idlePumps(1))
	rs := newRooms(t, cfg)
	c, start := join(t, rs, &peer{}, 0, Point{})
	sh := start.Room.shards[0]
	step := func(what string, want state) {
		t.Helper()
		if sh.state != want {
			t.Errorf("%s: state %d, want %d", what, sh.state, want)
		}
	}
	step("joined", idle)
	c.Ready()
	step("ready", queued)
	publish(t, start.Room, "x")
	step("published", queued)
	cfg.Pumps.spin()
	step("sent", idle)
	publish(t, start.Room, "x")
	step("published again", queued)
	cfg.Pumps.spin()
	c.Leave()
	step("left", queued)
	cfg.Pumps.spin()
	step("empty", idle)
	c.Ready()
	step("ready after it left", idle)
	if r := start.Room; len(r.shards)+len(r.waiters) != 0 {
		t.Errorf("%d shards, %d of them waiting; want none", len(r.shards), len(r.waiters))
	}
}

// One message wakes all the shards of a large room, whoever of them waits.
func TestMessageWakesAllShards(t *testing.T) {
	cfg := still(t, idlePumps(2))
	cfg.seating = large
	rs := newRooms(t, cfg)
	var sinks []*sink
	var cursors []*Cursor
	var r *Room
	for i := range 3*shardSeats + 5 {
		if i%shardSeats == 0 {
			sinks = append(sinks, &sink{})
		}
		c, start := join(t, rs, sinks[i/shardSeats], 0, Point{})
		cursors, r = append(cursors, c), start.Room
		c.Ready()
	}
	cfg.Pumps.spin()
	count := func(what string, want ...int) {
		t.Helper()
		cfg.Pumps.spin()
		for i, s := range sinks {
			if s.frames != want[i] {
				t.Errorf("%s: shard %d delivered %d frames, want %d", what, i, s.frames, want[i])
			}
			*s = sink{}
		}
		if len(r.waiters) != len(r.shards) || r.alarm {
			t.Errorf("%s: %d of %d shards wait", what, len(r.waiters), len(r.shards))
		}
	}
	publish(t, r, "x")
	if n := len(r.waiters); n != 3 {
		t.Errorf("the publisher woke %d shards, want 1", 4-n)
	}
	count("all wait", 4096, 4096, 4096, 5)
	cursors[0].Ready()
	publish(t, r, "x")
	publish(t, r, "x")
	count("one is awake", 2*4096, 2*4096, 2*4096, 2*5)
	for _, c := range cursors[4096 : 2*4096] {
		c.Leave()
	}
	publish(t, r, "x")
	count("one is empty", 4096, 0, 4096, 5)
	if n := len(r.shards); n != 3 {
		t.Errorf("%d shards, want 3", n)
	}
}

// News that comes after a shard has looked and before it sleeps is not missed.
func TestShardDoesNotOversleep(t *testing.T) {
	cfg := still(t, idlePumps(1))
	rs := newRooms(t, cfg)
	p := &peer{}
	c, start := join(t, rs, p, 0, Point{})
	c.Ready()
	sh := cfg.Pumps.pumps[0].pop()
	if sh.begin() {
		t.Fatal("a pass without a message")
	}
	publish(t, start.Room, "x")
	if sh.sleep() {
		t.Error("the shard sleeps over a message")
	}
	cfg.Pumps.pumps[0].give(sh)
	p.expect(t, 0, 1, "x")
	if sh.state != idle {
		t.Errorf("state %d, want idle", sh.state)
	}
}
