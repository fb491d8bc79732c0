package server

import (
	"errors"
	"net/http"
	"net/netip"
	"time"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/admit"
	"rfc6455/server/conn"
)

const goodbye = "the server is going down"

// Why we refuse upgrades, besides package admit's rules and the handshake's.
var (
	// errGoingDown: Shutdown was called (§4.2.2 item 4).
	errGoingDown = &handshake.Error{ID: "going-down", Status: http.StatusServiceUnavailable, Text: goodbye}
	errNoEcho    = &handshake.Error{ID: "no-echo", Status: http.StatusNotFound, Text: "this server has no /echo"}
)

// An arrival is a connection that was let in.
type arrival struct {
	conn   *conn.Conn
	pass   *admit.Pass
	client *netip.Addr // for whom a proxy asks; nil: the peer
	name   string      // that a proxy has fixed
}

// accept takes the connection of r over, for the caller to enter. A request that
// is refused is answered and logged, before it has cost anything.
func (s *Server) accept(w http.ResponseWriter, r *http.Request, cfg *conn.Config) (a arrival, ok bool) {
	if !s.announce() {
		s.refuse(w, errGoingDown)
		return a, false
	}
	defer func() {
		if !ok {
			a.pass.Leave()
			s.present.Done()
		}
	}()
	if err := s.admit(r, &a); err != nil {
		s.refuse(w, err)
		return a, false
	}
	var err error
	if a.conn, err = conn.Accept(w, r, cfg); err != nil {
		s.notAccepted(r, err)
		return a, false
	}
	return a, true
}

// notAccepted tells why there is no connection. A client that has gone before the
// answer was not refused.
func (s *Server) notAccepted(r *http.Request, err error) {
	if _, gone := errors.AsType[*conn.BrokenError](err); gone {
		s.log.Debug("client has gone before the upgrade", "remote", r.RemoteAddr, "error", err)
		return
	}
	s.Metrics.Refused(err)
	s.logRefused(r, err)
}

// admit judges who asks, before what is asked.
func (s *Server) admit(r *http.Request, a *arrival) (err error) {
	client, now := s.cfg.Proxies.Client(r), time.Now()
	if client.Proxied {
		a.client = &client.Addr
	}
	if client.Unheeded {
		s.warnOfProxy(r, now)
	}
	if a.pass, err = s.gate.Enter(client, now); err != nil {
		s.logFull(r, err, s.gate.Hint(client, err, now), now)
		return err
	}
	if a.name, err = s.cfg.Proxies.Name(r, s.cfg.NameHeader); err != nil {
		s.logRefused(r, err)
	}
	return err
}

// refuse answers an upgrade that is not taken.
func (s *Server) refuse(w http.ResponseWriter, err error) {
	s.Metrics.Refused(err)
	writeReject(w, err)
}

func writeReject(w http.ResponseWriter, err error) {
	if refused, ok := errors.AsType[*handshake.Error](err); ok {
		handshake.WriteReject(w, refused)
	}
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

// enter lists a connection that accept gave among those that Shutdown says goodbye
// to. The caller lets a handler run it then, whose End calls leave. A second time is
// no news.
func (s *Server) enter(v *visit, kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.visitors.has(v) {
		return
	}
	s.visitors.add(v)
	s.Metrics.Opened.Of(kind).Add(1)
	s.Metrics.Connections.Of(kind).Add(1)
	if s.left {
		v.close(frame.GoingAway, goodbye, unblamed)
	}
}

// begin does what comes before the first read. Whatever becomes of it, the
// connection is one that has entered, and ends in order.
func (v *visit) begin(kind string, join func()) {
	defer v.server.enter(v, kind)
	defer v.guard()
	join()
}

// leave strikes a connection off, at its End.
func (v *visit) leave(kind string) {
	s := v.server
	v.stopLagging()
	s.logEnd(v, kind)
	s.Metrics.Connections.Of(kind).Add(-1)
	v.pass.Leave()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.visitors.remove(v)
	s.present.Done()
}
