package testdata

import (
	"iter"

	"rfc6455/frame"
)

// A Session is one script: what a peer sends to an endpoint, what the endpoint
// wants by itself, and what must come of it. Its record has the keys
//
//	id:        permanent, "family/name"
//	autobahn:  numbers of the cases of the Autobahn suite that it covers
//	role:      server or client, the endpoint under test
//	limits:    message=100 fragments=3 burst=5, those that are not the defaults
//	deflate:   what the handshake agreed, as the header says it: permessage-deflate; ...
//	strict:    why an endpoint that conforms may do otherwise
//
// and then its steps, in order:
//
//	in:        a frame from the peer, in the notation of [frame.ParseFrame]
//	packed:    a message from the peer that is sent compressed, given in the clear
//	raw:       bytes from the peer: hex digits in pairs or Go strings, 2a*256 repeats
//	do:        a frame that the endpoint itself wants to send
//	refused:   one that it must not be allowed to send
//	event:     what the endpoint is told: a whole message or a control frame
//	out:       a frame that the endpoint sends
//	unpacked:  a message that it sends compressed, given in the clear
//	times:     how often the step before is to be taken
//	split:     the step before in fragments of at most so many bytes
//	end:       open, closing, closed, or failed and the violation's id
//
// Inputs up to an expectation are taken together; the expectations that follow,
// up to the next input, are all that comes of them. Events and frames are
// compared each with their own kind. Where the connection fails, "out: close
// 1002" without a reason stands for the Close with the violation's reason.
type Session struct {
	ID       string
	Autobahn []string // "6.4.1"
	Role     frame.Role
	Limits   Limits
	Deflate  *Parameters // nil: permessage-deflate was not agreed
	Strict   string      // "": every conforming endpoint does the same
	Steps    []Step
	End      End
	Comment  string // it names the clause
	At       string // "sessions/data.txt:12"
}

// Limits are those of a script's endpoint. Zero fields are its defaults.
type Limits struct {
	Message   int64 // bytes
	Fragments int   // frames of a message
	Burst     int   // Ping and Pong frames at once
}

// A Step is one line of a script, with the "times" and "split" that follow it.
type Step struct {
	Kind  Kind
	Frame frame.Frame // of all kinds but Raw
	Raw   []byte
	Times int    // at least 1
	Split int    // largest payload of a fragment, 0: one frame
	At    string // "sessions/data.txt:14"
}

// A Kind is the key of a step.
type Kind string

const (
	In       Kind = "in"
	Packed   Kind = "packed"
	Raw      Kind = "raw"
	Do       Kind = "do"
	Refused  Kind = "refused"
	Event    Kind = "event"
	Out      Kind = "out"
	Unpacked Kind = "unpacked"
)

// IsExpectation tells what must happen from what is done.
func (k Kind) IsExpectation() bool { return k == Event || k == Out || k == Unpacked }

// Frames gives the frames of one taking of the step: its frame, or that frame's
// fragments (RFC 6455 §5.4).
func (s Step) Frames() iter.Seq[frame.Frame] { return Fragments(s.Frame, s.Split) }

// Fragments cuts f into frames of at most size bytes; size 0 leaves it whole.
func Fragments(f frame.Frame, size int) iter.Seq[frame.Frame] {
	return func(yield func(frame.Frame) bool) {
		if size == 0 || len(f.Payload) <= size {
			yield(f)
			return
		}
		last, rest := f.Fin, f.Payload
		for len(rest) > 0 {
			f.Payload = rest[:min(size, len(rest))]
			rest = rest[len(f.Payload):]
			f.Fin, f.Length = last && len(rest) == 0, int64(len(f.Payload))
			if !yield(f) {
				return
			}
			f.Opcode, f.RSV1, f.RSV2, f.RSV3 = frame.Continuation, false, false, false
		}
	}
}

// An End is how the connection stands after the last step.
type End struct {
	State     string           // "open", "closing", "closed" or "failed"
	Violation *frame.Violation // if failed
}

// Sessions reads all scripts that are embedded here.
func Sessions() ([]Session, error) {
	recs, err := records("sessions")
	if err != nil {
		return nil, err
	}
	return parseSessions(recs)
}

// ParseSessions reads the scripts of one file.
func ParseSessions(file, text string) ([]Session, error) {
	recs, err := ParseRecords(file, text)
	if err != nil {
		return nil, err
	}
	return parseSessions(recs)
}
