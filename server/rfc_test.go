package server

import (
	"log/slog"
	"testing"

	"rfc6455/frame"
)

// §7.1.7: that a connection was failed is in the log, with the rule that its peer
// broke; other ends are no trouble.
func TestFailuresAreLogged(t *testing.T) {
	s := serve(t, Config{})
	s.level.Set(slog.LevelDebug)
	for _, target := range []string{"/chat", "/echo"} {
		bad := s.upgrade(t, target)
		bad.send("op3")
		bad.rest()
		s.log.await(t, "level=WARN", `msg="connection ended"`, bad.nc.LocalAddr().String(), frame.ErrReservedOpcode.Error())
		good := s.upgrade(t, target)
		good.send("close 1000")
		s.log.await(t, "level=INFO", `msg="connection ended"`, good.nc.LocalAddr().String(), "code 1000")
	}
}
