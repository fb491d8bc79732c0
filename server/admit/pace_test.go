package admit

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	g := newGate(t, Config{HandshakesPerMinute: 6, HandshakeBurst: 3, Connections: Off})
	for _, tt := range []struct {
		second int
		who    string
		want   bool
	}{
		{0, "192.0.2.1", true}, {0, "192.0.2.1", true}, {0, "192.0.2.1", true},
		{0, "192.0.2.1", false},
		{0, "192.0.2.2", true}, // another
		{9, "192.0.2.1", false},
		{10, "192.0.2.1", true}, // one token each 10 s
		{10, "192.0.2.1", false},
		{25, "192.0.2.1", true},
		{29, "192.0.2.1", false}, // the half token of 25 counts on
		{30, "192.0.2.1", true},
		{1000, "192.0.2.1", true}, {1000, "192.0.2.1", true}, {1000, "192.0.2.1", true},
		{1000, "192.0.2.1", false}, // no more than the burst is saved up
	} {
		_, err := g.Enter(from(tt.who), noon.Add(time.Duration(tt.second)*time.Second))
		if (err == nil) != tt.want {
			t.Errorf("second %d, %s: %v, want let in: %v", tt.second, tt.who, err, tt.want)
		}
	}
}

// A connection that a cap refuses was an attempt, too.
func TestPaceCountsWhatCapsRefuse(t *testing.T) {
	g := newGate(t, Config{PerAddress: 1, HandshakesPerMinute: 1, HandshakeBurst: 2})
	enter(t, g, "192.0.2.1")
	wantRefused(t, g, "192.0.2.1", ErrPerAddress)
	wantRefused(t, g, "192.0.2.1", ErrHandshakeRate)
}

// An obviousBucket holds nanoseconds; a token is as many as an interval has.
type obviousBucket struct {
	level time.Duration
	at    time.Time
}

func (b *obviousBucket) take(now time.Time, interval, fill time.Duration) bool {
	b.level, b.at = min(fill, b.level+now.Sub(b.at)), now
	if b.level < interval {
		return false
	}
	b.level -= interval
	return true
}

func TestPaceIsATokenBucket(t *testing.T) {
	rnd := rand.New(rand.NewPCG(6455, 41))
	for range 50 {
		interval, burst := time.Duration(1+rnd.IntN(1000)), 1+rnd.IntN(5)
		p := newPace(interval, burst, 1000)
		fill := time.Duration(burst) * interval
		buckets := map[netip.Addr]*obviousBucket{}
		now := noon
		for range 2000 {
			now = now.Add(time.Duration(rnd.Int64N(int64(interval))))
			key := netip.AddrFrom4([4]byte{10, 0, 0, byte(rnd.IntN(3))})
			if buckets[key] == nil {
				buckets[key] = &obviousBucket{fill, now}
			}
			if got, want := p.take(key, now), buckets[key].take(now, interval, fill); got != want {
				t.Fatalf("interval %d, burst %d: %v, want %v", interval, burst, got, want)
			}
		}
		checkList(t, p)
	}
}

// checkList wants each bucket once in the list.
func checkList(t *testing.T, p *pace) {
	t.Helper()
	n := 0
	for b := p.ends.next; b != &p.ends; b = b.next {
		if n++; p.buckets.rows[b.key] != b || b.next.prev != b || n > p.most {
			t.Fatalf("bucket %d of the list, %v, is not one of the table's", n, b.key)
		}
	}
	if n != len(p.buckets.rows) {
		t.Fatalf("%d buckets in the list, %d in the table", n, len(p.buckets.rows))
	}
}

// However many addresses come, so many are remembered, the latest of them.
func TestPaceIsBounded(t *testing.T) {
	const most = 100
	p := newPace(time.Second, 1, most)
	key := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }
	for i := range 5000 {
		if !p.take(key(i), noon) {
			t.Fatalf("newcomer %d is refused", i)
		}
		if n := len(p.buckets.rows); n > most {
			t.Fatalf("%d buckets", n)
		}
	}
	checkList(t, p)
	for i := 4999; i > 4999-most; i-- {
		if p.take(key(i), noon) {
			t.Fatalf("address %d, one of the last %d, is forgotten", i, most)
		}
	}
	if !p.take(key(0), noon) {
		t.Error("the first address is remembered, in whose place?")
	}
}

// Buckets that are full again are forgotten as newcomers come.
func TestPaceForgets(t *testing.T) {
	p := newPace(time.Second, 2, 1000)
	for i := range 100 {
		p.take(netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}), noon)
	}
	later := noon.Add(2 * time.Second)
	for i := range 50 {
		p.take(netip.AddrFrom4([4]byte{10, 0, 1, byte(i)}), later)
	}
	if n := len(p.buckets.rows); n != 50 {
		t.Errorf("%d buckets, want the 50 newcomers'", n)
	}
	checkList(t, p)
}
