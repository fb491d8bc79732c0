package chat

import (
	"math/rand/v2"
	"testing"
	"time"
)

// truth is who is there as people would say: whoever has a connection, or had one
// in the last five seconds.
type truth map[string]*body

type body struct {
	name  string
	conns int
	ended time.Time
}

func (tr truth) there(now time.Time) map[string]string {
	there := map[string]string{}
	for id, b := range tr {
		if b.conns > 0 || now.Before(b.ended.Add(5*time.Second)) {
			there[id] = b.name
		}
	}
	return there
}

// A viewer is a client that believes what it is told.
type viewer struct {
	version uint64
	whole   bool // its list is all of them
	count   int
	list    map[string]string
	wrong   time.Time // since when what it believes is wrong; zero: it is right
}

func newViewer(m Members) *viewer {
	v := &viewer{}
	v.members(m)
	return v
}

func (v *viewer) members(m Members) {
	v.version, v.count = m.Version, m.Count
	v.whole = m.List != nil && len(m.List) == m.Count
	if m.List == nil {
		return
	}
	v.list = map[string]string{}
	for _, who := range m.List {
		v.list[who.ID] = who.Name
	}
}

func (v *viewer) note(n Note) {
	switch n := n.(type) {
	case Members:
		if n.Version > v.version {
			v.members(n)
		}
	case Joined:
		v.change(n.Version, n.Member.ID, n.Member.Name)
	case Renamed:
		v.change(n.Version, n.Member.ID, n.Member.Name)
	case Left:
		v.change(n.Version, n.ID, "")
	}
}

func (v *viewer) change(version uint64, id, name string) {
	if version <= v.version {
		return
	}
	v.version = version
	delete(v.list, id)
	if name != "" {
		v.list[id] = name
	}
	v.count = len(v.list)
}

func (v *viewer) right(there map[string]string) bool {
	if !v.whole {
		return v.count == len(there)
	}
	return same(v.list, there)
}

func same(a, b map[string]string) bool {
	for k := range a {
		if a[k] != b[k] {
			return false
		}
	}
	return len(a) == len(b)
}

// A schedule drives a Presence, the truth and some viewers.
type schedule struct {
	t       *testing.T
	rnd     *rand.Rand
	now     time.Time
	p       Presence
	truth   truth
	viewers []*viewer
	version uint64    // of the last note
	said    time.Time // the last Members
	crowded time.Time // when there were last more than are listed
	kinds   map[string]int
}

func (s *schedule) hear(notes []Note) {
	for _, n := range notes {
		var version uint64
		switch n := n.(type) {
		case Joined:
			version = n.Version
			s.kinds["joined"]++
		case Renamed:
			version = n.Version
			s.kinds["renamed"]++
		case Left:
			version = n.Version
			s.kinds["left"]++
		case Members:
			version = n.Version
			s.kinds["members"]++
			if n.List != nil {
				s.kinds["list"]++
			}
			if s.now.Before(s.said.Add(5 * time.Second)) {
				s.t.Fatalf("two messages \"members\" within %v", s.now.Sub(s.said))
			}
			s.said = s.now
		}
		if _, ok := n.(Members); version < s.version || version == s.version && !ok {
			s.t.Fatalf("version %d after %d", version, s.version)
		}
		s.version = version
		for _, v := range s.viewers {
			v.note(n)
		}
	}
	s.check()
}

func (s *schedule) check() {
	there := s.truth.there(s.now)
	if len(there) > 100 {
		s.crowded = s.now
	}
	snapshot := s.p.Snapshot()
	if snapshot.Count != len(there) || len(snapshot.List) != min(len(there), 100) {
		s.t.Fatalf("a snapshot of %d with %d listed, there are %d", snapshot.Count, len(snapshot.List), len(there))
	}
	for _, m := range snapshot.List {
		if there[m.ID] != m.Name {
			s.t.Fatalf("%v in a snapshot, it is %q", m, there[m.ID])
		}
	}
	for _, v := range s.viewers {
		switch {
		case v.right(there):
			v.wrong = time.Time{}
			continue
		case v.wrong.IsZero():
			v.wrong = s.now
		}
		if s.now.Sub(v.wrong) >= 5*time.Second {
			s.t.Fatalf("a client is wrong for %v", s.now.Sub(v.wrong))
		}
		if s.now.Sub(s.crowded) > 5*time.Second {
			s.t.Fatalf("a client is wrong %v after the crowd was gone", s.now.Sub(s.crowded))
		}
	}
	if snapshot.Count <= 100 && s.now.Sub(s.crowded) > 5*time.Second {
		for _, v := range s.viewers {
			if !v.whole {
				s.t.Fatalf("a client has no list %v after the crowd was gone", s.now.Sub(s.crowded))
			}
		}
	}
}

