//go:build linux && !386 && !portable

package conn_test

import (
	"os"
	"runtime"
	"sync/atomic"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// descriptors counts the process's.
func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// What waits for parked connections is one goroutine, and ends with the last of
// them; a Clock that gets connections again waits again.
func TestLotEnds(t *testing.T) {
	clock := &conn.Clock{}
	goroutines, files := runtime.NumGoroutine(), descriptors(t)
	for range 2 {
		var peers []*peer
		h := make(ends, 50)
		for range cap(h) {
			ours, theirs := tcpPair(t)
			c := conn.New(ours, frame.Server, handshake.Agreement{}, nil, &conn.Config{Clock: clock})
			c.Serve(h)
			peers = append(peers, newPeer(t, theirs, frame.Client))
		}
		wait(t, func() bool { return runtime.NumGoroutine() <= goroutines+2 }) // the Clock's and the lot's
		for _, p := range peers {
			p.send(`text "on"`)
			p.want(`text "on"`)
			p.nc.Close()
		}
		for range peers {
			<-h
		}
		wait(t, func() bool { return runtime.NumGoroutine() <= goroutines && descriptors(t) <= files })
	}
}

// many gives so many connections at rest, and what goes on with them.
func many(t *testing.T, n int, clock *conn.Clock, h conn.Handler) (peers []*peer) {
	t.Helper()
	var conns []*conn.Conn
	for range n {
		c, p := overTCP(t, frame.Server, &conn.Config{Clock: clock})
		c.Serve(h)
		conns, peers = append(conns, c), append(peers, p)
	}
	for _, c := range conns {
		wait(t, c.Rests)
	}
	return peers
}

// What a crowd took in the Clock and its lot is given back when most have gone, while
// some stay.
func TestCrowdGivesBack(t *testing.T) {
	const stay, crowd = 5, 400
	clock := &conn.Clock{}
	h := make(ends, crowd)
	stayers := many(t, stay, clock, h)
	few, _ := clock.Bays()
	peers := many(t, crowd, clock, h)
	if _, bays := clock.Bays(); bays < crowd || clock.Room() < crowd {
		t.Errorf("a crowd of %d has memory for %d, and for %d in the lot", crowd, clock.Room(), bays)
	}
	for _, p := range peers {
		p.nc.Close()
		<-h
	}
	if n, bays := clock.Bays(); n != few || bays > max(64, 4*few) {
		t.Errorf("%d bays are left, with memory for %d, before there were %d", n, bays, few)
	}
	wait(t, func() bool { return clock.Room() <= 64*conn.TicksPerRound })
	for _, p := range stayers {
		p.send(`text "on"`)
		p.want(`text "on"`)
	}
}

// A connection that wakes in a crowd rests again at once when it has nothing more to
// read, unless it talks all the time. Inside a message it does not.
func TestRestsAtOnceInACrowd(t *testing.T) {
	clock, stop := conn.StillClock()
	defer stop()
	c, p, h := served(t, &conn.Config{Clock: clock})
	rest(t, c)
	say := func() {
		t.Helper()
		p.send(`text "on"`)
		p.want(`text "on"`)
	}
	crowd := clock.Crowd(conn.AwakeMax)
	for range 3 {
		say()
		wait(t, c.Rests) // nobody asks it to
		if say(); clock.Crowd(0) != crowd+1 {
			t.Error("it does not stay awake though it talks")
		}
		crowd++
		rest(t, c)
		say()
		wait(t, c.Rests)
		clock.ParkAfter()
		say()
		wait(t, c.Rests)
		clock.ParkAfter()
	}
	p.send(`text more "Hel"`, "ping")
	p.want("pong")
	if c.Rests() {
		t.Error("it rests inside a message")
	}
	p.send(`cont "lo"`)
	p.want(`text "Hello"`)
	p.nc.Close()
	<-h
}

// A counter of goroutines handles messages.
type counter struct {
	ends
	most *atomic.Int64
}

func (h counter) Message(c *conn.Conn, ev session.Event) {
	n := int64(runtime.NumGoroutine())
	for most := h.most.Load(); n > most && !h.most.CompareAndSwap(most, n); most = h.most.Load() {
	}
}

// When many connections have something to read at once, their goroutines are not all
// there at once.
func TestCrowdWakesByAndBy(t *testing.T) {
	const crowd = 600
	clock := &conn.Clock{}
	h := counter{make(ends, crowd), new(atomic.Int64)}
	before := runtime.NumGoroutine()
	peers := many(t, crowd, clock, h)
	said := wire(t, frame.Client, `text "all"`, "close 1000")
	wakeAll := clock.HoldEvents()
	for _, p := range peers {
		p.nc.Write(said)
	}
	wakeAll()
	for range peers {
		<-h.ends
	}
	if most := int(h.most.Load()) - before; most > crowd/2 {
		t.Errorf("%d goroutines at once for %d connections", most, crowd)
	}
}
