package server

import (
	"crypto/rand"
	"errors"
	"net/http"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/server/chat"
	"rfc6455/server/conn"
	"rfc6455/server/metrics"
	"rfc6455/server/room"
)

// A speaker is a member that speaks chat.v1.
type speaker struct {
	member
	id     string      // of who it is, maybe with other connections
	fixed  bool        // its name
	bucket chat.Bucket // the reader's
	liveAt uint64      // the first message that is not history
	live   bool        // said; the pump's, once the room was told Ready
}

// join enters the room that the request asks for. A refusal is for a person to
// act on: it is said behind the upgrade, where a browser shows it.
func (c *speaker) join(r *http.Request, name string) {
	q, refusal := c.query(r, name)
	if refusal == nil {
		refusal = c.settle(q)
	}
	if refusal != nil {
		c.post(refusal.Append(nil))
		c.close(refusal.Code.Close, refusal.Code.Text, unblamed)
	}
}

// query reads what the request asks for, under the name that a proxy has fixed.
func (c *speaker) query(r *http.Request, name string) (chat.Query, *chat.Refusal) {
	var fresh chat.Secret
	rand.Read(fresh[:])
	q, refusal := chat.ParseQuery(r.URL.RawQuery, fresh, chat.PreferredLanguage(r.Header.Get("Accept-Language")))
	if refusal != nil || name == "" {
		return q, refusal
	}
	c.fixed, q.Named = true, true
	var ok bool
	if q.You.Name, ok = chat.CleanName(name); !ok {
		c.server.log.Warn("cannot join", c.about("error", chat.UnfitName.Text)...)
		return q, &chat.Refusal{Code: chat.UnfitName}
	}
	return q, nil
}

// settle enters the room and tells the speaker where it is, unless it returns why
// it cannot.
func (c *speaker) settle(q chat.Query) *chat.Refusal {
	start, err := c.enterRoom(c, q.Room, speakerEncoding, room.Point{
		Epoch: q.After.Position.Epoch, After: q.After.Position.Seq, History: chat.History,
	})
	switch {
	case errors.Is(err, room.ErrFull):
		return &chat.Refusal{Code: chat.RoomFull}
	case errors.Is(err, room.ErrRooms):
		return &chat.Refusal{Code: chat.RoomsFull}
	case err != nil:
		return &chat.Refusal{Code: chat.RoomAway}
	}
	c.id, c.liveAt, c.hall = q.You.ID, start.Head, c.server.halls.of(q.Room, start.Room)
	c.logConnected()
	c.server.enter(&c.visit, metrics.V1)
	c.who.Store(&q.You)
	c.hall.welcome(c, q, func(you chat.Member, members chat.Members) {
		c.post(chat.Welcome{
			You: you, Fixed: c.fixed, Room: q.Room, Members: members, Limits: c.server.limits,
			Head: chat.Position{Epoch: start.Epoch, Seq: start.Head - 1},
		}.Append(nil))
		verdict := q.After.Judge(chat.Log{Epoch: start.Epoch, Base: start.Base, Head: start.Head})
		if verdict.Resyncs() {
			at := chat.Position{Epoch: start.Epoch, Seq: start.Next - 1}
			c.post(chat.Resync{Reason: verdict, Position: at}.Append(nil))
		}
		if start.Next == c.liveAt {
			c.goLive()
		}
	})
	c.cursor.Ready()
	return nil
}

func (c *speaker) goLive() {
	c.live = true
	c.post(chat.Live{}.Append(nil))
}

// Deliver passes a batch on, and says between history and the rest that it is
// over.
func (c *speaker) Deliver(b *room.Batch) (n int, st room.State) {
	if c.live {
		return c.member.Deliver(b)
	}
	st = room.Gone // in case of a panic
	defer c.guard()
	return c.deliverHistory(b)
}

func (c *speaker) deliverHistory(b *room.Batch) (int, room.State) {
	history := b.Frames[:min(uint64(len(b.Frames)), c.liveAt-b.First)]
	bytes := frameBytes(history)
	n, st := c.offer(b.Joined[:bytes], history)
	if st == room.Gone || st == room.Later && n < len(history) {
		return n, st
	}
	if b.First+uint64(len(history)) == c.liveAt {
		c.goLive() // behind what was kept of the history
	}
	rest := b.Frames[len(history):]
	if st == room.Later || len(rest) == 0 {
		return n, st
	}
	more, st := c.offer(b.Joined[bytes:], rest)
	return n + more, st
}

// Message does what the speaker asks for.
func (c *speaker) Message(_ *conn.Conn, ev session.Event) {
	defer c.guard()
	c.countRead(traffic{1, uint64(len(ev.Payload))})
	if ev.Opcode == frame.Binary {
		c.close(frame.UnsupportedData, "chat.v1 is text", notText)
		return
	}
	if int64(len(ev.Payload)) > c.server.limits.FrameBytes() { // a plain member's may be longer
		c.close(frame.MessageTooBig, "message is over the limit of chat.v1", tooLong)
		return
	}
	request, refusal := chat.ParseRequest(ev.Payload, c.server.limits)
	say, _ := request.(chat.Say)
	if refusal != nil {
		say.ID = refusal.ID
	}
	switch granted, retry := c.bucket.Take(time.Now(), c.server.limits.Rate, chat.TextTokens(len(say.Text))); granted {
	case chat.Exhausted:
		c.close(frame.PolicyViolation, chat.TooFast.Text, flood)
		return
	case chat.Refused:
		refusal = &chat.Refusal{Code: chat.TooFast, ID: say.ID, Retry: retry}
	case chat.Granted:
	}
	if refusal != nil {
		c.answer(refusal)
		return
	}
	c.do(request)
}

func (c *speaker) do(request chat.Request) {
	switch request := request.(type) {
	case chat.Say:
		c.say(request)
	case chat.Rename:
		if c.fixed {
			c.answer(chat.Refusal{Code: chat.NameFixed})
			return
		}
		c.hall.rename(c, chat.Member{ID: c.id, Name: request.Name})
	case chat.Ping:
		c.answer(chat.Pong{})
	}
}

// answer sends to this speaker alone. An error ends the connection, and End tells
// it.
func (c *speaker) answer(m interface{ Append([]byte) []byte }) {
	p := m.Append(nil)
	if c.conn.Send(frame.Text, p) == nil {
		c.countAnswer(len(p))
	}
}

// say publishes a text. Coming back from the room is its acknowledgement; one
// that the room holds already is acknowledged to its sender alone.
func (c *speaker) say(say chat.Say) {
	c.logText([]byte(say.Text))
	repeated, seq, err := c.hall.say(c, say, say.AppendBody(nil, c.hall.who(c.id), time.Now()))
	switch {
	case err != nil:
		if c.server.running.Err() == nil {
			c.answer(chat.Refusal{Code: chat.NotTaken, ID: say.ID})
		}
		c.notTaken(err)
	case repeated == chat.Again:
		at := chat.Position{Epoch: c.hall.room.Status().Epoch, Seq: seq}
		c.answer(chat.Ack{ID: say.ID, Position: at})
	case repeated == chat.Other:
		c.answer(chat.Refusal{Code: chat.IDUsed, ID: say.ID})
	}
}

// End takes the speaker out of its room.
func (c *speaker) End(*conn.Conn) { c.end(c, metrics.V1) }
