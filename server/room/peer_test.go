package room

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"testing"

	"rfc6455/server/store"
)

var _ Log = (*store.Memory)(nil)

// marked gives an encoder whose frames tell their encoding, their number and
// their length: 1, 8 and 4 bytes before the body.
func marked(e Encoding) Encoder {
	return func(dst []byte, m Message) []byte {
		dst = append(dst, byte(e))
		dst = binary.BigEndian.AppendUint64(dst, m.Seq)
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(m.Body)))
		return append(dst, m.Body...)
	}
}

// unmark takes the first frame off b, and reports false when it is not whole.
func unmark(b []byte) (e Encoding, m Message, rest []byte, ok bool) {
	if len(b) < 13 {
		return 0, Message{}, b, false
	}
	n := 13 + int(binary.BigEndian.Uint32(b[9:]))
	if len(b) < n {
		return 0, Message{}, b, false
	}
	return Encoding(b[0]), Message{Seq: binary.BigEndian.Uint64(b[1:]), Body: b[13:n]}, b[n:], true
}

// config gives rooms with two encodings, whose pumps end with the test.
func config(t testing.TB) Config {
	pumps := NewPumps(2, nil)
	t.Cleanup(pumps.Close)
	return still(t, pumps)
}

// still gives the same with pumps of the test's own.
func still(_ testing.TB, pumps *Pumps) Config {
	epochs := 0
	return Config{
		Pumps:    pumps,
		Encoders: []Encoder{marked(0), marked(1)},
		Log:      func(string) (Log, error) { return store.NewMemory(), nil },
		Epoch:    func() string { epochs++; return fmt.Sprint("epoch ", epochs) },
	}
}

// large is for tests of one shard that is large.
var large = seating{least: shardSeats, most: shardSeats}

const shardSeats = 4096

func newRooms(t testing.TB, cfg Config) *Rooms {
	t.Helper()
	rs, err := NewRooms(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

func join(t testing.TB, rs *Rooms, m Member, e Encoding, at Point) (*Cursor, Start) {
	t.Helper()
	c, start, err := rs.Join("r", m, e, at)
	if err != nil {
		t.Fatal(err)
	}
	return c, start
}

// spin gives turns, in the caller's goroutine, until no pump has work.
func (ps *Pumps) spin() {
	for busy := true; busy; {
		busy = false
		for _, p := range ps.pumps {
			if sh := p.pop(); sh != nil {
				p.give(sh)
				busy = true
			}
		}
	}
}

// reopen makes pumps that were closed fit for spin.
func (ps *Pumps) reopen() {
	for _, p := range ps.pumps {
		p.closed = false
	}
}

func publish(t testing.TB, r *Room, body string) uint64 {
	t.Helper()
	seq, err := r.TryPublish([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

// A peer is a member that takes a part of what it is offered, as a socket
// would, and keeps the rest of the frame that it is in.
type peer struct {
	mu       sync.Mutex
	cursor   *Cursor
	capacity func(offered int) int // how many bytes it takes now; nil: all
	got      []byte
	tail     []byte
	later    bool // it said Later and has to call Ready
	state    State
	offers   int
	touches  int
	early    int // offers that came before Ready
	overflow int
	ended    bool // it said Gone, or was told that it overflowed
	late     int  // calls after that
	onOffer  func()
}

func (p *peer) Deliver(b *Batch) (int, State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.offers++
	p.call()
	if p.onOffer != nil {
		p.onOffer()
	}
	if p.state == Gone {
		p.ended = true
		return 0, Gone
	}
	if p.later {
		p.early++
		return 0, Later
	}
	n := len(b.Joined)
	if p.capacity != nil {
		n = min(n, p.capacity(n))
	}
	p.got = append(p.got, b.Joined[:n]...)
	if n == len(b.Joined) {
		return len(b.Frames), Took
	}
	p.later = true
	for i, f := range b.Frames {
		if n < len(f) {
			if n == 0 {
				return i, Later
			}
			p.tail = f[n:]
			return i + 1, Later
		}
		n -= len(f)
	}
	panic("joined is longer than the frames")
}

func (p *peer) Touch() bool {
	p.touches++
	return true
}

func (p *peer) Overflowed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.call()
	p.overflow++
	p.ended = true
}

// call counts calls that come after the last. Called with p.mu held.
func (p *peer) call() {
	if p.ended {
		p.late++
	}
}

// flush takes up to n bytes of the tail, and reports whether ready is due.
func (p *peer) flush(n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	n = min(n, len(p.tail))
	p.got = append(p.got, p.tail[:n]...)
	p.tail = p.tail[n:]
	if !p.later || len(p.tail) > 0 {
		return false
	}
	p.later = false
	return true
}

// check parses what p got: whole frames of encoding e that begin with message
// first and have no gap.
func (p *peer) check(t testing.TB, e Encoding, first uint64) []string {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	var bodies []string
	rest := p.got
	for len(rest) > 0 {
		enc, m, more, ok := unmark(rest)
		if !ok {
			t.Fatalf("%d bytes after message %d are not a frame", len(rest), first-1)
		}
		if enc != e || m.Seq != first {
			t.Fatalf("message %d in encoding %d; want %d, %d", m.Seq, enc, first, e)
		}
		bodies = append(bodies, string(m.Body))
		first++
		rest = more
	}
	return bodies
}

// expect is check and the bodies, too.
func (p *peer) expect(t testing.TB, e Encoding, first uint64, want ...string) {
	t.Helper()
	if got := p.check(t, e, first); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
