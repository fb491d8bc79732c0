package server

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/server/chat"
	"rfc6455/server/conn"
	"rfc6455/server/room"
	"rfc6455/server/store"
)

func TestSay(t *testing.T) {
	s := serve(t, Config{})
	a, w, _ := s.settle(t, "name=a&"+me1)
	b, _, _ := s.settle(t, "name=b&"+me2)
	id := a.tell(1, "<안녕>\u2028\x00")
	e := a.hears("<안녕>\u2028\x00")
	if e.ID != id || e.From != w.You.Member || time.Since(time.UnixMilli(e.Time)).Abs() > patience {
		t.Errorf("got %+v", e)
	}
	if got := b.hears(e.Text); got.ID != id || got.From != w.You.Member || got.Position != e.Position || got.Time != e.Time {
		t.Errorf("the other got %+v", got)
	}

	a.tell(1, e.Text)
	if got := a.want("ack"); got.ID != id || got.Position != e.Position {
		t.Errorf("said again: %+v", got)
	}
	a.tell(1, "another")
	a.wantError("id-used", id)
	b.tell(1, "mine") // ids are each member's own
	for _, v := range []*voice{a, b} {
		if got := v.hears("mine"); at(t, got).Seq != at(t, e).Seq+1 {
			t.Errorf("got %+v after %+v", got, e)
		}
		v.quiet()
	}
	again, _, came := s.settle(t, me1) // the same member by another connection
	again.tell(1, e.Text)
	if got := again.want("ack"); got.Position != e.Position || len(came) != 2 {
		t.Errorf("said again elsewhere: %+v, after %v", got, came)
	}
	a.quiet()
}

// An id is remembered as long as the log holds its text: the outbox of somebody
// who comes back must not be doubled.
func TestRepeatedWithinHistory(t *testing.T) {
	s := serve(t, Config{})
	v, _, _ := s.settle(t, "")
	n := chat.DefaultSaid + 100
	go func() {
		for i := range n {
			v.Send(frame.Text, chat.Say{ID: fmt.Sprintf("id-%017d", i), Text: "x"}.Append(nil))
		}
	}()
	var first event
	for i := range n {
		if e := v.hears("x"); i == 0 {
			first = e
		}
	}
	if base := s.hallOf(t, chat.Lobby).room.Status().Base; base != 1 {
		t.Fatalf("the log begins at %d", base)
	}
	v.tell(0, "x")
	if e := v.want("ack"); e.Position != first.Position {
		t.Errorf("got %+v, want %s", e, first.Position)
	}
}

// Once the log has let go of a text its id is free.
func TestRepeatedAfterHistory(t *testing.T) {
	s := serve(t, Config{}, smaller(t, func(c *room.Config) { c.Messages = 10 }))
	v, _, _ := s.settle(t, "")
	tellAll(v, 30)
	v.tell(0, "0")
	if e := v.hears("0"); at(t, e).Seq != 31 {
		t.Errorf("got %+v", e)
	}
}

// Both kinds see each other's texts, and a plain one sees nothing else.
func TestPlainAndSpeakers(t *testing.T) {
	s := serve(t, Config{})
	p := s.upgrade(t, "/").greeted()
	v, w, _ := s.settle(t, "name=a&"+me1)
	if w.Members.Count != 2 {
		t.Errorf("welcomed by %+v", w.Members)
	}
	p.send(`text "from plain"`, `binary "from plain"`)
	var ids [2]string
	for i := range ids {
		e := v.hears("from plain")
		if ids[i] = e.ID; len(e.ID) < chat.MinID || e.From.Name == "" || v.view[e.From.ID] != e.From.Name {
			t.Errorf("got %+v", e)
		}
	}
	if ids[0] == ids[1] {
		t.Error("two texts have one id")
	}
	p.want(`text "서버에서 전달: from plain"`, `text "서버에서 전달: from plain"`)

	other, _, _ := s.settle(t, "name=b&"+me2) // joined
	v.ask(chat.Rename{Name: "c"})
	other.want("renamed")
	v.ask(chat.Ping{})
	v.want("pong")
	v.client.say("{")
	v.wantError("malformed", "")
	v.tell(1, "from a")
	v.hears("from a")
	v.tell(1, "from a")
	v.want("ack")
	other.Close(frame.NormalClosure, "")
	eventually(t, "two connections", func() bool { return s.count() == 2 })
	s.hallOf(t, chat.Lobby).tick(chat.Grace)
	v.want("left")
	p.want(`text "서버에서 전달: from a"`)
	p.send(`ping "all there is"`)
	p.want(`pong "all there is"`)
}

