//go:build !unix

package conn

import "net"

// native is what a Conn holds for its socket: nothing, on this system.
type native struct{}

func (native) socket(nc net.Conn) socket { return &plain{nc: nc} }
