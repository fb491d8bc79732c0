package cli

import (
	"cmp"
	"fmt"
	"net"
	"strconv"
	"strings"

	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// Server gives how to answer clients where the command listens. Its errors are wrong
// usage.
func (t *Target) Server() (conn.Config, error) {
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"-u", t.user != ""}, {"-k", t.insecure}, {"-cacert", t.authorities != ""},
		{"-unix-socket", t.unix != ""}, {"-x", t.proxy != ""},
	} {
		if f.given {
			return conn.Config{}, fmt.Errorf("%s is for a client: allowed beside -listen are -H, -origin, -s, -deflate and -remote", f.name)
		}
	}
	cfg := conn.Config{Deflate: handshake.DeflateConfig{Enabled: t.deflate}}
	if t.origin != "" {
		cfg.Origins = []string{t.origin}
	}
	if t.subprotocols != "" {
		cfg.Subprotocols = strings.Split(t.subprotocols, ",")
	}
	return cfg, t.setFields(&cfg)
}

// Listen listens on address, host:port or unix:path, and gives the URL at which
// clients get there. Its errors are wrong usage.
func (t *Target) Listen(address string) (ln net.Listener, url string, err error) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		ln, err = net.Listen("unix", path)
		return ln, "ws://localhost/", listening(address, err)
	}
	host, _, err := net.SplitHostPort(address)
	switch {
	case err != nil:
		return nil, "", listening(address, err)
	case !t.Remote && !loopback(host):
		return nil, "", fmt.Errorf("-listen is %q, where other machines come in: say -remote if they may, or localhost:port", address)
	}
	if ln, err = net.Listen("tcp", address); err != nil {
		return nil, "", listening(address, err)
	}
	port := strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)
	return ln, "ws://" + net.JoinHostPort(cmp.Or(host, "localhost"), port) + "/", nil
}

// listening says what is allowed where err is one of listening.
func listening(address string, err error) error {
	if err != nil {
		err = fmt.Errorf("-listen is %q: %w; allowed is host:port or unix:path", address, err)
	}
	return err
}
