package deflate

import "errors"

// The ways in which a compressed message can be refused. The first asks for
// close code 1009, the second for 1013, the others for 1007 (RFC 6455 §7.4.1).
var (
	ErrTooBig    = errors.New("websocket: message inflates past its limit (RFC 6455 §10.4)")
	ErrMemory    = errors.New("websocket: no memory for the inflated message at present (RFC 6455 §10.4)")
	ErrTruncated = errors.New("websocket: compressed message does not end in an empty stored block (RFC 7692 §7.2.1)")
	ErrCorrupt   = errors.New("websocket: compressed message is not DEFLATE data (RFC 7692 §7.2.2)")
)

// The rules that corrupt data breaks. All of them are ErrCorrupt to errors.Is.
var (
	errBlockType    = &corruptError{"compressed block has the reserved type (RFC 1951 §3.2.3)"}
	errStoredLength = &corruptError{"stored block's length and its complement differ (RFC 1951 §3.2.4)"}
	errNoCode       = &corruptError{"compressed block uses a code that stands for nothing (RFC 1951 §3.2.5)"}
	errDistance     = &corruptError{"compressed block looks back beyond the first byte kept (RFC 1951 §3.2.5)"}
	errWindow       = &corruptError{"compressed block looks back beyond the window agreed on (RFC 7692 §7.1.2)"}
	errCodeCount    = &corruptError{"compressed block declares too many codes (RFC 1951 §3.2.7)"}
	errCode         = &corruptError{"compressed block's code is incomplete, over-subscribed or without an end (RFC 1951 §3.2.7)"}
	errRun          = &corruptError{"compressed block repeats a code length out of bounds (RFC 1951 §3.2.7)"}
)

type corruptError struct{ rule string }

func (e *corruptError) Error() string { return "websocket: " + e.rule }
func (e *corruptError) Unwrap() error { return ErrCorrupt }
