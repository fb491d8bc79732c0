package room

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var soak = flag.Duration("soak", 2*time.Second, "how long members come and go at random")

// A record is what was published, by number.
type record struct {
	mu     sync.Mutex
	bodies map[uint64]string
}

// A guest joins, lags, leaves, resumes and publishes at random. What it gets
// must be a part of the one log, gapless and in order.
type guest struct {
	*peer
	enc   Encoding
	rnd   *rand.Rand // its goroutine's
	turns atomic.Uint64
}

// some is a capacity that often suffices: called from Deliver, so it has a
// source of its own.
func (g *guest) some(n int) int {
	switch x := g.turns.Add(1) * 0x9e3779b97f4a7c15 >> 40; x % 8 {
	case 0:
		return 0
	case 1:
		return 1
	case 2:
		return n / 2
	case 3:
		return int(x>>3) % (n + 1)
	default:
		return n
	}
}

// visit is one stay in the room: it gives how far the guest came.
func (g *guest) visit(t *testing.T, rs *Rooms, rec *record, at Point) Point {
	g.peer = &peer{capacity: g.some} // the last one may be offered something yet
	c, start, err := rs.Join("r", g.peer, g.enc, at)
	if err != nil {
		t.Error(err)
		return Point{}
	}
	c.Ready()
	for range g.rnd.IntN(60) {
		g.act(t, c, rec)
	}
	if g.rnd.IntN(3) == 0 {
		g.mu.Lock()
		g.state = Gone // the next offer finds out
		g.mu.Unlock()
	} else {
		c.Leave()
	}
	g.mu.Lock()
	g.state = Gone
	g.got = g.got[:wholeFrames(g.got)]
	g.mu.Unlock()
	if _, late := g.ends(); late > 0 {
		t.Errorf("called %d times after it said Gone or was told that it overflowed", late)
	}
	bodies := g.check(t, g.enc, start.Next)
	rec.compare(t, start.Next, bodies)
	return Point{Epoch: start.Epoch, After: start.Next + uint64(len(bodies)) - 1}
}

// ends tells how often the peer was told that it overflowed, and how often it
// was called when that, or its own Gone, should have been the last call.
func (p *peer) ends() (overflow, late int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.overflow, p.late
}

func (g *guest) act(t *testing.T, c *Cursor, rec *record) {
	switch g.rnd.IntN(8) {
	case 0, 1:
		body := fmt.Sprintf("%d %0*d", g.rnd.Uint64(), g.rnd.IntN(300), 0)
		seq, err := c.Publish(t.Context(), []byte(body))
		if err != nil {
			t.Error(err)
			return
		}
		rec.mu.Lock()
		rec.bodies[seq] = body
		rec.mu.Unlock()
	case 2:
		c.Ready() // uncalled for
		fallthrough
	default:
		if g.flush(g.rnd.IntN(2000)) {
			c.Ready()
		}
	case 3:
		time.Sleep(time.Duration(g.rnd.IntN(300)) * time.Microsecond)
	}
	runtime.Gosched()
}

// compare holds what a guest got against what was published. A message may be
// delivered before its publisher got to write it down.
func (rec *record) compare(t *testing.T, first uint64, bodies []string) {
	for i, body := range bodies {
		seq := first + uint64(i)
		for wait := true; wait; runtime.Gosched() {
			rec.mu.Lock()
			want, ok := rec.bodies[seq]
			rec.mu.Unlock()
			if ok && want != body {
				t.Errorf("message %d is %q, want %q", seq, body, want)
			}
			wait = !ok && !t.Failed()
		}
	}
}

func wholeFrames(b []byte) (n int) {
	for rest := b; ; {
		_, _, more, ok := unmark(rest)
		if !ok {
			return n
		}
		n += len(rest) - len(more)
		rest = more
	}
}

// A crowd keeps the room busy; a few let it come to rest between the visits.
func TestSoak(t *testing.T) {
	t.Run("crowd", func(t *testing.T) { testSoak(t, 200, *soak, seating{}) })
	t.Run("few", func(t *testing.T) { testSoak(t, 3, *soak/4, seating{}) })
	t.Run("divided", func(t *testing.T) { testSoak(t, 40, *soak/4, seating{1, 1}) })
}

// silence gives a member that is never ready, and one that is once, and takes
// nothing then.
func silence(t *testing.T, rs *Rooms) (silent, deaf *peer) {
	silent, deaf = &peer{}, &peer{capacity: func(int) int { return 0 }}
	silent.cursor, _ = join(t, rs, silent, 0, Point{})
	deaf.cursor, _ = join(t, rs, deaf, 1, Point{})
	deaf.cursor.Ready()
	return silent, deaf
}

// expectEnd wants a silent member to have been told once, the log being past
// what it needs.
func (p *peer) expectEnd(t *testing.T, who string) {
	t.Helper()
	want := 0
	if p.cursor.next < p.cursor.shard.Load().room.Status().Base {
		want = 1
	}
	if n, late := p.ends(); n != want || late > 0 || len(p.got) > 0 {
		t.Errorf("who %s was told %d times, called %d times later, and took %d bytes; want %d, 0, 0", who, n, late, len(p.got), want)
	}
}

func testSoak(t *testing.T, crowd int, d time.Duration, s seating) {
	cfg := config(t)
	cfg.seating = s
	cfg.Keep = 10
	cfg.Messages = 200
	rs := newRooms(t, cfg)
	rec := &record{bodies: map[uint64]string{}}
	residents := []*peer{{}, {}} // who take all, and so must get all
	for e, p := range residents {
		p.cursor, _ = join(t, rs, p, Encoding(e), Point{})
		p.cursor.Ready()
	}
	silent, deaf := silence(t, rs)
	end := time.Now().Add(d)
	var visits, resumed, fell atomic.Int64
	var guests sync.WaitGroup
	for i := range crowd {
		guests.Go(func() {
			g := &guest{enc: Encoding(i % 2), rnd: rand.New(rand.NewPCG(5, uint64(i)))}
			at := Point{}
			for time.Now().Before(end) && !t.Failed() {
				at = g.visit(t, rs, rec, at)
				if visits.Add(1)%4 == 0 {
					rs.Rest()
				}
				n, _ := g.ends()
				fell.Add(int64(n))
				switch g.rnd.IntN(4) {
				case 0:
					at = Point{History: g.rnd.IntN(50)}
				case 1:
					at = Point{}
				default:
					resumed.Add(1)
				}
			}
		})
	}
	guests.Wait()
	cfg.Pumps.Close()
	cfg.Pumps.reopen()
	cfg.Pumps.spin() // what was on its way
	for e, p := range residents {
		bodies := p.check(t, Encoding(e), 1)
		rec.compare(t, 1, bodies)
		if len(bodies) != len(rec.bodies) {
			t.Errorf("a resident got %d messages of %d", len(bodies), len(rec.bodies))
		}
	}
	silent.expectEnd(t, "joined and was never ready")
	deaf.expectEnd(t, "took nothing and was never ready")
	t.Logf("%d visits, %d resumed, %d messages, %d overflows", visits.Load(), resumed.Load(), len(rec.bodies), fell.Load())
	if visits.Load() < int64(crowd) || len(rec.bodies) == 0 {
		t.Error("hardly anything happened")
	}
}
