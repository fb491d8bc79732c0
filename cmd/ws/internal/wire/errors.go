package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
)

// MaxBody is how much of a refusal's body is kept, in bytes.
const MaxBody = 4 << 10

// ErrHeadTooLong says that a request or an answer has a head over HeaderBytes.
var ErrHeadTooLong = errors.New("websocket: the peer's header is too long (RFC 6455 §10.4)")

// ErrFrameTooBig says that a frame declares more payload than its reader wants.
var ErrFrameTooBig = errors.New("frame declares more payload than is read")

// An UnreachableError says that no connection came about: nobody is there, the name
// is unknown, the proxy gives no tunnel, or nobody answered in time.
type UnreachableError struct{ Err error }

func (e *UnreachableError) Error() string { return e.Err.Error() }
func (e *UnreachableError) Unwrap() error { return e.Err }

// A RefusedError says that the peer is there and the opening handshake failed.
type RefusedError struct {
	Err  error  // a *handshake.Error for a rule that it broke, an answer other than 101 among them
	Head []byte // what it said, as it came: hostile
	Body []byte // of an answer other than 101, at most MaxBody bytes
}

func (e *RefusedError) Error() string { return e.Err.Error() }
func (e *RefusedError) Unwrap() error { return e.Err }

// An EndedError says that the peer ended the transport inside a head.
type EndedError struct{ Err error }

func (e *EndedError) Error() string { return "the peer ended the connection" }
func (e *EndedError) Unwrap() error { return e.Err }

// Unreachable says whether err means that nobody answered. It knows the errors of
// this package and of conn.Dial.
func Unreachable(err error) bool {
	var unreachable *UnreachableError
	var refused *RefusedError
	switch {
	case errors.As(err, &unreachable):
		return true
	case errors.As(err, &refused):
		return false
	}
	return unreached(err)
}

// unreached tells the network's errors of opening from all others.
func unreached(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial" ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
}

// noAnswer is the error of a peer that took a request and said nothing like HTTP.
func noAnswer(head []byte, err error) error {
	err = fmt.Errorf("no HTTP answer: %w", err)
	if len(head) == 0 && unreached(err) {
		return &UnreachableError{err}
	}
	return &RefusedError{Err: err, Head: head}
}
