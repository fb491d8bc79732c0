package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// A Target is how a server is reached: curl's flags, and ours.
type Target struct {
	Remote bool // other machines than this one may be spoken to

	headers      List
	origin       string
	user, proxy  string
	unix         string
	insecure     bool
	authorities  string
	subprotocols string
	deflate      bool
}

// Register adds the flags of a Target, behind -listen where the command has it.
func (t *Target) Register(f *Flags) {
	origin := "`origin` to claim, as a browser would: https://example.org"
	if f.Lookup("listen") != nil {
		origin += ";\nwith -listen: pages from there may connect, from anywhere with *"
	}
	f.Var(&t.headers, "H", "`header` to send, \"Name: value\"; may be given several times")
	f.StringVar(&t.origin, "origin", "", origin)
	f.StringVar(&t.user, "u", "", "`user:password` for HTTP's basic authentication")
	f.BoolVar(&t.insecure, "k", false, "take any certificate of a wss: server")
	f.StringVar(&t.authorities, "cacert", "", "take certificates that the authorities in `file` signed, in PEM, and no others")
	f.StringVar(&t.unix, "unix-socket", "", "connect to the Unix socket at `path`; the URL's host is only said")
	f.StringVar(&t.proxy, "x", "", "`proxy` to go through, http://host:port; else what HTTPS_PROXY and HTTP_PROXY say")
	f.BoolVar(&t.Remote, "remote", false, "the server may be another machine than this one")
	f.StringVar(&t.subprotocols, "s", "", "`names` of subprotocols to offer, by preference, with commas between")
	f.BoolVar(&t.deflate, "deflate", false, "offer permessage-deflate (RFC 7692)")
}

// Config gives how to open connections to address, a ws: or wss: URL. Its errors
// are wrong usage.
func (t *Target) Config(address string) (conn.Config, error) {
	u, err := handshake.ParseURL(address)
	if err != nil {
		return conn.Config{}, fmt.Errorf("%w; allowed is ws://host:port/path or wss://host:port/path", err)
	}
	if !t.Remote && t.unix == "" && !loopback(u.Host) {
		return conn.Config{}, fmt.Errorf("%s is not this machine: say -remote if its owner agrees", u.Host)
	}
	cfg := conn.Config{Origin: t.origin, Deflate: handshake.DeflateConfig{Enabled: t.deflate}}
	if t.subprotocols != "" {
		cfg.Subprotocols = strings.Split(t.subprotocols, ",")
	}
	if err := errors.Join(t.setTLS(&cfg), t.setRoute(&cfg), t.setFields(&cfg)); err != nil {
		return conn.Config{}, err
	}
	_, err = wire.NewOffer(address, &cfg) // what it would refuse later is wrong usage, too
	return cfg, err
}

// loopback says whether host is this machine by its very name: a name that has to
// be looked up could be anybody.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// setTLS sets whose certificates are taken.
func (t *Target) setTLS(cfg *conn.Config) error {
	if t.insecure {
		cfg.TLS = &tls.Config{InsecureSkipVerify: true}
	}
	if t.authorities == "" {
		return nil
	}
	if t.insecure {
		return errors.New("-k and -cacert: allowed is one of them")
	}
	text, err := os.ReadFile(t.authorities)
	if err != nil {
		return fmt.Errorf("-cacert: %w", err)
	}
	cfg.TLS = &tls.Config{RootCAs: x509.NewCertPool()}
	if !cfg.TLS.RootCAs.AppendCertsFromPEM(text) {
		return fmt.Errorf("-cacert is %q: allowed is a file of certificates in PEM", t.authorities)
	}
	return nil
}

// setRoute sets what stands between us and the server.
func (t *Target) setRoute(cfg *conn.Config) error {
	switch {
	case t.unix != "" && t.proxy != "":
		return errors.New("-unix-socket and -x: allowed is one of them")
	case t.unix != "":
		cfg.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
		cfg.Dialer = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", t.unix)
		}
		return nil
	case t.proxy == "":
		return nil
	}
	p, err := url.Parse(t.proxy)
	switch {
	case err != nil || p.Host == "" || p.Scheme != "http" && p.Scheme != "https":
		return fmt.Errorf("-x is %q: allowed is http://host:port or https://host:port, with user:password@ before the host if need be", t.proxy)
	case !t.Remote && !loopback(p.Hostname()):
		return fmt.Errorf("proxy %s is not this machine: say -remote if its owner agrees", p.Hostname())
	}
	cfg.Proxy = http.ProxyURL(p)
	return nil
}

// setFields adds the header lines.
func (t *Target) setFields(cfg *conn.Config) error {
	h := http.Header{}
	for _, line := range t.headers {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return fmt.Errorf("-H is %q: allowed is \"Name: value\"", line)
		}
		value = strings.TrimSpace(value)
		if http.CanonicalHeaderKey(name) == "Origin" {
			if t.origin != "" {
				return errors.New("-origin and -H Origin: allowed is one of them")
			}
			cfg.Origin = value
			continue
		}
		h.Add(name, value)
	}
	if t.user != "" {
		if !strings.Contains(t.user, ":") {
			return fmt.Errorf("-u is without a password: allowed is user:password")
		}
		h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(t.user)))
	}
	fields, err := handshake.NewFields(h)
	cfg.Fields = fields
	return err
}
