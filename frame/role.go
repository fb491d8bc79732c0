package frame

import "fmt"

// A Role is one of the two sides of a connection.
type Role uint8

const (
	Server Role = iota // accepted the opening handshake
	Client             // began it
)

// Peer is the role of the other side.
func (r Role) Peer() Role { return r ^ 1 }

// Masks says whether the frames that r sends are masked: all of a client's and
// none of a server's (§5.1).
func (r Role) Masks() bool { return r == Client }

// String is "server" or "client".
func (r Role) String() string {
	if r == Client {
		return "client"
	}
	return "server"
}

// ParseRole reads what String gives.
func ParseRole(s string) (Role, error) {
	for _, r := range []Role{Server, Client} {
		if s == r.String() {
			return r, nil
		}
	}
	return 0, fmt.Errorf("%q is no role: allowed is client or server", s)
}