// tickTo calls Tick at every time that Next gives, up to then.
func (s *schedule) tickTo(then time.Time) {
	for next, ok := s.p.Next(); ok && !next.After(then); next, ok = s.p.Next() {
		s.now = next
		s.hear(s.p.Tick(next))
		if again, ok := s.p.Next(); ok && !again.After(next) {
			s.t.Fatal("a tick that leaves something to do")
		}
	}
	s.now = then
}

// step lets something happen: fill is how probably somebody comes.
func (s *schedule) step(fill float64) {
	id := numbered(s.rnd.IntN(130)).ID
	b := s.truth[id]
	switch {
	case s.rnd.IntN(20) == 0 && b != nil && b.conns > 0:
		b.name = numbered(s.rnd.IntN(1000)).Name
		s.hear(s.p.Rename(s.now, Member{id, b.name}))
	case s.rnd.IntN(50) == 0:
		s.check()
		s.viewers = append(s.viewers[max(0, len(s.viewers)-4):], newViewer(s.p.Snapshot()))
	case s.rnd.Float64() < fill:
		if b == nil {
			b = &body{name: id}
			s.truth[id] = b
		}
		if s.rnd.IntN(10) == 0 {
			b.name = numbered(s.rnd.IntN(1000)).Name
		}
		b.conns++
		s.hear(s.p.Enter(s.now, Member{id, b.name}))
	case b != nil && b.conns > 0:
		if b.conns--; b.conns == 0 {
			b.ended = s.now
		}
		s.hear(s.p.Leave(s.now, id))
	}
}

func newSchedule(t *testing.T, seed uint64) *schedule {
	return &schedule{t: t, rnd: rand.New(rand.NewPCG(seed, 1)), now: newYear, truth: truth{}, kinds: map[string]int{}}
}

func TestPresenceAgainstTruth(t *testing.T) {
	kinds := map[string]int{}
	for seed := range uint64(6) {
		s := newSchedule(t, seed)
		s.kinds = kinds
		fill := 0.7
		for n := range 2500 {
			if n%500 == 499 {
				fill = 1 - fill
			}
			s.tickTo(s.now.Add(time.Duration(s.rnd.IntN(400)) * time.Millisecond * time.Duration(s.rnd.IntN(2))))
			s.step(fill)
		}
		for id, b := range s.truth { // all go
			for ; b.conns > 0; b.conns-- {
				b.ended = s.now
				s.p.Leave(s.now, id)
			}
		}
		s.p.Tick(s.now.Add(Grace))
		if s.p.Len() != 0 || s.p.leaving.Len() != 0 || s.p.order.Len() != 0 {
			t.Fatalf("%d members left over", s.p.Len())
		}
	}
	for _, kind := range []string{"joined", "left", "renamed", "members", "list"} {
		if kinds[kind] < 10 {
			t.Errorf("only %v came up", kinds)
		}
	}
}

// Without a single tick the state is as true: only the telling waits.
func TestPresenceWithoutTicks(t *testing.T) {
	for seed := range uint64(2) {
		s := newSchedule(t, seed)
		fill := 0.7
		for n := range 2500 {
			if n%500 == 499 {
				fill = 1 - fill
			}
			s.now = s.now.Add(time.Duration(s.rnd.IntN(400)) * time.Millisecond)
			s.viewers = nil
			s.hear(s.p.Tick(s.now))
			s.step(fill)
		}
	}
}
