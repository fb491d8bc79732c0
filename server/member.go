package server

import (
	"context"
	"log/slog"

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

// join greets c and makes it a member of the lobby.
func (s *Server) join(c *conn.Conn) error {
	m := &member{server: s, conn: c}
	cursor, start, err := s.rooms.Join(lobby, m, plainEncoding, room.Point{})
	if err != nil {
		return err
	}
	m.cursor, m.room = cursor, start.Room
	c.OnReady(cursor.Ready)
	s.log.Info(logConnected, "remote", c.NetConn().RemoteAddr().String())
	c.Send(frame.Text, []byte(Greeting)) // an error shows again in Serve
	cursor.Ready()
	c.Serve(m)
	return nil
}

// Message publishes a text. It waits while the room's pumps are behind, so that
// nobody is read from faster than the room can pass on.
func (m *member) Message(_ *conn.Conn, ev session.Event) {
	text := plainText(ev)
	m.server.logText(text)
	if _, err := m.room.Publish(m.server.running, text); err != nil {
		m.server.log.Error("message not taken", "error", err)
		m.conn.StartClose(frame.TryAgainLater, err.Error())
	}
}

// logText logs a text as the seed of this chat does.
func (s *Server) logText(text []byte) {
	if s.log.Enabled(context.Background(), slog.LevelInfo) {
		s.log.Info(logReceived + string(text))
	}
}

// End takes the member out of its room.
func (m *member) End(c *conn.Conn) {
	m.cursor.Leave()
	m.server.leave(c)
	m.server.log.Debug("connection ended", "remote", c.NetConn().RemoteAddr().String(), "cause", c.Err())
}

// Deliver passes a batch on to the connection.
func (m *member) Deliver(b *room.Batch) (int, room.State) {
	n, st := m.conn.Deliver(b.Joined, b.Frames, false)
	switch st {
	case conn.Took:
		return n, room.Took
	case conn.Later:
		return n, room.Later
	}
	return 0, room.Gone
}

// Overflowed closes the connection of a member that was too slow for the room: if
// it reads again before the write deadline it learns so.
func (m *member) Overflowed() {
	m.conn.StartClose(frame.TryAgainLater, "reads too slowly: messages were lost")
}
