package server

import (
	"errors"
	"net/http"
	"strings"

	"rfc6455/handshake"
)

// checkHost refuses requests by a foreign Host, pages and upgrades: a page whose
// name was made to resolve to this machine would pass for the same origin.
func (s *Server) checkHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := handshake.CheckHost(r.Host, s.hosts)
		var refused *handshake.Error
		if errors.As(err, &refused) {
			handshake.WriteReject(w, refused)
			s.logRefused(r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// logRefused tells why a request was refused and, for its origin or host, the
// very flag that would let it in.
func (s *Server) logRefused(r *http.Request, err error) {
	what, flag := "upgrade refused", ""
	switch {
	case errors.Is(err, handshake.ErrOriginForeign), errors.Is(err, handshake.ErrOriginCrossSite):
		what, flag = "origin refused", "-origin"
	case errors.Is(err, handshake.ErrHostForeign):
		what, flag = "host refused", "-host"
	}
	about := []any{"remote", r.RemoteAddr, "error", err}
	var refused *handshake.Error
	if errors.As(err, &refused) && flag != "" && pasteable(refused.Value) {
		about = append(about, "allow", flag+" "+refused.Value)
	}
	s.log.Warn(what, about...)
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
