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
	"rfc6455/server/room"
)

// A speaker is a member that speaks chat.v1.
type speaker struct {
	member
	id     string      // of who it is, maybe with other connections
	bucket chat.Bucket // the reader's
	liveAt uint64      // the first message that is not history
	live   bool        // said; the pump's, once the room was told Ready
}

// serveSpeaker makes c, which chose chat.v1, a speaker of the room that it asks for.
func (s *Server) serveSpeaker(c *conn.Conn, r *http.Request) {
	var fresh chat.Secret
	rand.Read(fresh[:])
	q, refusal := chat.ParseQuery(r.URL.RawQuery, fresh, chat.PreferredLanguage(r.Header.Get("Accept-Language")))
	if refusal == nil {
		refusal = s.joinSpeaker(c, r, q)
	}
	if refusal == nil {
		return
	}
	s.enter(c)
	c.Post(frame.Text, refusal.Append(nil))
	c.StartClose(refusal.Code.Close, refusal.Code.Text)
	c.Run(stranger{s})
}

// joinSpeaker enters the room, tells the speaker where it is, and runs it. It
// returns what a person can do about a refusal.
func (s *Server) joinSpeaker(c *conn.Conn, r *http.Request, q chat.Query) *chat.Refusal {
	m := &speaker{member: member{server: s, conn: c}, id: q.You.ID}
	cursor, start, err := s.rooms.Join(q.Room, m, speakerEncoding, room.Point{
		Epoch: q.After.Position.Epoch, After: q.After.Position.Seq, History: chat.History,
	})
	switch {
	case errors.Is(err, room.ErrFull):
		return &chat.Refusal{Code: chat.RoomFull}
	case errors.Is(err, room.ErrRooms):
		return &chat.Refusal{Code: chat.RoomsFull}
	case err != nil:
		s.log.Error("cannot join", "remote", r.RemoteAddr, "error", err)
		return &chat.Refusal{Code: chat.NotTaken}
	}
	m.cursor, m.liveAt, m.hall = cursor, start.Head, s.halls.of(q.Room, start.Room)
	c.OnReady(cursor.Ready)
	s.log.Info(logConnected, "remote", r.RemoteAddr)
	s.enter(c)
	m.who.Store(&q.You)
	m.hall.welcome(m, q, func(you chat.Member, members chat.Members) {
		m.post(chat.Welcome{
			You: you, Room: q.Room, Members: members, Limits: s.limits,
			Head: chat.Position{Epoch: start.Epoch, Seq: start.Head - 1},
		}.Append(nil))
		verdict := q.After.Judge(chat.Log{Epoch: start.Epoch, Base: start.Base, Head: start.Head})
		if verdict.Resyncs() {
			at := chat.Position{Epoch: start.Epoch, Seq: start.Next - 1}
			m.post(chat.Resync{Reason: verdict, Position: at}.Append(nil))
		}
		if start.Next == m.liveAt {
			m.goLive()
		}
	})
	cursor.Ready()
	c.Run(m)
	return nil
}

func (c *speaker) goLive() {
	c.live = true
	c.post(chat.Live{}.Append(nil))
}

// Deliver passes a batch on, and says between history and the rest that it is
// over.
func (c *speaker) Deliver(b *room.Batch) (int, room.State) {
	if c.live {
		return c.member.Deliver(b)
	}
	history, bytes := b.Frames[:min(uint64(len(b.Frames)), c.liveAt-b.First)], 0
	for _, f := range history {
		bytes += len(f)
	}
	n, st := c.deliver(b.Joined[:bytes], history)
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
	more, st := c.deliver(b.Joined[bytes:], rest)
	return n + more, st
}

// Message does what the speaker asks for.
func (c *speaker) Message(_ *conn.Conn, ev session.Event) {
	if ev.Opcode == frame.Binary {
		c.conn.StartClose(frame.UnsupportedData, "chat.v1 is text")
		return
	}
	if int64(len(ev.Payload)) > c.server.limits.FrameBytes() { // a plain member's may be longer
		c.conn.StartClose(frame.MessageTooBig, "message is over the limit of chat.v1")
		return
	}
	request, refusal := chat.ParseRequest(ev.Payload, c.server.limits)
	say, _ := request.(chat.Say)
	if refusal != nil {
		say.ID = refusal.ID
	}
	switch granted, retry := c.bucket.Take(time.Now(), c.server.limits.Rate, chat.TextTokens(len(say.Text))); granted {
	case chat.Exhausted:
		c.conn.StartClose(frame.PolicyViolation, chat.TooFast.Text)
		return
	case chat.Refused:
		refusal = &chat.Refusal{Code: chat.TooFast, ID: say.ID, Retry: retry}
	case chat.Granted:
	}
	if refusal != nil {
		c.answer(refusal)
		return
	}
	switch request := request.(type) {
	case chat.Say:
		c.say(request)
	case chat.Rename:
		c.hall.rename(chat.Member{ID: c.id, Name: request.Name})
	case chat.Ping:
		c.answer(chat.Pong{})
	}
}

// answer sends to this speaker alone. An error ends the connection, and End tells
// it.
func (c *speaker) answer(m interface{ Append([]byte) []byte }) {
	c.conn.Send(frame.Text, m.Append(nil))
}

// say publishes a text. Coming back from the room is its acknowledgement; one
// that the room holds already is acknowledged to its sender alone.
func (c *speaker) say(say chat.Say) {
	c.server.logText([]byte(say.Text))
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
func (c *speaker) End(nc *conn.Conn) {
	c.cursor.Leave()
	c.hall.leave(&c.member, c)
	c.server.leave(nc)
}
