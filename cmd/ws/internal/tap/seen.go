package tap

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"rfc6455/frame"
)

// A Seen is a frame that went by.
type Seen struct {
	frame.Frame
	From      frame.Role
	Came      int64            // bytes of payload; if it was cut before its payload, of header
	Long      bool             // the payload is over the limit, and was not kept
	Cut       bool             // the stream ended inside
	Violation *frame.Violation // the rule that its header breaks by itself, or nil
	Message   []byte           // of the last frame of a compressed message: what it inflates to
	Fault     error            // why that cannot be told
}

// detailsAt is the column of what is said behind the notation.
const detailsAt = 36

// AppendText appends the frame in the notation, and behind it its size, its key,
// what it inflates to and which rule it breaks. It is safe to print: hostile bytes
// are quoted.
func (s Seen) AppendText(b []byte) []byte {
	start := len(b)
	b = s.appendNotation(b)
	b = append(b, strings.Repeat(" ", max(2, start+detailsAt-len(b)))...)
	b = s.appendSize(b)
	if s.Masked {
		b = hex.AppendEncode(append(b, ", key "...), s.Key[:])
	}
	switch {
	case s.Fault != nil:
		b = append(append(b, ", "...), strings.TrimPrefix(s.Fault.Error(), "websocket: ")...)
	case s.Message != nil:
		b = strconv.AppendInt(append(b, ", inflates to "...), int64(len(s.Message)), 10)
		b = frame.AppendPayload(append(b, ": "...), s.Message)
	}
	if s.Violation != nil {
		b = append(append(b, ", "...), s.Violation.Reason()...)
	}
	if s.Cut {
		b = append(b, ", and then the end"...)
	}
	return b
}

func (s Seen) appendNotation(b []byte) []byte {
	if s.Cut && s.Frame.Length == 0 && s.Came > 0 {
		return append(b, "part of a header"...)
	}
	return s.Frame.AppendText(b)
}

func (s Seen) appendSize(b []byte) []byte {
	b = strconv.AppendInt(b, s.Came, 10)
	if s.Came == 1 {
		b = append(b, " byte"...)
	} else {
		b = append(b, " bytes"...)
	}
	if s.Long {
		b = append(b, ", too long to be shown"...)
	}
	return b
}

// AppendTime appends a time since the beginning as a transcript has it, with the
// direction as seen from role: ">" for what it sent itself.
func AppendTime(b []byte, at time.Duration, from, role frame.Role) []byte {
	b = strconv.AppendFloat(b, at.Seconds(), 'f', 6, 64)
	if from == role {
		return append(b, " > "...)
	}
	return append(b, " < "...)
}
