package conn

import (
	"errors"
	"strconv"

	"rfc6455/frame"
)

// A ClosedError says that the closing handshake was done (§7.1.4).
type ClosedError struct {
	Code   frame.CloseCode // the peer's, §7.1.5; NoStatus if it gave none
	Reason string          // the peer's, §7.1.6
	ByPeer bool            // the peer began it
}

// Error is without package fmt, whose depth would make the stack of nearly every
// connection grow once more at its very end, to be logged.
func (e *ClosedError) Error() string {
	text := "websocket: closed by us, code "
	if e.ByPeer {
		text = "websocket: closed by the peer, code "
	}
	text += strconv.Itoa(int(e.Code))
	if e.Reason != "" {
		text += ": " + strconv.Quote(e.Reason)
	}
	return text
}

// A FailedError says that we failed the connection (§7.1.7), nearly always
// because the peer broke a rule: then Err is a [*frame.Violation].
type FailedError struct{ Err error }

func (e *FailedError) Error() string { return "websocket: connection failed: " + e.Err.Error() }
func (e *FailedError) Unwrap() error { return e.Err }

// A BrokenError says that the connection ended without a closing handshake
// (§7.2.1; code 1006, §7.1.5): Err is the network's error, io.EOF, that of a deadline
// - [ErrPongTimeout], [ErrWriteTimeout] or [ErrCloseTimeout] -, or says that the
// Handler panicked.
type BrokenError struct{ Err error }

func (e *BrokenError) Error() string { return "websocket: connection broken: " + e.Err.Error() }
func (e *BrokenError) Unwrap() error { return e.Err }

// What a deadline of [Config] ends a connection with, inside a [BrokenError].
var (
	ErrPongTimeout  = errors.New("no sign of life after our Ping (RFC 6455 §5.5.2)")
	ErrWriteTimeout = errors.New("the peer takes no bytes (RFC 6455 §10.4)")
	ErrCloseTimeout = errors.New("no Close in answer to ours (RFC 6455 §7.1.3)")
)

// errPanicked, inside a [BrokenError], ends a connection whose Handler panicked.
var errPanicked = errors.New("its handler panicked")
