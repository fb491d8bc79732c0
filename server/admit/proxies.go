package admit

import (
	"fmt"
	"net/netip"
	"strings"
)

// UnixPeer in a list of proxies stands for whoever comes by a unix socket.
const UnixPeer = "unix"

// Proxies are the peers whose X-Forwarded-For and -Proto are believed. The zero
// value trusts nobody, as does a nil one.
type Proxies struct {
	prefixes []netip.Prefix
	unix     bool
}

// ParseProxies reads a comma-separated list of networks (10.0.0.0/8, fd00::/8),
// addresses and [UnixPeer]; empty elements do not count. IPv4 networks cover
// IPv4 clients alone, IPv6 networks IPv6 clients alone.
func ParseProxies(list string) (*Proxies, error) {
	p := &Proxies{}
	for element := range strings.SplitSeq(list, ",") {
		element = strings.TrimSpace(element)
		switch element {
		case "":
		case UnixPeer:
			p.unix = true
		default:
			prefix, err := parsePrefix(element)
			if err != nil {
				return nil, err
			}
			p.prefixes = append(p.prefixes, prefix)
		}
	}
	return p, nil
}

// parsePrefix reads a network or an address. IPv4 inside IPv6 becomes IPv4.
func parsePrefix(s string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(s)
	if addr, bad := netip.ParseAddr(s); bad == nil && addr.Zone() == "" {
		prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	if err != nil {
		return prefix, fmt.Errorf("admit: %q is neither a network such as 10.0.0.0/8 nor an address nor %q", s, UnixPeer)
	}
	if prefix != prefix.Masked() {
		// A slip in the address and one in the length look alike here.
		return prefix, fmt.Errorf("admit: %q is not a network: say %s, or the address alone", s, prefix.Masked())
	}
	const mapped = 96 // bits before the IPv4 address
	if prefix.Addr().Is4In6() && prefix.Bits() >= mapped {
		prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-mapped)
	}
	return prefix, nil
}

// trusts says whether a hop is trusted; the zero address is a unix socket's.
func (p *Proxies) trusts(addr netip.Addr) bool {
	if p == nil {
		return false
	}
	if !addr.IsValid() {
		return p.unix
	}
	for _, prefix := range p.prefixes {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}
