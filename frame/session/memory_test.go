package session_test

import (
	"bytes"
	"fmt"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/frame/session"
)

// A meter is a Memory that counts, knows its own slices again, and spoils what
// was put back.
type meter struct {
	t      testing.TB
	failAt int // the Get that answers nil, from 1; 0: none
	spare  int // bytes that a slice has beyond what was asked for

	lent             map[*byte]int // capacities
	gets             int
	held, peak, gave int // bytes
}

func (m *meter) Get(n int) []byte {
	if m.gets++; m.gets == m.failAt {
		return nil
	}
	b := make([]byte, n+m.spare)
	spoil(b)
	if m.lent == nil {
		m.lent = map[*byte]int{}
	}
	m.lent[&b[0]] = cap(b)
	m.held += cap(b)
	m.gave += cap(b)
	m.peak = max(m.peak, m.held)
	return b[:0]
}

func (m *meter) Put(b []byte) {
	m.t.Helper()
	b = b[:cap(b)]
	if len(b) == 0 || m.lent[&b[0]] != len(b) {
		m.t.Fatalf("%d bytes are put back that were not lent so", len(b))
	}
	delete(m.lent, &b[0])
	m.held -= len(b)
	spoil(b)
}

// TestMemoryBalances lives through all scripts: whatever happens, what was lent is
// back at the end, and nothing else.
func TestMemoryBalances(t *testing.T) {
	used := 0
	for _, s := range scripts(t) {
		n := streamLen(s)
		if n > big || n > 64<<10 && testing.Short() {
			continue
		}
		for _, size := range []int{0, 1, 64} {
			for _, buffer := range [][]byte{nil, make([]byte, 1000)} {
				m := &meter{t: t, spare: size}
				e := newEndpoint(s, buffer, m)
				if err := e.live(s, size); err != nil {
					t.Fatalf("%s: %v", s.At, err)
				}
				used += m.gets
				if _, partial := e.r.Partial(); m.held > 0 && !partial {
					t.Errorf("%s: %d bytes held with nothing begun, %v", s.At, m.held, e.r.Err())
				}
				e.r.Close()
				if m.held != 0 || len(m.lent) != 0 {
					t.Errorf("%s: %d bytes held at the end, %v", s.At, m.held, e.r.Err())
				}
			}
		}
	}
	if used < 1000 {
		t.Errorf("only %d slices were lent", used)
	}
}

// TestMemoryShort answers nil at each Get of each script in turn: the connection
// fails with 1013, gives all back and delivers only what came before.
func TestMemoryShort(t *testing.T) {
	failed := 0
	for _, s := range scripts(t) {
		if streamLen(s) > 64<<10 || wants(s) {
			continue
		}
		stream := newEndpoint(s, nil, nil)
		var in []byte
		for _, step := range s.Steps {
			in = stream.appendInput(in, step)
		}
		for _, size := range []int{0, 7} {
			whole := &meter{t: t}
			sound := newEndpoint(s, nil, whole)
			sound.feed(bytes.Clone(in), size)
			for n := 1; n <= min(whole.gets, 50); n++ {
				m := &meter{t: t, failAt: n}
				e := newEndpoint(s, nil, m)
				e.feed(bytes.Clone(in), size)
				failed++
				if e.r.Err() != frame.ErrMemoryShort || m.held != 0 {
					t.Errorf("%s: nil at Get %d: %v, %d bytes held", s.At, n, e.r.Err(), m.held)
				}
				if len(e.events) > len(sound.events) || differ(e.events, sound.events[:len(e.events)]) >= 0 {
					t.Errorf("%s: nil at Get %d gives\n%s", s.At, n, list(e.events))
				}
			}
		}
	}
	if failed < 100 {
		t.Errorf("only %d failures were tried", failed)
	}
}

// TestMemoryFollowsWhatCame declares 2 GiB, or more than 32 bits can say, and says
// little: what is held is in proportion to what came (§10.4).
func TestMemoryFollowsWhatCame(t *testing.T) {
	for _, declared := range []int64{1 << 31, 1<<32 + 5, 1 << 40} {
		memoryFollows(t, declared)
	}
}

func memoryFollows(t *testing.T, declared int64) {
	t.Helper()
	for _, fin := range []bool{true, false} {
		for _, inPlace := range []bool{true, false} {
			m := &meter{t: t}
			r := session.NewReceiver(session.Config{Memory: m, InPlace: inPlace, Limits: session.Limits{Message: declared}})
			h := frame.Header{Fin: fin, Opcode: frame.Binary, Masked: true, Length: declared}
			events(r, h.Append(nil))
			if m.peak > 1<<10 {
				t.Errorf("fin %t, in place %t: %d bytes for a header", fin, inPlace, m.peak)
			}
			piece, came := make([]byte, 1000), 0
			for range 1000 {
				events(r, piece)
				came += len(piece)
				if m.held > 4*came+1<<10 || m.peak > 5*came+1<<10 {
					t.Fatalf("fin %t, in place %t: %d bytes held, %d at most, for %d that came", fin, inPlace, m.held, m.peak, came)
				}
			}
			if m.gets > 12 || m.gave > 5*came {
				t.Errorf("fin %t, in place %t: %d slices of %d bytes in all for %d that came", fin, inPlace, m.gets, m.gave, came)
			}
			r.Close()
			if m.held != 0 {
				t.Errorf("%d bytes held after Close", m.held)
			}
		}
	}
}

