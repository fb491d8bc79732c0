package server

import (
	"errors"
	"log/slog"
	"net/http"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

const goodbye = "the server is going down"

// errGoingDown refuses upgrades once Shutdown was called (§4.2.2 item 4).
var errGoingDown = &handshake.Error{ID: "going-down", Status: http.StatusServiceUnavailable, Text: goodbye}

// accept takes the connection of r over, for the caller to enter. A request that
// is refused is answered and logged, and gives nil.
func (s *Server) accept(w http.ResponseWriter, r *http.Request, cfg *conn.Config) *conn.Conn {
	if !s.announce() {
		handshake.WriteReject(w, errGoingDown)
		return nil
	}
	c, err := conn.Accept(w, r, cfg)
	if err != nil {
		s.present.Done()
		s.logRefused(r, err)
		return nil
	}
	return c
}

// announce lets Shutdown wait for a connection to come. It is false when the
// server is going down.
func (s *Server) announce() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closing {
		s.present.Add(1)
	}
	return !s.closing
}

// enter lists c, which accept gave, among those that Shutdown says goodbye to.
// The caller lets a handler run it then, whose End calls leave.
func (s *Server) enter(c *conn.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[c] = struct{}{}
	if s.closing {
		c.StartClose(frame.GoingAway, goodbye)
	}
}

// leave strikes a connection off, at its End.
func (s *Server) leave(c *conn.Conn) {
	s.logEnd(c)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	s.present.Done()
}

// logEnd says why a connection ended; that we failed it is a warning (§7.1.7).
func (s *Server) logEnd(c *conn.Conn) {
	level := slog.LevelDebug
	if _, failed := errors.AsType[*conn.FailedError](c.Err()); failed {
		level = slog.LevelWarn
	}
	s.log.Log(s.running, level, "connection ended", "remote", c.NetConn().RemoteAddr().String(), "cause", c.Err())
}

// A stranger is a connection that could not join, until it is closed.
type stranger struct{ server *Server }

func (stranger) Message(*conn.Conn, session.Event) {}

func (n stranger) End(c *conn.Conn) { n.server.leave(c) }
