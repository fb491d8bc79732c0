package server

import (
	"context"
	"log/slog"
	"net/http"
	"unicode/utf8"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/server/conn"
	"rfc6455/server/room"
)

// lobby is the room of everybody.
const lobby = "lobby"

// A member is a connection in a room: a conn.Handler and a room.Member.
type member struct {
	server *Server
	conn   *conn.Conn
	cursor *room.Cursor
	room   *room.Room
}

// serveChat takes a connection over and makes it a member of the lobby. The room
// offers it nothing before the greeting has gone.
func (s *Server) serveChat(w http.ResponseWriter, r *http.Request) {
	c := s.accept(w, r, s.chat)
	if c == nil {
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
	c.Send(frame.Text, []byte(Greeting)) // an error ends the connection, and End tells it
	m.cursor.Ready()
	c.Run(m)
}

func (s *Server) join(c *conn.Conn) (*member, error) {
	m := &member{server: s, conn: c}
	cursor, start, err := s.rooms.Join(lobby, m, plainEncoding, room.Point{})
	if err != nil {
		return nil, err
	}
	m.cursor, m.room = cursor, start.Room
	c.OnReady(cursor.Ready)
	return m, nil
}

// Message publishes a text. It waits while the room's pumps are behind, so that
// nobody is read from faster than the room can pass on.
func (m *member) Message(_ *conn.Conn, ev session.Event) {
	text := plainText(ev)
	m.server.logText(text)
	_, err := m.room.Publish(m.server.running, text)
	switch {
	case err == nil:
	case m.server.running.Err() != nil:
		m.conn.StartClose(frame.GoingAway, goodbye)
	default:
		m.server.log.Error("message not taken", "error", err)
		m.conn.StartClose(frame.TryAgainLater, "message not taken")
	}
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
	m.server.leave(c)
}

// Deliver passes a batch on to the connection.
func (m *member) Deliver(b *room.Batch) (int, room.State) {
	n, st := m.conn.Deliver(b.Joined, b.Frames, false)
	switch st {
	case conn.Took:
		return n, room.Took
	case conn.Later:
		return n, room.Later
	case conn.Gone:
	}
	return 0, room.Gone
}

// Overflowed closes the connection of a member that was too slow for the room:
// if it reads again before the write deadline it learns so.
func (m *member) Overflowed() {
	m.server.log.Warn("member is too slow", "remote", m.conn.NetConn().RemoteAddr().String())
	m.conn.StartClose(frame.TryAgainLater, "reads too slowly: messages were lost")
}
