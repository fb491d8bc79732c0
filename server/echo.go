package server

import (
	"net/http"

	"rfc6455/frame/session"
	"rfc6455/server/conn"
	"rfc6455/server/metrics"
)

// An echo sends every message back.
type echo struct {
	visit
	in, out traffic // of this read, not counted yet
}

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
	e.in.add(len(ev.Payload))
	if c.Reply(ev) == nil { // an error ends the connection, and End tells it
		e.out.add(frameLen(len(ev.Payload)))
	}
}

// Turned counts what one read gave, once for all of it.
func (e *echo) Turned(*conn.Conn) {
	e.countRead(e.in)
	e.countAnswers(e.out)
	e.in, e.out = traffic{}, traffic{}
}

func (e *echo) End(*conn.Conn) { e.leave(metrics.Echo) }
