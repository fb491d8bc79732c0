package server

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/server/chat"
	"rfc6455/server/room"
)

// Old messages go, and none that is younger; whoever resumes after them is told.
func TestAge(t *testing.T) {
	s := serve(t, Config{})
	v, _, _ := s.settle(t, "")
	last := tellAll(v, 3)
	h := s.hallOf(t, chat.Lobby)
	now := time.Now()
	base := func() uint64 { return h.room.Status().Base }
	h.age(now, Off)
	h.age(now, time.Hour)
	for n := 3; n < 8; n++ {
		v.tell(n, "later")
		v.hears("later")
	}
	h.age(now.Add(time.Hour-1), time.Hour)
	if base() != 1 {
		t.Errorf("the log begins at %d within the hour", base())
	}
	h.age(now.Add(time.Hour), time.Hour)
	if base() != 4 {
		t.Errorf("the log begins at %d after an hour", base())
	}
	if _, _, came := s.settle(t, "after="+last.Position[:len(last.Position)-1]+"1"); came[0].Reason != "trimmed" {
		t.Errorf("got %+v", came)
	}
}

func TestAgesAreFew(t *testing.T) {
	var a ages
	now := time.Unix(1e9, 0)
	for n := range 10_000 {
		now = now.Add(time.Second)
		before := a.older(now, time.Minute, uint64(n))
		if len(a.marks) > ageMarks+1 {
			t.Fatalf("%d marks", len(a.marks))
		}
		if before > 0 && (uint64(n)-before < 60 || uint64(n)-before > 60+60/ageMarks+2) {
			t.Fatalf("second %d: what was there at %d goes", n, before)
		}
	}
}

// A room that nobody is in is kept as long as the Config says, and not longer.
func TestIdleRooms(t *testing.T) {
	s := serve(t, Config{Rooms: RoomLimits{Idle: 3 * time.Minute}})
	v, _, _ := s.settle(t, "room=r")
	epoch := at(t, tellAll(v, 1)).Epoch
	s.goAway(v)
	for range 2 {
		s.restRooms()
	}
	back, w, came := s.settle(t, "room=r")
	if len(came) != 1 || !strings.HasPrefix(w.Head, epoch+".") {
		t.Errorf("got %+v, then %+v", w, came)
	}
	s.goAway(back)
	for range 3 {
		s.restRooms()
	}
	if _, w, came := s.settle(t, "room=r"); len(came) != 0 || strings.HasPrefix(w.Head, epoch+".") {
		t.Errorf("got %+v, then %+v", w, came)
	}
}

// All rooms together hold no more than the Config says, and a small one keeps what
// it has when others are filled.
func TestTotalBytes(t *testing.T) {
	s := serve(t, Config{MessageBytes: 26 << 10, Rooms: RoomLimits{Bytes: 100 << 10, TotalBytes: 200 << 10}})
	small, _, _ := s.settle(t, "room=small")
	tellAll(small, 5)
	text := strings.Repeat("x", 4000)
	for _, name := range []string{"a", "b", "c", "d"} {
		v, _, _ := s.settle(t, "room="+name)
		for n := range 40 {
			v.tell(n, text)
			v.hears(text)
		}
		s.rooms.Relieve()
	}
	held, texts := 0, 0
	for _, h := range s.halls.all() {
		st := h.room.Status()
		n := int(st.Head - st.Base)
		if h.name == "small" {
			texts = n
			continue
		}
		held += n * len(text)
	}
	if held > 200<<10 || held < 100<<10 || texts != 5 {
		t.Errorf("%d bytes are held, and %d small texts", held, texts)
	}
}

// A person is told that it is not him.
func TestRoomAway(t *testing.T) {
	s := serve(t, Config{}, logs(t, func(string) (room.Log, error) { return nil, errors.New("the store is away") }))
	v := s.speak(t, "")
	v.wantError(chat.RoomAway.Name, "")
	if _, err := v.read(); closeCode(err) != frame.TryAgainLater {
		t.Errorf("then %v", err)
	}
}

// Without Echo there is none.
func TestNoEcho(t *testing.T) {
	s := serve(t, Config{}, func(s *Server) { s.cfg.Echo = false })
	if answer := s.refused(t, http.StatusNotFound, "/echo"); !strings.Contains(answer, errNoEcho.Text) {
		t.Errorf("answered by %q", answer)
	}
	s.upgrade(t, "/echo/").greeted()
}

// Host is looked at where only this machine comes, whatever else is listened to.
func TestServeTwice(t *testing.T) {
	s := serve(t, Config{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(elsewhere{l}) }()
	other := &rig{Server: s.Server, addr: l.Addr().String(), log: s.log}
	for _, tt := range []struct {
		s      *rig
		status string
	}{{s, "403"}, {other, "101"}} {
		p := tt.s.tcp(t)
		p.raw(tt.s.requestFor("chat.example", "/", "Origin: http://chat.example"))
		if header := p.header(); !strings.HasPrefix(header, "HTTP/1.1 "+tt.status) {
			t.Errorf("got %q, want %s", header, tt.status)
		}
		p.nc.Close()
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("ended by %v", err)
	}
}

// An elsewhere listener pretends not to be on loopback.
type elsewhere struct{ net.Listener }

func (elsewhere) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4zero, Port: 80} }
