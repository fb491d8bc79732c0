package cli

import (
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// A Target is how a server is reached: curl's flags, and ours.
type Target struct {
	headers      List
	user, proxy  string
	insecure     bool
	remote       bool
	subprotocols string
	deflate      bool
}

// Register adds the flags of a Target.
func (t *Target) Register(f *Flags) {
	f.Var(&t.headers, "H", "`header` to send, \"Name: value\"; may be given several times")
	f.StringVar(&t.user, "u", "", "`user:password` for HTTP's basic authentication")
	f.BoolVar(&t.insecure, "k", false, "take any certificate of a wss: server")
	f.StringVar(&t.proxy, "x", "", "`proxy` to go through, http://host:port; else what HTTPS_PROXY and HTTP_PROXY say")
	f.BoolVar(&t.remote, "remote", false, "the server may be another machine than this one")
	f.StringVar(&t.subprotocols, "subprotocol", "", "`names` of subprotocols to offer, by preference, with commas between")
	f.BoolVar(&t.deflate, "deflate", false, "offer permessage-deflate (RFC 7692)")
}

// Config gives how to open connections to address, a ws: or wss: URL. Its errors
// are wrong usage.
func (t *Target) Config(address string) (conn.Config, error) {
	u, err := handshake.ParseURL(address)
	if err != nil {
		return conn.Config{}, fmt.Errorf("%w; allowed is ws://host:port/path or wss://host:port/path", err)
	}
	if !t.remote && !loopback(u.Host) {
		return conn.Config{}, fmt.Errorf("%s is not this machine: say -remote if its owner agrees", u.Host)
	}
	cfg := conn.Config{Deflate: handshake.DeflateConfig{Enabled: t.deflate}}
	if t.insecure {
		cfg.TLS = &tls.Config{InsecureSkipVerify: true}
	}
	if t.subprotocols != "" {
		cfg.Subprotocols = strings.Split(t.subprotocols, ",")
	}
	return cfg, errors.Join(t.setProxy(&cfg), t.setFields(&cfg))
}

// loopback says whether host is this machine by its very name: a name that has to
// be looked up could be anybody.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

func (t *Target) setProxy(cfg *conn.Config) error {
	if t.proxy == "" {
		return nil
	}
	p, err := url.Parse(t.proxy)
	switch {
	case err != nil || p.Host == "" || p.Scheme != "http" && p.Scheme != "https":
		return fmt.Errorf("-x is %q: allowed is http://host:port or https://host:port, with user:password@ before the host if need be", t.proxy)
	case !t.remote && !loopback(p.Hostname()):
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
