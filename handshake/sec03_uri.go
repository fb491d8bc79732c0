package handshake

import (
	"net/netip"
	"strconv"
	"strings"
)

// A URL is what a ws: or wss: URI says, §3.
type URL struct {
	Secure   bool   // the scheme is wss
	Host     string // in lower case; an IPv6 address without its brackets
	Port     string // never empty: 80 or 443 where the URI says none
	Resource string // the resource name: path and query, at least "/"
}

// Rules on WebSocket URIs.
var (
	ErrURIGrammar  = rule("uri-grammar", "RFC 3986 §2", 0, "URI has a character that must be escaped")
	ErrURIScheme   = rule("uri-scheme", "RFC 6455 §3", 0, "URI's scheme is neither ws nor wss")
	ErrURIFragment = rule("uri-fragment", "RFC 6455 §3", 0, "URI has a fragment")
	ErrURIHost     = rule("uri-host", "RFC 6455 §3", 0, "URI's host and port are not valid")
)

// ParseURL takes a WebSocket URI apart. Its errors are the rules named uri-*.
// User names, IPv6 zones and escapes in host names are refused: the first has
// no place in the grammar of §3, the others none in that of RFC 3986 or DNS.
func ParseURL(raw string) (URL, error) {
	if strings.Contains(raw, "#") {
		return URL{}, ErrURIFragment.with(raw)
	}
	scheme, rest, _ := strings.Cut(raw, "://")
	u := URL{Port: "80"}
	switch strings.ToLower(scheme) {
	case "ws":
	case "wss":
		u.Secure, u.Port = true, "443"
	default:
		return URL{}, ErrURIScheme.with(raw)
	}
	n := strings.IndexAny(rest, "/?")
	if n < 0 {
		n = len(rest)
	}
	if !isResource(rest[n:]) {
		return URL{}, ErrURIGrammar.with(raw)
	}
	if u.Resource = rest[n:]; !strings.HasPrefix(u.Resource, "/") {
		u.Resource = "/" + u.Resource
	}
	var ok bool
	if u.Host, u.Port, ok = splitAuthority(rest[:n], u.Port); !ok {
		return URL{}, ErrURIHost.with(raw)
	}
	// §3: "?" stands in the resource name only before a query.
	if path, query, _ := strings.Cut(u.Resource, "?"); query == "" {
		u.Resource = path
	}
	return u, nil
}

// Address is host and port, as net.Dial wants them.
func (u URL) Address() string { return bracket(u.Host) + ":" + u.Port }

// Authority is the Host field's value: the port only where it is not the
// scheme's own, §4.1 item 4.
func (u URL) Authority() string {
	if u.Port == defaultPort(u.scheme()) {
		return bracket(u.Host)
	}
	return u.Address()
}

// String is the URI in its shortest form; ParseURL gives u again.
func (u URL) String() string { return u.scheme() + "://" + u.Authority() + u.Resource }

func (u URL) scheme() string {
	if u.Secure {
		return "wss"
	}
	return "ws"
}

// defaultPort is the port of a scheme that a URI, an origin or a Host field
// leaves out; empty: the scheme has none.
func defaultPort(scheme string) string {
	switch scheme {
	case "ws", "http":
		return "80"
	case "wss", "https":
		return "443"
	default:
		return ""
	}
}

// splitAuthority splits host [":" port] and folds the host's letters. Without
// a port it is port0.
func splitAuthority(s, port0 string) (host, port string, ok bool) {
	if strings.HasPrefix(s, "[") {
		n := strings.IndexByte(s, ']') + 1
		if host, ok = parseIPv6(s[:n]); !ok || n < len(s) && s[n] != ':' {
			return "", "", false
		}
		port = strings.TrimPrefix(s[n:], ":")
	} else {
		host, port, _ = strings.Cut(s, ":")
		if host == "" || strings.ContainsFunc(host, notInName) {
			return "", "", false
		}
		host = strings.ToLower(host)
	}
	if port == "" {
		return host, port0, true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return host, strconv.FormatUint(n, 10), err == nil && n > 0
}

// parseIPv6 reads an address in brackets and gives its canonical form.
func parseIPv6(s string) (string, bool) {
	addr, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return addr.String(), err == nil && addr.Is6() && addr.Zone() == ""
}

// bracket puts an IPv6 address into brackets.
func bracket(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

const (
	unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	subDelims  = "!$&'()*+,;="
)

// notInName reports what cannot stand in a host's name, RFC 3986 §3.2.2.
func notInName(c rune) bool { return !strings.ContainsRune(unreserved+subDelims, c) }

// isResource reports whether s is path-abempty [ "?" query ], RFC 3986 §3.3
// and §3.4: every other character is to be escaped.
func isResource(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' {
			if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
				return false
			}
		} else if strings.IndexByte(unreserved+subDelims+":@/?", s[i]) < 0 {
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }
