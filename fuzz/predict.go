package fuzz

import "rfc6455/frame"

// A Prediction is what an endpoint has to make of a stream, for those who see more
// of it than a trace: what it answers, and how it ends.
type Prediction struct {
	Events []frame.Frame      // whole messages and control frames, alone and unmasked
	Broken []*frame.Violation // nil, or the rule that was broken, and those that are as good
	Closed bool               // the last event is a Close
	// At is where in the stream the frame begins that ended it. Of a stream that is
	// open it is where the frame begins that is not whole, or the stream's length.
	At int
	// Message is what there is of the message that is not whole, or did not inflate,
	// as on the wire and unmasked. Compressed says what it is.
	Message    []byte
	Compressed bool
}

// Predict is [Reference] in parts.
func Predict(cfg Config, in []byte) Prediction {
	o := judge(cfg, in)
	return Prediction{
		Events: o.events, Broken: o.broken, Closed: o.end == closed, At: o.at,
		Message: o.message, Compressed: o.frames > 0 && o.packed,
	}
}
