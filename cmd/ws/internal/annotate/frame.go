package annotate

import (
	"time"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// ErrAfterClose says that data was sent behind a Close. No peer would look at it, so
// no close code answers it.
var ErrAfterClose = &frame.Violation{ID: "data-after-close", Section: "RFC 6455 §5.5.1", Code: frame.NoStatus, Text: "data frame after a Close"}

// A Frame is one frame with what can be said about it.
type Frame struct {
	Number int           // in its conversation, from 1, in the order in which frames became whole
	From   frame.Role    // who sent it
	At     time.Duration // when its first byte came
	Offset int64         // of its first byte in what From sent after the handshake
	Head   []byte        // its header as it came

	frame.Frame       // as the header says, whatever it breaks; Payload in the clear
	Missing     int64 // bytes of the payload that never came; -1: they cannot be told from what follows
	HeadCut     bool  // the header never became whole; Frame has only its first byte's bits

	Violation *frame.Violation // the first rule that it breaks, or nil
	Judged    bool             // in its connection; otherwise by itself alone
	Limit     bool             // over a limit of ours: what came is not all kept
	Remarks   []string         // what else there is to say, each with its clause

	Message    *session.Event // the message or control frame that is whole with it, or nil
	Compressed bool           // the message was
	Fragments  int            // frames of the message so far
}

// Wire gives the payload as it was on the wire.
func (f *Frame) Wire() []byte {
	p := append([]byte(nil), f.Payload...)
	if f.Masked {
		f.Key.XOR(p)
	}
	return p
}