func TestPlainInHistory(t *testing.T) {
	s := serve(t, Config{})
	c := s.join(t)
	c.say("one", "two")
	c.want(Prefix+"one", Prefix+"two")
	_, w, came := s.settle(t, "")
	run(t, came, at(t, came[0]).Epoch, 1, 2)
	if from := came[0].From; from != came[1].From || from != w.Members.List[0] {
		t.Errorf("said by %+v, of %+v", from, w.Members.List)
	}
}

// What a client gets wrong in a message costs it that message.
func TestErrors(t *testing.T) {
	s := serve(t, Config{})
	v, _, _ := s.settle(t, "")
	const id = "0123456789abcdef"
	for _, tt := range []struct{ send, code, id string }{
		{``, "malformed", ""},
		{`[]`, "malformed", ""},
		{`{"type":"say","id":"0123456789abcdef"}`, "malformed", id},
		{`{"type":"shout"}`, "unknown-type", ""},
		{`{"type":"welcome"}`, "unknown-type", ""},
		{`{"type":"say","id":"short","text":"x"}`, "bad-id", ""},
		{`{"type":"say","id":"0123456789abcdef","text":""}`, "empty", id},
		{`{"type":"say","id":"0123456789abcdef","text":"` + strings.Repeat("한", 1366) + `"}`, "too-long", id},
		{`{"type":"name","name":"\u202e"}`, "bad-name", ""},
		{`{"type":"name","name":"` + strings.Repeat("x", 33) + `"}`, "bad-name", ""},
	} {
		v.client.say(tt.send)
		v.wantError(tt.code, tt.id)
	}
	longest := strings.Repeat("\x00", chat.DefaultText)
	v.client.say(`{"future":{"a":[1]},"type":"say","id":"0123456789abcdef","text":"` + strings.Repeat(`\u0000`, chat.DefaultText) + `"}`)
	v.hears(longest)
	v.client.say(strings.Repeat(" ", int(s.limits.FrameBytes())+1))
	if _, err := v.read(); closeCode(err) != frame.MessageTooBig {
		t.Errorf("over the frame limit: %v", err)
	}
}

// closeCode is what the server closed with.
func closeCode(err error) frame.CloseCode {
	if closed, ok := err.(*conn.ClosedError); ok {
		return closed.Code
	}
	return frame.Abnormal
}

func TestNoText(t *testing.T) {
	s := serve(t, Config{})
	for send, code := range map[string]frame.CloseCode{
		`binary "{\"type\":\"ping\"}"`: frame.UnsupportedData, `binary ""`: frame.UnsupportedData, `text 0xff`: frame.InvalidPayload,
	} {
		p := s.upgrade(t, "/chat", "Sec-WebSocket-Protocol: chat.v1")
		p.send(send)
		p.wantCloseFrame(code)
	}
}

// Too much at a time is refused, and only who keeps on is closed.
func TestRate(t *testing.T) {
	s := serve(t, Config{}, func(s *Server) { s.limits.Rate = chat.Rate{Burst: 3, Every: time.Minute} })
	v, w, _ := s.settle(t, "")
	if w.Limits["burst"] != 3 || w.Limits["refill_ms"] != 60_000 {
		t.Errorf("limits %v", w.Limits)
	}
	tellAll(v, 3)
	id := v.tell(3, "x")
	if e := v.wantError("rate", id); e.RetryMS <= 0 || e.RetryMS > 60_000 {
		t.Errorf("got %+v", e)
	}
	v.wantError("rate", v.tell(4, "")) // it is told of its say, whatever is wrong with that
	refused := 2
	for ; ; refused++ {
		v.Send(frame.Text, chat.Ping{}.Append(nil))
		e, err := v.read()
		if err != nil {
			if closeCode(err) != frame.PolicyViolation {
				t.Errorf("who keeps on is closed by %v", err)
			}
			break
		}
		if e.Code != "rate" || refused > 100 {
			t.Fatalf("number %d is answered by %+v", refused, e)
		}
	}
	if refused < 30 {
		t.Errorf("closed after %d refusals", refused)
	}
	_, _, came := s.settle(t, "")
	run(t, came, at(t, came[0]).Epoch, 1, 3)
}

func TestSayNotTaken(t *testing.T) {
	s := serve(t, Config{}, logs(t, func(string) (room.Log, error) { return fullLog{store.NewMemory()}, nil }))
	v, _, _ := s.settle(t, "")
	v.wantError("not-taken", v.tell(1, "x"))
	if _, err := v.read(); closeCode(err) != frame.TryAgainLater {
		t.Errorf("then %v", err)
	}
}
