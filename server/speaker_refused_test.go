package server

import (
	"fmt"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/server/chat"
	"rfc6455/server/room"
)

const offerChat = "Sec-WebSocket-Protocol: chat.v1"

// What a person can act on is said behind the upgrade: browsers hide HTTP's status.
func TestRefusedByQuery(t *testing.T) {
	s := serve(t, Config{})
	for query, want := range map[string]*chat.Code{
		"room=a;name=b":                       chat.MalformedQuery,
		"room=%e2%80%ae":                      chat.BadRoom,
		"room=" + strings.Repeat("x", 65):     chat.BadRoom,
		"name=" + strings.Repeat("x", 33):     chat.UnfitName,
		"me=1":                                chat.BadMe,
		"me=" + strings.Repeat("0", 31) + "g": chat.BadMe,
	} {
		v := s.speak(t, query)
		v.wantError(want.Name, "")
		if _, err := v.read(); closeCode(err) != want.Close || want.Close != frame.PolicyViolation {
			t.Errorf("%s: then %v", query, err)
		}
	}
	p := s.upgrade(t, "/chat?me=1", offerChat)
	p.send(`text "{}"`)
	if f, err := p.next(); err != nil || !strings.HasPrefix(string(f.Payload), `{"type":"error","code":"bad-me"`) {
		t.Errorf("got %v, %v", f, err)
	}
	p.want(fmt.Sprintf("close 1008 %q", chat.BadMe.Text))
	p.send(`close 1008`)
	if rest := p.rest(); rest != "" {
		t.Errorf("after the Close came %q", rest)
	}
	eventually(t, "all to be gone", func() bool { return s.count() == 0 })
	if n := s.rooms.Len(); n != 0 {
		t.Errorf("who was refused made %d rooms", n)
	}
	if text := s.log.String(); strings.Contains(text, "000000") || strings.Contains(text, "room=") {
		t.Errorf("the log has queries: %s", text)
	}
}

func TestRoomsFull(t *testing.T) {
	s := serve(t, Config{}, smaller(t, func(c *room.Config) { c.Members, c.Rooms = 2, 2 }))
	a, _, _ := s.settle(t, "room=a")
	b, _, _ := s.settle(t, "room=a")
	s.settle(t, "room=b")
	for query, want := range map[string]*chat.Code{"room=a": chat.RoomFull, "room=c": chat.RoomsFull} {
		v := s.speak(t, query)
		v.wantError(want.Name, "")
		if _, err := v.read(); closeCode(err) != frame.TryAgainLater {
			t.Errorf("%s: then %v", query, err)
		}
	}
	a.quiet() // and nobody was told of them
	if a.count != 2 {
		t.Errorf("%d members", a.count)
	}
	s.goAway(b)
	c, w, _ := s.settle(t, "room=a")
	if w.Members.Count != 3 { // one of them in its grace
		t.Errorf("welcomed by %+v", w.Members)
	}
	c.quiet()
}

// A speaker goes down with the server, and is told to come back.
func TestSpeakerAtShutdown(t *testing.T) {
	s := serve(t, Config{})
	v, _, _ := s.settle(t, "")
	down := shutdown(t.Context(), s)
	if _, err := v.read(); closeCode(err) != frame.GoingAway {
		t.Errorf("got %v", err)
	}
	if err := <-down; err != nil {
		t.Error(err)
	}
}
