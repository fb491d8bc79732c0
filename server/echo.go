package server

import (
	"net/http"

	"rfc6455/frame/session"
	"rfc6455/server/conn"
	"rfc6455/server/metrics"
)

// An echo sends every message back.
type echo struct{ visit }

func (s *Server) serveEcho(w http.ResponseWriter, r *http.Request) {
	if !s.cfg.Echo {
		s.refuse(w, errNoEcho)
		return
	}
	a, ok := s.accept(w, r, s.echo)
	if !ok {
		return
	}
	e := &echo{}
	e.come(s, a)
	s.enter(&e.visit, metrics.Echo)
	e.conn.Run(e)
}

func (e *echo) Message(c *conn.Conn, ev session.Event) {
	defer e.guard()
	n := len(ev.Payload)
	e.countRead(n)
	if c.Reply(ev) == nil { // an error ends the connection, and End tells it
		e.countAnswer(n)
	}
}

func (e *echo) End(*conn.Conn) { e.leave(metrics.Echo) }
