package dump

import (
	"errors"
	"time"

	"rfc6455/cmd/ws/internal/annotate"
	"rfc6455/cmd/ws/internal/capture"
	"rfc6455/frame"
)

// A heading says what a connection is.
type heading struct {
	number         int
	client, server string    // addresses; empty: unsaid
	url            string    // empty: unsaid
	start          time.Time // zero: unsaid
	timed          bool      // its frames have times
	agreed         string    // where no handshake is shown
	several        bool      // there may be more than one
}

// A sink passes on what a conversation says, and counts it. A connection gets its
// heading when it turns out to be a WebSocket's.
type sink struct {
	*dump
	heading heading
	begun   bool
}

func (s *sink) begin() {
	if s.begun {
		return
	}
	s.begun = true
	s.result.Conns++
	s.heading.number = s.result.Conns
	s.view.begin(&s.heading)
}

func (s *sink) Opening(o *annotate.Opening) {
	s.begin()
	for _, err := range []error{o.RequestErr, o.AnswerErr} {
		if err != nil {
			s.result.Broken++
		}
	}
	s.view.opening(&s.heading, o)
}

func (s *sink) Frame(f *annotate.Frame) {
	s.begin()
	s.result.Frames++
	if f.Violation != nil {
		s.result.Broken++
	}
	if f.Limit {
		s.result.Over++
	}
	s.view.frame(&s.heading, f)
}

func (s *sink) End(e *annotate.End) {
	if e.Frames == 0 && !s.heading.timed {
		return // a file without frames
	}
	s.begin()
	if isBad(e, s.heading.timed) {
		s.result.BadEnds++
	}
	s.view.end(&s.heading, e)
}

// isBad says whether a connection did not end as it should (§7.1.4). A file that ends
// before its connection says nothing about it, unless inside a frame.
func isBad(e *annotate.End, timed bool) bool {
	switch {
	case errors.Is(e.Err, capture.ErrUnfinished), errors.Is(e.Err, errOpen):
		return false
	case e.Err != nil && !errors.Is(e.Err, capture.ErrReset):
		return true
	case !timed:
		return e.Inside[frame.Client] || e.Inside[frame.Server]
	}
	return e.Closed[frame.Client] == nil || e.Closed[frame.Server] == nil
}
