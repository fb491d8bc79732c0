package server

import (
	"cmp"
	"crypto/rand"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/server/chat"
	"rfc6455/server/conn"
	"rfc6455/server/metrics"
	"rfc6455/server/room"
)

// A member is a plain connection in the lobby: a conn.Handler and a room.Member.
type member struct {
	visit
	cursor     *room.Cursor // nil: it could not join, and is closing
	hall       *hall
	prev, next *member                     // in the hall; under hall.mu
	who        atomic.Pointer[chat.Member] // made when it is first needed
	pace       *pace                       // nil: it has said nothing, or as it likes
}

// serveChat takes a connection over and makes it a member: a speaker of chat.v1 if
// it chose that, else a plain one.
func (s *Server) serveChat(w http.ResponseWriter, r *http.Request) {
	a, ok := s.accept(w, r, s.chat)
	switch {
	case !ok:
	case a.conn.Agreed().Protocol == chat.Protocol:
		c := &speaker{}
		c.come(s, a)
		c.begin(metrics.V1, func() { c.join(r, a.name) })
		c.conn.Run(c)
	default:
		m := &member{}
		m.come(s, a)
		m.begin(metrics.Plain, func() { m.join(a.name) })
		m.conn.Run(m)
	}
}

// join enters the lobby. The room offers nothing before the greeting has gone.
func (m *member) join(name string) {
	if name != "" {
		fixed, ok := chat.CleanName(name)
		if !ok {
			m.server.log.Warn("cannot join", m.about("error", chat.UnfitName.Text)...)
			m.close(frame.PolicyViolation, chat.UnfitName.Text, unblamed)
			return
		}
		m.introduce(fixed)
	}
	start, err := m.enterRoom(m, chat.Lobby, plainEncoding, room.Point{})
	if err != nil {
		m.close(frame.TryAgainLater, "no place in the chat", unblamed)
		return
	}
	m.hall = m.server.halls.of(chat.Lobby, start.Room)
	m.logConnected()
	m.server.enter(&m.visit, metrics.Plain)
	m.hall.enter(m)
	if m.conn.Send(frame.Text, []byte(Greeting)) == nil { // an error ends the connection, and End tells it
		m.countAnswer(len(Greeting))
	}
	m.cursor.Ready()
}

// enterRoom makes self, which is m or has it inside, a member of a room. Where
// there are too many rooms those are forgotten that nobody is in.
func (m *member) enterRoom(self room.Member, name string, e room.Encoding, at room.Point) (start room.Start, err error) {
	s := m.server
	m.cursor, start, err = s.rooms.Join(name, self, e, at)
	if errors.Is(err, room.ErrRooms) {
		s.halls.drop(s.rooms.Reclaim())
		m.cursor, start, err = s.rooms.Join(name, self, e, at)
	}
	switch {
	case errors.Is(err, room.ErrFull), errors.Is(err, room.ErrRooms):
		s.logNoPlace(&m.visit, err)
	case err != nil:
		s.log.Error("cannot join", m.about("error", err)...)
	default:
		m.conn.OnReady(m.ready)
	}
	return start, err
}

// ready is called after each Later.
func (m *member) ready() {
	m.catchUp()
	m.cursor.Ready()
}

// identity is who a member is to others. A plain one is somebody new, by a name
// that was made up.
func (m *member) identity() chat.Member {
	if who := m.who.Load(); who != nil {
		return *who
	}
	return m.introduce("")
}

// introduce gives a plain member an id, and a name if it has none. Two may do so at
// once, its reader and whoever is the first to ask who is here.
func (m *member) introduce(name string) chat.Member {
	var secret chat.Secret
	rand.Read(secret[:])
	id := secret.ID()
	m.who.CompareAndSwap(nil, &chat.Member{ID: id, Name: cmp.Or(name, chat.FriendlyName(id, chat.Korean))})
	return *m.who.Load()
}

// Message publishes a text. It waits while the room's pumps are behind, so that
// nobody is read from faster than the room can pass on.
func (m *member) Message(_ *conn.Conn, ev session.Event) {
	defer m.guard()
	text := ev.Payload
	m.countRead(traffic{1, uint64(len(text))})
	if ev.Opcode == frame.Binary {
		text = appendDecoded(make([]byte, 0, len(text)), text)
	}
	if !m.keepPace(len(text)) {
		return
	}
	m.logText(text)
	var random [16]byte
	rand.Read(random[:])
	who := m.identity()
	body := chat.Body{
		Time: time.Now().UnixMicro(), ID: []byte(chat.MessageID(random)),
		From: []byte(who.ID), Name: []byte(who.Name), Text: text,
	}.Append(nil)
	if _, err := m.cursor.Publish(m.server.running, body); err != nil {
		m.notTaken(err)
	}
}

// notTaken closes the connection of a member whose text the room did not take.
func (m *member) notTaken(err error) {
	if m.server.running.Err() != nil {
		m.close(frame.GoingAway, goodbye, unblamed)
		return
	}
	m.server.log.Error("message not taken", "error", err)
	m.close(frame.TryAgainLater, "message not taken", unblamed)
}

// End takes the member out of its room.
func (m *member) End(*conn.Conn) { m.end(nil, metrics.Plain) }

func (m *member) end(c *speaker, kind string) {
	defer m.visit.leave(kind)
	defer m.guard()
	if m.cursor == nil {
		return
	}
	m.cursor.Leave()
	if m.hall != nil {
		m.hall.leave(m, c)
	}
}

// Touch touches what Deliver is going to need.
func (m *member) Touch() bool { return m.conn.Touch() }

// Deliver passes a batch on to the connection.
func (m *member) Deliver(b *room.Batch) (n int, st room.State) {
	st = room.Gone // in case of a panic
	defer m.guard()
	return m.offer(b.Joined, b.Frames)
}

// offer shows frames to the connection, and counts what it took.
func (m *member) offer(joined []byte, frames []room.Frame) (int, room.State) {
	if len(frames) == 0 {
		return 0, room.Took
	}
	n, st := m.conn.Deliver(joined, frames, false)
	switch st {
	case conn.Took:
		m.countSent(traffic{uint64(n), uint64(len(joined))})
		return n, room.Took
	case conn.Later:
		m.countSent(traffic{uint64(n), uint64(frameBytes(frames[:n]))})
		m.lag()
		return n, room.Later
	case conn.Gone:
	}
	return 0, room.Gone
}

// post sends without waiting for a member that does not read. One that has gone
// meanwhile was not too slow.
func (m *member) post(p []byte) {
	switch m.conn.Post(frame.Text, p) {
	case nil:
		m.countAnswer(len(p))
	case conn.ErrQueueFull:
		m.close(frame.TryAgainLater, tooSlow, overflow)
	}
}

const tooSlow = "reads too slowly: messages were lost"

// Overflowed closes the connection of a member that was too slow for the room:
// if it reads again in time it learns so.
func (m *member) Overflowed() {
	defer m.guard()
	m.server.log.Warn("member is too slow", m.about()...)
	m.close(frame.TryAgainLater, tooSlow, overflow)
}
