package admit

import (
	"cmp"
	"errors"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"rfc6455/handshake"
)

// What a [Gate] refuses with. What it returns are copies that say Retry-After, so
// errors.Is tells which.
var (
	ErrConnections   = &handshake.Error{ID: "connections", Section: "RFC 6455 §4.1", Status: http.StatusServiceUnavailable, Text: "server has all the connections that it takes"}
	ErrPerAddress    = &handshake.Error{ID: "connections-per-address", Section: "RFC 6455 §4.1", Status: http.StatusServiceUnavailable, Text: "address has all the connections that it may have"}
	ErrHandshakeRate = &handshake.Error{ID: "handshake-rate", Section: "RFC 6585 §4", Status: http.StatusTooManyRequests, Text: "address opens connections too fast"}
)

// Errors lists every rule of this package. It is not to be changed.
var Errors = []*handshake.Error{ErrConnections, ErrPerAddress, ErrHandshakeRate, ErrNameRepeated, ErrNameNotUTF8}

// A Gate counts who is in. It must be made by [NewGate].
type Gate struct {
	connections, perAddress int // 0: no limit
	tooMany, tooManyOfOne   *handshake.Error
	tooFast                 *handshake.Error

	mu      sync.Mutex
	present int
	guests  table[*guest]
	pace    *pace // nil: no limit
	hinted  time.Time
}

// A guest is an address with connections.
type guest struct {
	key     netip.Addr
	present int
}

// A Pass is one connection's leave to be here. It must be given back by Leave.
type Pass struct {
	gate  *Gate
	guest *guest // nil once it is given back; under the gate's mu
}

// NewGate makes a Gate. It fails when a field of cfg is out of its range.
func NewGate(cfg Config) (*Gate, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	g := &Gate{
		connections: limit(cfg.Connections, DefaultConnections),
		perAddress:  limit(cfg.PerAddress, DefaultPerAddress),
	}
	after := cmp.Or(cfg.RetryAfter, DefaultRetryAfter)
	var errs [3]error
	g.tooMany, errs[0] = refusal(ErrConnections, after)
	g.tooManyOfOne, errs[1] = refusal(ErrPerAddress, after)
	interval := time.Duration(0)
	if cfg.HandshakesPerMinute > 0 {
		interval = max(1, time.Minute/time.Duration(cfg.HandshakesPerMinute))
		g.pace = newPace(interval, limit(cfg.HandshakeBurst, DefaultHandshakeBurst), limit(cfg.Addresses, DefaultAddresses))
	}
	g.tooFast, errs[2] = refusal(ErrHandshakeRate, interval)
	return g, errors.Join(errs[:]...)
}

// Enter lets a client in, or gives the *[handshake.Error] to refuse it with: a
// copy of ErrHandshakeRate, ErrPerAddress or ErrConnections, in this order. An
// attempt that a cap refuses counts for the address's pace.
func (g *Gate) Enter(c Client, now time.Time) (*Pass, error) {
	key := countedBy(c.Addr)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pace != nil && !g.pace.take(key, now) {
		return nil, g.tooFast
	}
	from := g.guests.rows[key]
	if g.perAddress > 0 && from != nil && from.present >= g.perAddress {
		return nil, g.tooManyOfOne
	}
	if g.connections > 0 && g.present >= g.connections {
		return nil, g.tooMany
	}
	if from == nil {
		from = &guest{key: key}
		g.guests.put(key, from)
	}
	from.present++
	g.present++
	return &Pass{g, from}, nil
}

// Leave gives the pass back. Only the first call counts, and a nil Pass has
// nothing to give back.
func (p *Pass) Leave() {
	if p == nil {
		return
	}
	g := p.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.guest == nil {
		return
	}
	p.guest.present--
	if p.guest.present == 0 {
		g.guests.drop(p.guest.key)
	}
	p.guest = nil
	g.present--
}

// Present gives how many connections are in, and from how many addresses.
func (g *Gate) Present() (connections, addresses int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.present, len(g.guests.rows)
}

// HintEvery is how often [Gate.Hint] says yes at most.
const HintEvery = time.Minute

// Hint says whether the operator should be told that proxies may have to be
// trusted: err, which Enter gave, refused c for its address, though the request
// named another one that was not believed. It is no proof, since anybody can send
// X-Forwarded-For; so the operator must judge whether the peer is a proxy of his.
func (g *Gate) Hint(c Client, err error, now time.Time) bool {
	if !c.Unheeded || !errors.Is(err, ErrPerAddress) && !errors.Is(err, ErrHandshakeRate) {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.hinted.IsZero() && now.Sub(g.hinted) < HintEvery {
		return false
	}
	g.hinted = now
	return true
}

// countedBy gives what stands for an address in the counts. Who has an IPv6
// address has all of its /64 (RFC 6177 §2).
func countedBy(addr netip.Addr) netip.Addr {
	if !addr.Is6() {
		return addr
	}
	network, err := addr.Prefix(64)
	if err != nil {
		return addr // never: 64 is a length of IPv6's
	}
	return network.Addr()
}
