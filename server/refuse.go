package server

import (
	"context"
	"net"
	"net/http"
	"strings"

	"rfc6455/handshake"
	"rfc6455/server/admit"
)

// hostChecked marks requests whose Host is to be looked at, by where they came in.
type hostChecked struct{}

// base is what all requests to l have in common.
func (s *Server) base(l net.Listener) context.Context {
	ctx := context.Background()
	if len(s.cfg.Hosts) > 0 || onLoopback(l.Addr()) {
		ctx = context.WithValue(ctx, hostChecked{}, true)
	}
	return ctx
}

// checkHost refuses requests by a foreign Host, pages and upgrades: a page whose
// name was made to resolve to this machine would pass for the same origin.
func (s *Server) checkHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Value(hostChecked{}) == nil {
			next.ServeHTTP(w, r)
			return
		}
		if err := handshake.CheckHost(r.Host, s.cfg.Hosts); err != nil {
			if handshake.IsAttempt(r) {
				s.Metrics.Refused(err)
			}
			writeReject(w, err)
			s.logRefused(r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// maxPasted is how long an origin or a host may be: a name has 253 characters.
const maxPasted = 300

// pasteable says whether an operator may copy value into a shell: it came from a
// stranger.
func pasteable(value string) bool {
	return value != "" && len(value) <= maxPasted && value[0] != '-' && !strings.ContainsFunc(value, func(r rune) bool {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		return !letter && !strings.ContainsRune(".:/-_[]", r)
	})
}

// peerFlag gives the peer as a list of proxies has it.
func peerFlag(remote string) string {
	if addr := admit.Peer(remote); addr.IsValid() {
		return addr.String()
	}
	return admit.UnixPeer
}
