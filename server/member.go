package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/server/chat"
	"rfc6455/server/conn"
	"rfc6455/server/room"
)

// A member is a plain connection in the lobby: a conn.Handler and a room.Member.
type member struct {
	conn       *conn.Conn // first: a broadcast needs nothing else
	server     *Server
	cursor     *room.Cursor
	hall       *hall
	prev, next *member // in the hall; under hall.mu
	serial     uint64
	who        atomic.Pointer[chat.Member] // made when it is first needed
}

// serveChat takes a connection over and makes it a member: a speaker of chat.v1 if
// it chose that, else a plain one. The room offers nothing before the greeting has
// gone.
func (s *Server) serveChat(w http.ResponseWriter, r *http.Request) {
	c := s.accept(w, r, s.chat)
	if c == nil {
		return
	}
	if c.Agreed().Protocol == chat.Protocol {
		s.serveSpeaker(c, r)
		return
	}
	m, err := s.join(c)
	if err != nil {
		s.log.Error("cannot join", "remote", r.RemoteAddr, "error", err)
		s.enter(c)
		c.StartClose(frame.TryAgainLater, "no place in the chat")
		c.Run(stranger{s})
		return
	}
	s.log.Info(logConnected, "remote", r.RemoteAddr)
	s.enter(c)
	m.hall.enter(m)
	c.Send(frame.Text, []byte(Greeting)) // an error ends the connection, and End tells it
	m.cursor.Ready()
	c.Run(m)
}

func (s *Server) join(c *conn.Conn) (*member, error) {
	m := &member{server: s, conn: c, serial: s.serial.Add(1)}
	cursor, start, err := s.rooms.Join(chat.Lobby, m, plainEncoding, room.Point{})
	if err != nil {
		return nil, err
	}
	m.cursor, m.hall = cursor, s.halls.of(chat.Lobby, start.Room)
	c.OnReady(cursor.Ready)
	return m, nil
}

// identity is who a member is to others. A plain one is somebody new, by a name
// that was made up.
func (m *member) identity() chat.Member {
	if who := m.who.Load(); who != nil {
		return *who
	}
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(m.server.key[:], m.serial))
	id := chat.Secret(sum[:len(chat.Secret{})]).ID()
	who := chat.Member{ID: id, Name: chat.FriendlyName(id, chat.Korean)}
	m.who.Store(&who)
	return who
}

// Message publishes a text. It waits while the room's pumps are behind, so that
// nobody is read from faster than the room can pass on.
func (m *member) Message(_ *conn.Conn, ev session.Event) {
	text := ev.Payload
	if ev.Opcode == frame.Binary {
		text = appendDecoded(make([]byte, 0, len(text)), text)
	}
	m.server.logText(text)
	var random [16]byte
	rand.Read(random[:])
	who := m.identity()
	body := chat.Body{
		Time: time.Now().UnixMicro(), ID: []byte(chat.MessageID(random)),
		From: []byte(who.ID), Name: []byte(who.Name), Text: text,
	}.Append(nil)
	if _, err := m.hall.room.Publish(m.server.running, body); err != nil {
		m.notTaken(err)
	}
}

// notTaken closes the connection of a member whose text the room did not take.
func (m *member) notTaken(err error) {
	if m.server.running.Err() != nil {
		m.conn.StartClose(frame.GoingAway, goodbye)
		return
	}
	m.server.log.Error("message not taken", "error", err)
	m.conn.StartClose(frame.TryAgainLater, "message not taken")
}

// logText logs a text, the beginning of a long one.
func (s *Server) logText(text []byte) {
	if !s.log.Enabled(context.Background(), slog.LevelInfo) {
		return
	}
	if len(text) <= logBytes {
		s.log.Info(logReceived + string(text))
		return
	}
	n := logBytes
	for !utf8.RuneStart(text[n]) {
		n--
	}
	s.log.Info(logReceived+string(text[:n]), "bytes", len(text))
}

// End takes the member out of its room.
func (m *member) End(c *conn.Conn) {
	m.cursor.Leave()
	m.hall.leave(m, nil)
	m.server.leave(c)
}

// Deliver passes a batch on to the connection.
func (m *member) Deliver(b *room.Batch) (int, room.State) { return m.deliver(b.Joined, b.Frames) }

func (m *member) deliver(joined []byte, frames []room.Frame) (int, room.State) {
	if len(frames) == 0 {
		return 0, room.Took
	}
	n, st := m.conn.Deliver(joined, frames, false)
	switch st {
	case conn.Took:
		return n, room.Took
	case conn.Later:
		return n, room.Later
	case conn.Gone:
	}
	return 0, room.Gone
}

const tooSlow = "reads too slowly: messages were lost"

// Overflowed closes the connection of a member that was too slow for the room:
// if it reads again in time it learns so.
func (m *member) Overflowed() {
	m.server.log.Warn("member is too slow", "remote", m.conn.NetConn().RemoteAddr().String())
	m.conn.StartClose(frame.TryAgainLater, tooSlow)
}