// TestMemoryOfFragments feeds a message of many fragments: growth is amortised.
func TestMemoryOfFragments(t *testing.T) {
	const n, size = 4000, 50
	m := &meter{t: t}
	r := session.NewReceiver(session.Config{Memory: m})
	op := frame.Binary
	var got int
	for i := range n {
		for ev := range r.Feed(dataFrame(i == n-1, false, op, pattern(size))) {
			got = len(ev.Payload)
		}
		op = frame.Continuation
	}
	if got != n*size || m.gave > 4*n*size || m.peak > 4*n*size || m.held != 0 {
		t.Errorf("%d bytes, want %d; %d bytes lent in all, %d at most, %d still", got, n*size, m.gave, m.peak, m.held)
	}
}

// TestMemoryOfInflating holds inflated messages to their Memory: what outgrows the
// first slice continues in another of the Memory's, and a bomb stops at the limit.
func TestMemoryOfInflating(t *testing.T) {
	const limit = 1 << 20
	for _, tt := range []struct {
		size int
		want error
	}{{0, nil}, {100, nil}, {3000, nil}, {limit - 1, nil}, {limit, nil}, {limit + 1, frame.ErrMessageTooBig}, {8 << 20, frame.ErrMessageTooBig}} {
		packed := deflate.NewCompressor(15, false).Append(nil, make([]byte, tt.size))
		for _, spare := range []int{0, 5000} {
			t.Run(fmt.Sprintf("%d spare %d", tt.size, spare), func(t *testing.T) {
				m := &meter{t: t, spare: spare}
				r := session.NewReceiver(session.Config{Memory: m, Limits: session.Limits{Message: limit}, Inflater: deflate.NewDecompressor(15, false)})
				got := -1
				for ev := range r.Feed(dataFrame(true, true, frame.Binary, packed)) {
					got = len(ev.Payload)
				}
				if r.Err() != tt.want || tt.want == nil && got != tt.size || m.held != 0 {
					t.Errorf("%d bytes, %v, %d bytes held; want %v", got, r.Err(), m.held, tt.want)
				}
				if least := min(tt.size, limit); m.peak < least || m.peak > 2*(limit+5000) || m.gave > 4*(limit+5000*m.gets) {
					t.Errorf("%d bytes at most, %d in all", m.peak, m.gave)
				}
			})
		}
	}
}

// TestMemoryOfBombs inflates what is long or too long: a message that may be gets what
// it needs, once; of any other CountFrom bytes were taken at most, and of them the
// slices on the way there.
func TestMemoryOfBombs(t *testing.T) {
	const limit = 4 << 20
	for size, want := range map[int]error{3 << 20: nil, limit: nil, limit + 1: frame.ErrMessageTooBig, 256 << 20: frame.ErrMessageTooBig} {
		m := &meter{t: t}
		packed := deflate.NewCompressor(15, false).Append(nil, make([]byte, size))
		r := session.NewReceiver(session.Config{Memory: m, Limits: session.Limits{Message: limit}, Inflater: deflate.NewDecompressor(15, false)})
		got := -1
		for ev := range r.Feed(dataFrame(true, true, frame.Binary, packed)) {
			got = len(ev.Payload)
		}
		if r.Err() != want || want == nil && got != size || m.held != 0 {
			t.Errorf("%d bytes: got %d, %v, %d bytes held; want %v", size, got, r.Err(), m.held, want)
		}
		most := 2 * deflate.CountFrom
		if want == nil {
			most += size
		}
		if m.peak > most || m.gave > 2*most {
			t.Errorf("%d bytes: %d lent at once, %d in all; want %d at once at most", size, m.peak, m.gave, most)
		}
	}
}

// TestEveryDeflateErrorIsAViolation: errors of the rules of DEFLATE are known by
// what they wrap.
func TestEveryDeflateErrorIsAViolation(t *testing.T) {
	for _, tt := range []struct {
		name, packed string
		want         error
	}{
		{"reserved block type", "\x06", frame.ErrDeflateCorrupt},
		{"stored length", "\x00\x05\x00\x00\x00", frame.ErrDeflateCorrupt},
		{"distance before the beginning", "\x02\x7f\x00\x00", frame.ErrDeflateCorrupt},
		{"no marker", "\xf2\x48\xcd", frame.ErrDeflateTruncated},
		{"ends in a stored block", "\x00\x05\x00\xfa\xffHel", frame.ErrDeflateTruncated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := &meter{t: t}
			r := session.NewReceiver(session.Config{Memory: m, Inflater: deflate.NewDecompressor(15, true)})
			got := events(r, dataFrame(true, true, frame.Text, []byte(tt.packed)))
			if got != nil || r.Err() != tt.want || m.held != 0 {
				t.Errorf("%q, %v, %d bytes held; want %v", got, r.Err(), m.held, tt.want)
			}
		})
	}
}
