package server

import (
	"net/http"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/chat"
	"rfc6455/server/conn"
)

// speakAs is speak with header fields.
func (s *rig) speakAs(t testing.TB, query string, fields http.Header) *voice {
	t.Helper()
	f, err := handshake.NewFields(fields)
	if err != nil {
		t.Fatal(err)
	}
	return newVoice(s.dial(t, "/chat?"+query, &conn.Config{Subprotocols: []string{chat.Protocol}, Fields: f}))
}

// A name that comes from a sign-in before the server stays.
func TestFixedName(t *testing.T) {
	s := serve(t, Config{Proxies: proxies(t, "127.0.0.1"), NameHeader: "X-User"})
	other, _, _ := s.settle(t, "name=other")
	v := s.speakAs(t, "name=somebody&"+me1, http.Header{"X-User": {" \u202e지민 "}})
	w := v.want("welcome")
	if w.You.Name != "지민" || !w.You.Fixed {
		t.Errorf("welcomed as %+v", w.You)
	}
	v.want("live")
	if e := other.want("joined"); e.Name != "지민" {
		t.Errorf("joined as %+v", e)
	}
	v.ask(chat.Rename{Name: "other"})
	v.wantError(chat.NameFixed.Name, "")
	v.tell(1, "x")
	if e := other.hears("x"); e.From.Name != "지민" {
		t.Errorf("says as %+v", e.From)
	}

	plain := s.upgrade(t, "/chat", "X-User: 수민").greeted()
	if e := other.want("joined"); e.Name != "수민" {
		t.Errorf("joined as %+v", e)
	}
	plain.send(`text "y"`)
	if e := other.hears("y"); e.From.Name != "수민" {
		t.Errorf("says as %+v", e.From)
	}
	plain.want(`text "서버에서 전달: y"`)

	free, w, _ := s.settle(t, "name=free") // the proxy knows no name
	if w.You.Fixed || w.You.Name != "free" {
		t.Errorf("welcomed as %+v", w.You)
	}
	free.ask(chat.Rename{Name: "freer"})
	free.want("renamed")
}

func TestUnfitFixedName(t *testing.T) {
	s := serve(t, Config{Proxies: proxies(t, "127.0.0.1"), NameHeader: "X-User"})
	long := strings.Repeat("x", chat.MaxName+1)
	v := s.speakAs(t, "", http.Header{"X-User": {long}})
	v.wantError(chat.UnfitName.Name, "")
	if _, err := v.read(); closeCode(err) != frame.PolicyViolation {
		t.Errorf("then %v", err)
	}
	s.upgrade(t, "/chat", "X-User: "+long).wantCloseFrame(frame.PolicyViolation)
	s.log.await(t, "level=WARN", `msg="cannot join"`, chat.UnfitName.Text)
	s.refused(t, http.StatusBadRequest, "/chat", "X-User: a", "X-User: b")
	s.refused(t, http.StatusBadRequest, "/chat", "X-User: \xff")
	if strings.Contains(s.log.String(), Greeting) || s.rooms.Len() != 0 {
		t.Error("somebody was let in")
	}
}

// From whom is no proxy a name is a name.
func TestNameOfNoProxy(t *testing.T) {
	s := serve(t, Config{Proxies: proxies(t, "192.0.2.1"), NameHeader: "X-User"})
	v := s.speakAs(t, "name=somebody", http.Header{"X-User": {"admin"}})
	if w := v.want("welcome"); w.You.Fixed || w.You.Name != "somebody" {
		t.Errorf("welcomed as %+v", w.You)
	}
}

// In a crowd nobody hears of a new name but who took it.
func TestRenameInACrowd(t *testing.T) {
	s := serve(t, Config{})
	v, w, _ := s.settle(t, "name=a")
	for range chat.ListedMembers + 5 {
		s.join(t)
	}
	other, _, _ := s.settle(t, "name=b")
	s.later(t, chat.Lobby, chat.MembersEvery)
	v.quiet()
	other.quiet()
	v.ask(chat.Rename{Name: "c"})
	if e := v.want("renamed"); e.ID != w.You.ID || e.Name != "c" || v.view[e.ID] != "c" {
		t.Errorf("got %+v", e)
	}
	other.ask(chat.Ping{})
	if e := other.event(); e.Type != "pong" {
		t.Errorf("another one got %+v", e)
	}
	s.join(t)
	h := s.hallOf(t, chat.Lobby)
	eventually(t, "one more", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.presence.Len() == chat.ListedMembers+8
	})
	s.later(t, chat.Lobby, 2*chat.MembersEvery)
	for _, v := range []*voice{v, other} { // its version is above that of the name
		for v.count != chat.ListedMembers+8 {
			if e := v.event(); e.Type != "members" {
				t.Fatalf("got %+v", e)
			}
		}
	}
}
