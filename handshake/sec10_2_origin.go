package handshake

import (
	"net/http"
	"net/netip"
	"strings"
)

// Rules on where a request came from. The Value is the Origin, or the Host,
// which would have to be allowed for the request to pass.
var (
	ErrOriginCrossSite = rule("origin-cross-site", "RFC 6455 §10.2", http.StatusForbidden, "Sec-Fetch-Site tells of another site, and its Origin is not allowed")
	ErrOriginForeign   = rule("origin-foreign", "RFC 6455 §10.2", http.StatusForbidden, "Origin is neither this server's own nor allowed")
	ErrHostForeign     = rule("host-foreign", "RFC 6455 §10.2", http.StatusForbidden, "Host is neither loopback nor allowed")
)

// CheckOrigin judges whether a page may connect, §10.2. Scheme ("http" or
// "https") and host (with its port, if that is not the scheme's own) are those
// under which the client reaches the server. Allow holds further origins; "*"
// is all, "null" that of a page without one. In this order:
//
//   - an allowed Origin passes, and with "*" so does a request without one;
//   - Sec-Fetch-Site same-site or cross-site is refused, same-origin passes;
//   - no Origin passes: it is no browser (§4.2.1 item 7), and could lie (§10.1);
//   - scheme, host and port must be the server's, default ports filled in and
//     letters folded.
//
// Its errors are ErrOriginCrossSite and ErrOriginForeign.
func CheckOrigin(r Request, scheme, host string, allow []string) error {
	if originAllowed(r.Origin, allow) {
		return nil
	}
	switch r.FetchSite {
	case "same-site", "cross-site":
		return ErrOriginCrossSite.with(r.Origin)
	case "same-origin":
		return nil
	}
	if r.Origin == "" || sameOrigin(r.Origin, scheme+"://"+host) {
		return nil
	}
	return ErrOriginForeign.with(r.Origin)
}

func originAllowed(s string, allow []string) bool {
	for _, a := range allow {
		if a == "*" || s != "" && (equalFold(a, s) || sameOrigin(a, s)) {
			return true
		}
	}
	return false
}

// sameOrigin reports whether both are origins, and equal.
func sameOrigin(s, t string) bool {
	a, ok := parseOrigin(s)
	b, also := parseOrigin(t)
	return ok && also && a == b
}

// An origin is a serialized-origin of RFC 6454 §7.1, letters folded.
type origin struct{ scheme, host, port string }

// parseOrigin reads scheme "://" host [ ":" port ] and nothing more.
func parseOrigin(s string) (o origin, ok bool) {
	scheme, authority, ok := strings.Cut(s, "://")
	if !ok || !isToken(scheme) {
		return o, false
	}
	o.scheme = strings.ToLower(scheme)
	o.host, o.port, ok = splitAuthority(authority, defaultPort(o.scheme))
	return o, ok
}

// CheckHost is for a server that listens on loopback only. A page can make its
// own name resolve to 127.0.0.1 and then pass for the same origin; its name
// stands in Host, though. Host must be localhost, a loopback address or one of
// allow, with any port unless the allowed name has one. The error is
// ErrHostForeign.
func CheckHost(host string, allow []string) error {
	name, port, ok := splitAuthority(host, "80")
	if !ok {
		return ErrHostForeign.with(host)
	}
	if addr, err := netip.ParseAddr(name); name == "localhost" || err == nil && addr.Unmap().IsLoopback() {
		return nil
	}
	for _, a := range allow {
		if n, p, ok := splitAuthority(a, port); ok && n == name && p == port {
			return nil
		}
	}
	return ErrHostForeign.with(host)
}
