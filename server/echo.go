package server

import (
	"net/http"

	"rfc6455/frame/session"
	"rfc6455/server/conn"
)

// An echo sends every message back.
type echo struct{ server *Server }

func (s *Server) serveEcho(w http.ResponseWriter, r *http.Request) {
	if c := s.accept(w, r, s.echo); c != nil {
		s.enter(c)
		c.Run(echo{s})
	}
}

func (e echo) Message(c *conn.Conn, ev session.Event) {
	c.Reply(ev) // an error ends the connection, and End tells it
}

func (e echo) End(c *conn.Conn) { e.server.leave(c) }
