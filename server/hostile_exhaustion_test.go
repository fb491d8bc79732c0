package server

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/server/admit"
	"rfc6455/server/chat"
	"rfc6455/server/metrics"
)

// refused asks for an upgrade that must not be taken, and gives the answer.
func (s *rig) refused(t testing.TB, status int, target string, fields ...string) string {
	t.Helper()
	p := s.tcp(t)
	p.raw(s.request(target, fields...))
	answer := p.rest()
	if !strings.HasPrefix(answer, fmt.Sprintf("HTTP/1.1 %d ", status)) || !strings.Contains(answer, "\r\nConnection: close\r\n") {
		t.Fatalf("answered by %q, want %d", answer, status)
	}
	return answer
}

// Caps come before any cost: who is over them has the refusal and nothing else, and
// those who are in notice nothing.
func TestExhaustion(t *testing.T) {
	s := serve(t, Config{Admit: admit.Config{Connections: 10, RetryAfter: 1500 * time.Millisecond}})
	verify := bystanders(t, s)
	var in []*peer
	for i := range 8 {
		in = append(in, s.upgrade(t, []string{"/chat", "/echo"}[i%2]))
	}
	before := heap()
	for i := range 300 {
		answer := s.refused(t, http.StatusServiceUnavailable, []string{"/chat", "/echo", "/any"}[i%3])
		if !strings.Contains(answer, "\r\nRetry-After: 2\r\n") || !strings.Contains(answer, "all the connections") {
			t.Fatalf("answered by %q", answer)
		}
	}
	if grown := heap() - before; grown > 4<<20 {
		t.Errorf("heap grew by %d bytes", grown)
	}
	if got := s.Metrics.Refusals.Of(admit.ErrConnections.ID).Value(); got != 300 {
		t.Errorf("%d refusals counted", got)
	}
	if n := strings.Count(s.log.String(), `msg="upgrade refused"`); n == 0 || n > 100 {
		t.Errorf("300 refusals are %d lines", n)
	}
	answer, _ := s.get(t, "GET", "/healthz", "")
	if answer.StatusCode != 200 {
		t.Errorf("health: %d", answer.StatusCode)
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	for _, p := range in {
		p.nc.Close()
	}
	eventually(t, "eight to be gone", func() bool { return s.count() == 2 })
	eventually(t, "their places", func() bool { n, _ := s.gate.Present(); return n == 2 })
	s.upgrade(t, "/chat").greeted()
	verify()
}

// What the handshake refuses leaves its place behind, too.
func TestRefusedHandshakesTakeNoPlace(t *testing.T) {
	s := serve(t, Config{Admit: admit.Config{Connections: 1}})
	for range 5 {
		s.refused(t, http.StatusForbidden, "/chat", "Origin: http://evil.example")
		s.refused(t, http.StatusBadRequest, "/chat", "Sec-WebSocket-Key: x")
	}
	eventually(t, "no connection", func() bool { n, _ := s.gate.Present(); return n == 0 })
	s.upgrade(t, "/chat").greeted()
	if got := s.Metrics.Refusals.Of("origin-foreign").Value(); got != 5 {
		t.Errorf("%d refusals of an origin counted", got)
	}
}

// Who may only come so often is told when to come again.
func TestHandshakePace(t *testing.T) {
	s := serve(t, Config{Admit: admit.Config{HandshakesPerMinute: 2, HandshakeBurst: 3}})
	for range 3 {
		s.upgrade(t, "/chat").greeted()
	}
	if answer := s.refused(t, http.StatusTooManyRequests, "/chat"); !strings.Contains(answer, "\r\nRetry-After: 30\r\n") {
		t.Errorf("answered by %q", answer)
	}
}

// Nobody gets places by naming others, unless he is a proxy.
func TestForwardedForSpoof(t *testing.T) {
	s := serve(t, Config{Admit: admit.Config{PerAddress: 2}})
	for i := range 2 {
		s.upgrade(t, "/chat", fmt.Sprintf("X-Forwarded-For: 192.0.2.%d", i)).greeted()
	}
	for i := range 3 {
		s.refused(t, http.StatusServiceUnavailable, "/chat", fmt.Sprintf("X-Forwarded-For: 192.0.2.%d", 100+i))
	}
	s.log.await(t, "level=WARN", "many connections of one address", `allow="-trusted-proxies 127.0.0.1"`)
	if n := strings.Count(s.log.String(), "many connections of one address"); n != 1 {
		t.Errorf("hinted %d times in a moment", n)
	}
	if text := s.log.String(); strings.Contains(text, "192.0.2.") {
		t.Error("the log believes whom nobody trusts")
	}
}

// Behind a proxy each client has its own places, and what it wrote itself to the left
// is not looked at; IPv6 counts by the /64.
func TestBehindProxies(t *testing.T) {
	s := serve(t, Config{Proxies: proxies(t, "127.0.0.0/8"), Admit: admit.Config{PerAddress: 2}})
	for _, client := range []string{"192.0.2.1", "198.51.100.7", "2001:db8:1:2::1", "2001:db8:1:3::1"} {
		for i := range 2 {
			s.upgrade(t, "/chat", fmt.Sprintf("X-Forwarded-For: 10.0.0.%d, %s", i, client)).greeted()
			s.log.await(t, "새로운 클라이언트", "client="+client)
		}
		s.refused(t, http.StatusServiceUnavailable, "/chat", "X-Forwarded-For: 203.0.113.1, "+client)
	}
	s.refused(t, http.StatusServiceUnavailable, "/chat", "X-Forwarded-For: 2001:db8:1:2:aaaa::")
	p := s.upgrade(t, "/chat", "X-Forwarded-For: 203.0.113.200").greeted()
	p.nc.Close()
	s.log.await(t, `msg="connection ended"`, "client=203.0.113.200")
}

// A page that came by https has that origin, if the proxy says so and is trusted.
func TestForwardedProto(t *testing.T) {
	plain, behind := serve(t, Config{}), serve(t, Config{Proxies: proxies(t, "127.0.0.1")})
	secure := func(s *rig) []string {
		return []string{"Origin: https://" + s.addr, "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: https"}
	}
	behind.upgrade(t, "/chat", secure(behind)...).greeted()
	plain.refused(t, http.StatusForbidden, "/chat", secure(plain)...)
	behind.refused(t, http.StatusForbidden, "/chat", "Origin: https://"+behind.addr, "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: http")
}

// Where the server is tried out a proxy is a sign that it is no trial any more.
func TestProxyInTrial(t *testing.T) {
	s, public := serve(t, Config{Trial: true}), serve(t, Config{})
	for _, s := range []*rig{s, public} {
		for range 3 {
			s.upgrade(t, "/chat", "X-Forwarded-For: 192.0.2.1").greeted()
		}
	}
	s.log.await(t, "level=WARN", "this is a trial", `allow="-trusted-proxies 127.0.0.1"`)
	for i, s := range []*rig{s, public} {
		if n := strings.Count(s.log.String(), "this is a trial"); n != 1-i {
			t.Errorf("%d warnings", n)
		}
	}
}

// A room that is full says so to a person, closes 1013, and has no place less
// afterwards.
func TestFullLobby(t *testing.T) {
	s := serve(t, Config{Rooms: RoomLimits{Members: 2}})
	v, _, _ := s.settle(t, "")
	s.join(t)
	p := s.upgrade(t, "/chat")
	p.want(`close 1013 "no place in the chat"`)
	p.send(`close 1013`)
	p.rest()
	full := s.speak(t, "")
	full.wantError(chat.RoomFull.Name, "")
	if _, err := full.read(); closeCode(err) != frame.TryAgainLater {
		t.Errorf("then %v", err)
	}
	v.quiet()
	eventually(t, "two connections", func() bool { return s.count() == 2 })
	s.log.await(t, "level=WARN", `msg="cannot join"`)
	eventually(t, "two ends", func() bool { return s.Metrics.Closes.Of("1013").Value() == 2 })
	if got := s.Metrics.Connections.Of(metrics.V1).Value(); got != 1 {
		t.Errorf("%d speakers are counted", got)
	}
}

// However many rooms somebody opens and leaves, others find one.
func TestRoomsMakePlace(t *testing.T) {
	s := serve(t, Config{Rooms: RoomLimits{Rooms: 20}})
	stays, _, _ := s.settle(t, "room=stays")
	for i := range 100 {
		v, w, _ := s.settle(t, fmt.Sprintf("room=%d", i))
		if w.Room != fmt.Sprint(i) {
			t.Fatalf("got %+v", w)
		}
		s.goAway(v)
	}
	stays.quiet()
	if n, halls := s.rooms.Len(), len(s.halls.all()); n > 20 || halls != n {
		t.Errorf("%d rooms, %d halls", n, halls)
	}
}
