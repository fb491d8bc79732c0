package admit

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rfc6455/handshake"
)

// noon is when tests begin.
var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func newGate(t testing.TB, cfg Config) *Gate {
	t.Helper()
	g, err := NewGate(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func from(s string) Client { return Client{Addr: addr(s)} }

// enter lets a client in who must be let in.
func enter(t testing.TB, g *Gate, s string) *Pass {
	t.Helper()
	p, err := g.Enter(from(s), noon)
	if err != nil {
		t.Fatalf("%q is not let in: %v", s, err)
	}
	return p
}

// wantRefused wants a client to be refused by a rule, and that to change nothing.
func wantRefused(t testing.TB, g *Gate, s string, want *handshake.Error) {
	t.Helper()
	connections, addresses := g.Present()
	p, err := g.Enter(from(s), noon)
	if p != nil || !errors.Is(err, want) {
		t.Errorf("%q: %v, %v; want %v", s, p, err, want)
	}
	if c, a := g.Present(); c != connections || a != addresses {
		t.Errorf("%q: a refusal changes the counts from %d, %d to %d, %d", s, connections, addresses, c, a)
	}
}

func TestCapInAll(t *testing.T) {
	g := newGate(t, Config{Connections: 3})
	first := enter(t, g, "192.0.2.1")
	enter(t, g, "192.0.2.1")
	enter(t, g, "2001:db8::1")
	wantRefused(t, g, "192.0.2.9", ErrConnections)
	first.Leave()
	enter(t, g, "192.0.2.9")
	wantRefused(t, g, "192.0.2.1", ErrConnections)
}

func TestCapPerAddress(t *testing.T) {
	for _, tt := range []struct{ one, same, other string }{
		{"192.0.2.1", "192.0.2.1", "192.0.2.2"},
		{"2001:db8:0:1::1", "2001:db8:0:1:ffff::", "2001:db8:0:2::1"},
		{"::1", "::2", "127.0.0.1"},
		{"", "", "::1"}, // unix sockets
		{"0.0.0.0", "0.0.0.0", ""},
	} {
		g := newGate(t, Config{PerAddress: 2})
		p := enter(t, g, tt.one)
		enter(t, g, tt.same)
		wantRefused(t, g, tt.one, ErrPerAddress)
		wantRefused(t, g, tt.same, ErrPerAddress)
		enter(t, g, tt.other)
		p.Leave()
		enter(t, g, tt.same)
		wantRefused(t, g, tt.one, ErrPerAddress)
	}
}

// Who has too many learns so, though all together have too many as well.
func TestCapOfAddressIsToldFirst(t *testing.T) {
	g := newGate(t, Config{Connections: 1, PerAddress: 1})
	enter(t, g, "192.0.2.1")
	wantRefused(t, g, "192.0.2.1", ErrPerAddress)
	wantRefused(t, g, "192.0.2.2", ErrConnections)
}

func TestCapsOff(t *testing.T) {
	g := newGate(t, Config{Connections: Off, PerAddress: Off})
	for range DefaultConnections + 1 {
		enter(t, g, "192.0.2.1")
	}
	g = newGate(t, Config{})
	for range DefaultPerAddress {
		enter(t, g, "192.0.2.1")
	}
	wantRefused(t, g, "192.0.2.1", ErrPerAddress)
	g = newGate(t, Config{PerAddress: Off})
	for range DefaultConnections {
		enter(t, g, "192.0.2.1")
	}
	wantRefused(t, g, "192.0.2.2", ErrConnections)
}

func TestLeaveCountsOnce(t *testing.T) {
	g := newGate(t, Config{})
	p, q := enter(t, g, "192.0.2.1"), enter(t, g, "192.0.2.1")
	for range 3 {
		p.Leave()
		if c, a := g.Present(); c != 1 || a != 1 {
			t.Fatalf("%d connections of %d addresses, want one", c, a)
		}
	}
	q.Leave()
	(*Pass)(nil).Leave()
	if c, a := g.Present(); c != 0 || a != 0 {
		t.Errorf("%d connections of %d addresses, want none", c, a)
	}
}

// Whatever happens at the same time, the caps hold and the counts end at zero.
func TestGateConcurrently(t *testing.T) {
	const inAll, perAddress, workers = 20, 6, 8
	g := newGate(t, Config{Connections: inAll, PerAddress: perAddress})
	var inside, refused atomic.Int64
	var of [4]atomic.Int64 // by address
	var work sync.WaitGroup
	var held []*Pass // all that the first address may have, so that it is refused however the workers run
	for range perAddress {
		held = append(held, enter(t, g, "192.0.2.0"))
	}
	inside.Store(perAddress)
	of[0].Store(perAddress)
	for w := range workers {
		work.Go(func() {
			var mine [4]*Pass
			for i := range 3000 {
				a := (w + i) % len(of)
				p, err := g.Enter(from(fmt.Sprintf("192.0.2.%d", a)), noon)
				if err != nil {
					refused.Add(1)
					continue
				}
				if n, k := inside.Add(1), of[a].Add(1); n > inAll || k > perAddress {
					t.Errorf("%d inside, %d from one address", n, k)
				}
				if old := mine[a]; old != nil {
					inside.Add(-1)
					of[a].Add(-1)
					leaveTwice(old)
				}
				mine[a] = p
			}
			for a, p := range mine {
				if p != nil {
					inside.Add(-1)
					of[a].Add(-1)
					leaveTwice(p)
				}
			}
		})
	}
	work.Wait()
	for _, p := range held {
		p.Leave()
	}
	if c, a := g.Present(); c != 0 || a != 0 || len(g.guests.rows) != 0 {
		t.Errorf("%d connections of %d addresses are left", c, a)
	}
	if refused.Load() == 0 {
		t.Error("no cap was reached")
	}
}

// leaveTwice gives a pass back from two goroutines.
func leaveTwice(p *Pass) {
	var both sync.WaitGroup
	both.Go(p.Leave)
	p.Leave()
	both.Wait()
}

func TestRefusalSaysWhenToComeAgain(t *testing.T) {
	for _, tt := range []struct {
		cfg    Config
		times  int
		status int
		want   []string
	}{
		{Config{Connections: 1}, 1, 503, []string{"10", "server has all the connections that it takes (RFC 6455 §4.1)"}},
		{Config{PerAddress: 1, RetryAfter: 90 * time.Second}, 1, 503, []string{"90", "address has all the connections that it may have (RFC 6455 §4.1)"}},
		{Config{PerAddress: 1, RetryAfter: time.Millisecond}, 1, 503, []string{"1", "RFC 6455 §4.1"}},
		{Config{HandshakesPerMinute: 7, HandshakeBurst: 2}, 2, 429, []string{"9", "address opens connections too fast (RFC 6585 §4)"}},
		{Config{HandshakesPerMinute: 1_000_000, HandshakeBurst: 1}, 1, 429, []string{"1", "too fast"}},
	} {
		g := newGate(t, tt.cfg)
		for range tt.times {
			enter(t, g, "192.0.2.1")
		}
		_, err := g.Enter(from("192.0.2.1"), noon)
		e, ok := errors.AsType[*handshake.Error](err)
		if !ok {
			t.Fatalf("%+v: %v", tt.cfg, err)
		}
		w := httptest.NewRecorder()
		handshake.WriteReject(w, e)
		if after := w.Header().Get("Retry-After"); w.Code != tt.status || after != tt.want[0] || !strings.Contains(w.Body.String(), tt.want[1]) {
			t.Errorf("%+v: %d, Retry-After %q, %q", tt.cfg, w.Code, after, w.Body)
		}
	}
}

func TestHint(t *testing.T) {
	g := newGate(t, Config{PerAddress: 1})
	unheeded := Client{Addr: addr("10.0.0.1"), Unheeded: true}
	for _, tt := range []struct {
		why   string
		c     Client
		err   error
		after time.Duration
		want  bool
	}{
		{"no field", from("10.0.0.1"), ErrPerAddress, 0, false},
		{"no refusal", unheeded, nil, 0, false},
		{"a cap that proxies have no part in", unheeded, ErrConnections, 0, false},
		{"another refusal", unheeded, handshake.ErrMethod, 0, false},
		{"the first", unheeded, g.tooManyOfOne, 0, true},
		{"the next at once", unheeded, g.tooManyOfOne, 0, false},
		{"by another rule", unheeded, g.tooFast, HintEvery - 1, false},
		{"a minute later", unheeded, g.tooFast, HintEvery, true},
		{"counted from there", unheeded, g.tooManyOfOne, 2*HintEvery - 1, false},
		{"one more", unheeded, g.tooManyOfOne, 2 * HintEvery, true},
	} {
		if got := g.Hint(tt.c, tt.err, noon.Add(tt.after)); got != tt.want {
			t.Errorf("%s: %v", tt.why, got)
		}
	}
}

func TestNewGateRefuses(t *testing.T) {
	for want, cfg := range map[string]Config{
		"Connections is -2, less than -1":         {Connections: -2},
		"PerAddress is -7, less than -1":          {PerAddress: -7},
		"RetryAfter is -1, less than 0":           {RetryAfter: -1},
		"HandshakesPerMinute is -2, less than -1": {HandshakesPerMinute: -2},
		"HandshakeBurst is -1, less than 0":       {HandshakeBurst: -1},
		"HandshakeBurst is 100001, more than":     {HandshakeBurst: maxBurst + 1},
		"Addresses is -1, less than 0":            {Addresses: -1},
	} {
		if _, err := NewGate(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", cfg, err, want)
		}
	}
}

// A flood of refusals makes no garbage.
func TestRefusalAllocatesNothing(t *testing.T) {
	for _, cfg := range []Config{{Connections: 1}, {PerAddress: 1}, {HandshakesPerMinute: 1, HandshakeBurst: 1}} {
		g := newGate(t, cfg)
		enter(t, g, "2001:db8::1")
		if n := testing.AllocsPerRun(100, func() { g.Enter(from("2001:db8::1"), noon) }); n != 0 {
			t.Errorf("%+v: %v allocations", cfg, n)
		}
	}
}

// A table that was large once does not stay so.
func TestTableGivesBack(t *testing.T) {
	var rows table[int]
	const many = 10_000
	key := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}) }
	for i := range many {
		rows.put(key(i), i)
	}
	for i := range many {
		rows.drop(key(i))
		if most := max(smallTable, 4*len(rows.rows)+4); rows.most > most {
			t.Fatalf("room for %d rows, %d are left", rows.most, len(rows.rows))
		}
		if left := many - i - 1; len(rows.rows) != left || left > 0 && rows.rows[key(many-1)] != many-1 {
			t.Fatalf("%d rows are left, want %d", len(rows.rows), left)
		}
	}
}

func BenchmarkEnter(b *testing.B) {
	g := newGate(b, Config{HandshakesPerMinute: 1_000_000_000, HandshakeBurst: maxBurst})
	c := from("2001:db8::1")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p, err := g.Enter(c, noon.Add(time.Duration(i)*time.Microsecond))
		if err != nil {
			b.Fatal(err)
		}
		p.Leave()
	}
}
