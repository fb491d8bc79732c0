package admit

import (
	"iter"
	"net/http"
	"net/netip"
	"strings"
)

// MaxHops is how many proxies stand between a client and us at most.
const MaxHops = 32

const (
	forwardedFor   = "X-Forwarded-For"
	forwardedProto = "X-Forwarded-Proto"
)

// A Client is where a request comes from, as far as that can be known.
type Client struct {
	// Addr is the client's, IPv4 never as IPv6, without a zone. It is zero for
	// the peer on a unix socket and whomever it does not name: all of them count
	// as one.
	Addr netip.Addr
	// Secure says that the client came by https: to us or, behind proxies, to the
	// outermost one that is trusted.
	Secure bool
	// Proxied says that the peer is a proxy, so that its header fields hold.
	Proxied bool
	// Unheeded says that something in X-Forwarded-For or -Proto was not believed,
	// or not understood. A proxy that is not trusted as it should be looks so; so
	// does a client that lies.
	Unheeded bool
}

// Peer gives the address at the other end, from RemoteAddr of an http.Request or
// what a net.Conn's prints; zero if it is no IP address and port, as for a unix
// socket.
func Peer(remote string) netip.Addr {
	peer, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Addr{}
	}
	return plain(peer.Addr())
}

// plain gives addr in its one form. What a zone means is known to one machine
// only, and no network has one.
func plain(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }

// Client says where r comes from.
func (p *Proxies) Client(r *http.Request) Client {
	c := Client{Addr: Peer(r.RemoteAddr), Secure: r.TLS != nil}
	if !p.trusts(c.Addr) {
		c.Unheeded = len(r.Header[forwardedFor]) > 0 || len(r.Header[forwardedProto]) > 0
		return c
	}
	c.Proxied = true
	c.walkProto(r.Header[forwardedProto], c.walkFor(p, r.Header[forwardedFor]))
	return c
}

// walkFor goes from the peer towards the client: what a trusted hop wrote is the
// hop before it. It gives how many hops are trusted, the peer among them.
func (c *Client) walkFor(p *Proxies, lines []string) (hops int) {
	hops = 1
	arrived := false
	for element := range fromRight(lines) {
		if arrived || hops > MaxHops {
			c.Unheeded = true // somebody wrote it whom nobody trusts
			break
		}
		addr, ok := parseHop(element)
		if !ok {
			c.Unheeded = true
			break
		}
		c.Addr = addr
		if arrived = !p.trusts(addr); !arrived {
			hops++
		}
	}
	return hops
}

// walkProto takes the scheme that the outermost of the trusted hops saw. Many
// proxies replace the field where they lengthen X-Forwarded-For: then the list is
// shorter than the way, and its leftmost element is the best that there is.
func (c *Client) walkProto(lines []string, hops int) {
	for element := range fromRight(lines) {
		if hops == 0 {
			c.Unheeded = true
			return
		}
		switch strings.ToLower(element) {
		case "https", "wss":
			c.Secure = true
		case "http", "ws":
			c.Secure = false
		default:
			c.Unheeded = true
			return
		}
		hops--
	}
}

// fromRight gives the elements of a list that stands in lines, the last first.
// Empty ones do not count (RFC 9110 §5.6.1.2).
func fromRight(lines []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := len(lines) - 1; i >= 0; i-- {
			for rest, more := lines[i], true; more; {
				comma := strings.LastIndexByte(rest, ',')
				element := strings.Trim(rest[comma+1:], " \t")
				if element != "" && !yield(element) {
					return
				}
				rest, more = rest[:max(comma, 0)], comma >= 0
			}
		}
	}
}

// parseHop reads one element of X-Forwarded-For: an address, as some proxies
// write it with its port, an IPv6 address in brackets.
func parseHop(s string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(s)
	if err == nil {
		return plain(addr), true
	}
	if withPort, err := netip.ParseAddrPort(s); err == nil {
		return plain(withPort.Addr()), true
	}
	s, opened := strings.CutPrefix(s, "[")
	s, closed := strings.CutSuffix(s, "]")
	addr, err = netip.ParseAddr(s)
	return plain(addr), opened && closed && err == nil && addr.Is6()
}
