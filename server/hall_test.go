package server

import (
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/server/chat"
)

// later lets a hall's clock be that much ahead for once.
func (s *rig) later(t testing.TB, name string, d time.Duration) {
	t.Helper()
	s.hallOf(t, name).tick(d)
}

// goAway closes a connection, and waits until the server has struck it off.
func (s *rig) goAway(v *voice) {
	v.t.Helper()
	if err := v.Close(frame.NormalClosure, ""); err != nil {
		v.t.Fatal(err)
	}
	eventually(v.t, "end of a connection", func() bool { return !s.lists(v.NetConn()) })
}

func TestPresence(t *testing.T) {
	s := serve(t, Config{})
	v, w, _ := s.settle(t, "name=a")
	b, w2, _ := s.settle(t, "name=b")
	if e := v.want("joined"); e.ID != w2.You.ID || e.Name != "b" || e.Version != w.Members.Version+1 {
		t.Errorf("got %+v", e)
	}
	b.ask(chat.Rename{Name: " 수민 "})
	for _, v := range []*voice{v, b} {
		if e := v.want("renamed"); e.ID != w2.You.ID || e.Name != "수민" {
			t.Errorf("got %+v", e)
		}
	}
	b.tell(1, "x")
	if e := v.hears("x"); e.From.Name != "수민" {
		t.Errorf("got %+v", e)
	}
	s.goAway(b)
	s.later(t, chat.Lobby, chat.Grace/2)
	v.ask(chat.Ping{})
	if e := v.event(); e.Type != "pong" {
		t.Errorf("within the grace came %+v", e)
	}
	s.later(t, chat.Lobby, chat.Grace)
	if e := v.event(); e.Type != "left" || e.ID != w2.You.ID {
		t.Errorf("after the grace came %+v", e)
	}
	plain := s.join(t)
	e := v.event()
	if e.Type != "joined" || e.Name == "" {
		t.Errorf("a plain member: %+v", e)
	}
	plain.Close(frame.NormalClosure, "")
	eventually(t, "one connection", func() bool { return s.count() == 1 })
	s.later(t, chat.Lobby, chat.Grace)
	if left := v.event(); left.Type != "left" || left.ID != e.ID {
		t.Errorf("a plain member: %+v", left)
	}
}

// The server's own clock tells it, not before the grace is over.
func TestGrace(t *testing.T) {
	if testing.Short() {
		t.Skip("takes the grace")
	}
	s := serve(t, Config{})
	v, _, _ := s.settle(t, "")
	b, _, _ := s.settle(t, me1)
	v.want("joined")
	s.goAway(b)
	again, _, _ := s.settle(t, me1) // in time: nothing to tell
	since := time.Now()
	s.goAway(again)
	if e := v.event(); e.Type != "left" {
		t.Errorf("got %+v", e)
	}
	if d := time.Since(since); d < chat.Grace || d > chat.Grace+patience {
		t.Errorf("left was told after %v", d)
	}
}

// Connections with one secret are one member, whose name only a word of its own
// changes.
func TestOneMember(t *testing.T) {
	s := serve(t, Config{})
	v, _, _ := s.settle(t, me2)
	a, wa, _ := s.settle(t, "name=a&"+me1)
	b, wb, _ := s.settle(t, me1) // a name is made up
	if wb.You != wa.You || wb.Members.Count != 2 || wb.Members.Version != wa.Members.Version {
		t.Errorf("%+v, then %+v", wa, wb)
	}
	v.want("joined")
	v.ask(chat.Ping{})
	if e := v.event(); e.Type != "pong" {
		t.Errorf("a second connection is told: %+v", e)
	}
	_, wc, _ := s.settle(t, "name=c&"+me1)
	for _, v := range []*voice{v, a, b} {
		if e := v.event(); e.Type != "renamed" || e.ID != wa.You.ID || e.Name != "c" || wc.You.Name != "c" {
			t.Errorf("got %+v, %+v was welcomed", e, wc.You)
		}
	}
	a.tell(1, "x")
	if e := b.hears("x"); e.From != wc.You.Member {
		t.Errorf("got %+v", e)
	}
	s.goAway(a)
	s.goAway(b)
	s.later(t, chat.Lobby, chat.Grace)
	v.hears("x")
	v.ask(chat.Ping{})
	if e := v.event(); e.Type != "pong" {
		t.Errorf("one of three connections is left, and came %+v", e)
	}
}

// Above 100 members only their number goes out, and below a new list.
func TestCrowd(t *testing.T) {
	s := serve(t, Config{})
	v, _, _ := s.settle(t, "")
	var plain []*client
	for len(plain) < 110 {
		plain = append(plain, s.join(t))
	}
	for range chat.ListedMembers - 1 {
		if e := v.event(); e.Type != "joined" {
			t.Fatalf("got %+v", e)
		}
	}
	if e := v.event(); e.Type != "members" || e.Count != chat.ListedMembers+1 || e.List != nil {
		t.Fatalf("got %+v", e)
	}
	h := s.hallOf(t, chat.Lobby)
	eventually(t, "111 members", func() bool { // who is greeted is not in the hall yet
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.presence.Len() == 111
	})
	_, w, _ := s.settle(t, "")
	if w.Members.Count != 112 || len(w.Members.List) != chat.ListedMembers {
		t.Errorf("welcomed by %d members, %d listed", w.Members.Count, len(w.Members.List))
	}
	v.ask(chat.Ping{})
	if e := v.event(); e.Type != "pong" {
		t.Errorf("came too early: %+v", e)
	}
	s.later(t, chat.Lobby, chat.MembersEvery)
	if e := v.event(); e.Type != "members" || e.Count != 112 || e.List != nil {
		t.Errorf("got %+v", e)
	}
	for _, c := range plain[:20] {
		c.Close(frame.NormalClosure, "")
	}
	eventually(t, "92 connections", func() bool { return s.count() == 92 })
	s.later(t, chat.Lobby, 2*chat.MembersEvery+chat.Grace)
	if e := v.event(); e.Type != "members" || e.Count != 92 || len(e.List) != 92 {
		t.Errorf("got %+v", e)
	}
	s.settle(t, me1)
	if e := v.event(); e.Type != "joined" {
		t.Errorf("got %+v", e)
	}
}

func TestRoomsAreSeparate(t *testing.T) {
	s := serve(t, Config{})
	a, _, _ := s.settle(t, "room=a&"+me1)
	b, w, came := s.settle(t, "room=b&"+me1)
	if w.Members.Count != 1 || len(came) != 0 {
		t.Errorf("got %+v, then %v", w, came)
	}
	first := tellAll(a, 1)
	second := tellAll(b, 1) // the same id of the same member
	if at(t, first).Epoch == at(t, second).Epoch || at(t, second).Seq != 1 {
		t.Errorf("got %+v and %+v", first, second)
	}
	b.ask(chat.Rename{Name: "x"})
	a.ask(chat.Ping{})
	if e := a.event(); e.Type != "pong" {
		t.Errorf("room a got %+v", e)
	}
	if _, _, came := s.settle(t, "room=b&after="+first.Position); len(came) != 2 || came[0].Reason != "restarted" {
		t.Errorf("a position of room a in room b: %+v", came)
	}
}
