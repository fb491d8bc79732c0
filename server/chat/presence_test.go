package chat

import (
	"fmt"
	"reflect"
	"runtime"
	"testing"
	"time"
)

// at is a time in seconds from the beginning of a test.
func at(seconds float64) time.Time {
	return newYear.Add(time.Duration(seconds * float64(time.Second)))
}

func want(t *testing.T, got []Note, notes ...Note) {
	t.Helper()
	if len(got)+len(notes) > 0 && !reflect.DeepEqual(got, notes) {
		t.Errorf("%+v, want %+v", got, notes)
	}
}

func wantNext(t *testing.T, p *Presence, seconds float64) {
	t.Helper()
	if next, ok := p.Next(); !ok || !next.Equal(at(seconds)) {
		t.Errorf("next at %v, %v, want %v", next.Sub(newYear), ok, at(seconds).Sub(newYear))
	}
}

func TestPresence(t *testing.T) {
	var p Presence
	ada, bob := Member{"a", "Ada"}, Member{"b", "Bob"}
	want(t, p.Enter(at(0), ada), Joined{1, ada})
	want(t, p.Enter(at(0), bob), Joined{2, bob})
	want(t, p.Enter(at(1), ada)) // another window
	want(t, p.Leave(at(2), "a"))
	if _, ok := p.Next(); ok {
		t.Error("something is to come, though nobody went")
	}
	want(t, p.Leave(at(3), "a"))
	wantNext(t, &p, 8)
	want(t, p.Tick(at(7.9)))
	want(t, p.Enter(at(7.9), ada)) // reloaded
	want(t, p.Leave(at(8), "a"))
	wantNext(t, &p, 13)
	want(t, p.Tick(at(13)), Left{3, "a"})
	if got, ok := p.Member("a"); ok {
		t.Errorf("%v is still there", got)
	}
	want(t, p.Leave(at(14), "a")) // who is not there cannot go
	want(t, p.Rename(at(14), Member{"b", "Bert"}), Renamed{4, Member{"b", "Bert"}})
	want(t, p.Rename(at(14), Member{"b", "Bert"}))
	want(t, p.Rename(at(14), Member{"x", "Xaver"}))
	want(t, p.Enter(at(15), Member{"b", "Bob"}), Renamed{5, bob})
	if got, ok := p.Member("b"); !ok || got != bob {
		t.Errorf("%v, %v, want %v", got, ok, bob)
	}
	if got, want := p.Snapshot(), (Members{5, 1, []Member{bob}}); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// A call that comes late says first what was due before.
func TestPresenceIsLate(t *testing.T) {
	var p Presence
	ada := Member{"a", "Ada"}
	p.Enter(at(0), ada)
	p.Leave(at(1), "a")
	want(t, p.Enter(at(60), ada), Left{2, "a"}, Joined{3, ada})
}

func TestEmptyRoomSnapshot(t *testing.T) {
	var p Presence
	const want = `{"type":"members","version":0,"count":0,"list":[]}`
	if got := string(p.Snapshot().Append(nil)); got != want || p.Len() != 0 {
		t.Errorf("%s, want %s", got, want)
	}
}

func numbered(n int) Member { return Member{fmt.Sprintf("id%d", n), fmt.Sprintf("name%d", n)} }

func TestCrowd(t *testing.T) {
	var p Presence
	for n := range ListedMembers {
		want(t, p.Enter(at(0), numbered(n)), Joined{uint64(n + 1), numbered(n)})
	}
	want(t, p.Enter(at(1), numbered(100)), Members{Version: 101, Count: 101}) // at once: there was none for long
	want(t, p.Enter(at(2), numbered(101)))
	want(t, p.Rename(at(2), Member{"id0", "Zero"}))
	if own, ok := p.Unsaid(Member{ID: "id0"}); !ok || own != (Renamed{103, Member{"id0", "Zero"}}) {
		t.Errorf("told itself: %+v, %v", own, ok)
	}
	if own, ok := p.Unsaid(Member{ID: "nobody"}); ok {
		t.Errorf("nobody is told %+v", own)
	}
	wantNext(t, &p, 6)
	want(t, p.Tick(at(6)), Members{Version: 104, Count: 102})
	if _, ok := p.Next(); ok {
		t.Error("a crowd in which nothing happens is told of")
	}
	if m := p.Snapshot(); m.Count != 102 || len(m.List) != ListedMembers || m.List[0].Name != "Zero" {
		t.Errorf("a snapshot of %d, %d of them listed", m.Count, len(m.List))
	}
	p.Leave(at(10), "id100")
	p.Leave(at(10), "id101")
	want(t, p.Enter(at(12), numbered(102)), Members{Version: 105, Count: 103})
	want(t, p.Tick(at(15))) // two have left, and it is too early to say so
	p.Leave(at(15), "id102")
	wantNext(t, &p, 17)
	want(t, p.Tick(at(17)), Members{Version: 107, Count: 101})
	want(t, p.Tick(at(20)))
	wantNext(t, &p, 22)
	want(t, p.Tick(at(22)), p.Snapshot())
	want(t, p.Rename(at(22), numbered(0)), Renamed{109, numbered(0)})
	if own, ok := p.Unsaid(numbered(0)); ok {
		t.Errorf("told twice: %+v", own)
	}
	if m := p.Snapshot(); m.Count != ListedMembers || len(m.List) != ListedMembers {
		t.Errorf("a snapshot of %d, %d of them listed", m.Count, len(m.List))
	}
}

// Whoever comes and goes all the time takes no memory for it.
func TestGraceIsBounded(t *testing.T) {
	var p Presence
	for n := range 3 * leavingMembers {
		p.Enter(at(0), numbered(n))
		p.Leave(at(0), numbered(n).ID)
	}
	if p.Len() != leavingMembers || p.leaving.Len() != leavingMembers || p.order.Len() != leavingMembers {
		t.Errorf("%d members, %d leaving, %d in order, want %d", p.Len(), p.leaving.Len(), p.order.Len(), leavingMembers)
	}
	for range 3 * leavingMembers { // one who cannot decide
		p.Enter(at(1), numbered(-1))
		p.Leave(at(1), numbered(-1).ID)
	}
	p.Tick(at(6))
	if _, ok := p.Next(); p.Len() != 0 || p.leaving.Len() != 0 || p.order.Len() != 0 || ok {
		t.Errorf("%d members, %d leaving, %d in order, want none, and nothing to come", p.Len(), p.leaving.Len(), p.order.Len())
	}
}

func BenchmarkPresence(b *testing.B) {
	var p Presence
	for n := range 1000 {
		p.Enter(newYear, numbered(n))
	}
	now, n := newYear, 0
	ids := make([]Member, 2000)
	for i := range ids {
		ids[i] = numbered(i)
	}
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Millisecond)
		p.Leave(now, ids[n%2000].ID)
		p.Enter(now, ids[(n+1000)%2000])
		n++
	}
}

// What a crowd took is given back when it has gone.
func TestCrowdGivesMemoryBack(t *testing.T) {
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	const most = 20_000
	ids := make([]string, most)
	for i := range ids {
		ids[i] = fmt.Sprint(i)
	}
	var p Presence
	before := heap()
	for _, id := range ids {
		p.Enter(at(0), Member{ID: id})
	}
	for _, id := range ids[10:] {
		p.Leave(at(1), id)
	}
	p.Tick(at(7))
	if left := heap() - before; left > 32<<10 || p.Len() != 10 {
		t.Errorf("%d members hold %d bytes", p.Len(), left)
	}
	for _, id := range ids[:10] {
		if m, ok := p.Member(id); !ok || m.ID != id {
			t.Errorf("%s is gone", id)
		}
	}
}
