//go:build !linux || portable

package conn

import "net"

func newSocket(nc net.Conn) socket { return &plain{nc: nc} }
