package settings

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// maxPath is how long the path of a unix socket may be on the systems that there
// are.
const maxPath = 103

// An Address is where to listen. The zero value is nowhere.
type Address struct {
	Network string // "tcp", "unix"
	Address string // host:port; the socket's path
}

var errAddress = errors.New("allowed is host:port as in localhost:8080, :8080 for all that this machine has, or unix:/path of up to 103 bytes")

// parseAddress reads host:port or unix:/path.
func parseAddress(s string) (Address, error) {
	if path, ok := strings.CutPrefix(s, "unix:"); ok {
		if path == "" || len(path) > maxPath || strings.ContainsRune(path, 0) {
			return Address{}, errAddress
		}
		return Address{"unix", path}, nil
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil || strings.ContainsAny(host, " /") {
		return Address{}, errAddress
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return Address{}, errAddress
	}
	return Address{"tcp", s}, nil
}

func (a Address) String() string {
	if a.Network == "unix" {
		return "unix:" + a.Address
	}
	return a.Address
}

// Loopback says whether only this machine can come, by the address's very words: a
// name that has to be looked up could be anywhere. A unix socket is not meant: it
// is there for a proxy, behind which is everybody.
func (a Address) Loopback() bool {
	host, _, err := net.SplitHostPort(a.Address)
	if a.Network != "tcp" || err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}
