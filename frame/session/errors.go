package session

import "errors"

// Refusals of a [Sender]: what our own side may not ask for. Nothing is sent.
var (
	ErrClosed        = errors.New("websocket: a Close was sent already (RFC 6455 §5.5.1)")
	ErrNotUTF8       = errors.New("websocket: text to be sent is not UTF-8 (RFC 6455 §5.6)")
	ErrOpcode        = errors.New("websocket: opcode cannot be sent so (RFC 6455 §5.2)")
	ErrControlSize   = errors.New("websocket: control payload over 125 bytes (RFC 6455 §5.5)")
	ErrCloseCode     = errors.New("websocket: close code may not be sent (RFC 6455 §7.4)")
	ErrInsideMessage = errors.New("websocket: another message is being sent in fragments (RFC 6455 §5.4)")
)
