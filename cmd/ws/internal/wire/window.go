package wire

import (
	"cmp"

	"rfc6455/frame"
	"rfc6455/handshake"
)

// Window says what an endpoint of role sender compresses with (RFC 7692 §7.1): how
// large a window, and whether it keeps it from message to message.
func Window(p handshake.DeflateParams, sender frame.Role) (bits int, takeover bool) {
	if sender == frame.Server {
		return cmp.Or(p.ServerMaxWindowBits, handshake.MaxWindowBits), !p.ServerNoContextTakeover
	}
	return cmp.Or(p.ClientMaxWindowBits, handshake.MaxWindowBits), !p.ClientNoContextTakeover
}
