package dump

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"rfc6455/cmd/ws/internal/annotate"
	"rfc6455/cmd/ws/internal/capture"
	"rfc6455/cmd/ws/internal/hexdump"
	"rfc6455/cmd/ws/internal/transcript"
	"rfc6455/frame"
)

// A Result counts what was found.
type Result struct {
	Kind    Kind
	Conns   int // connections with an opening handshake, or one
	Frames  int
	Broken  int // frames and handshakes that break a rule
	BadEnds int // connections that did not end as they should, or not followed to their end
	Over    int // frames over a limit of ours

	Packets int // of a capture
	Others  int // TCP connections without an opening handshake
}

// Good says whether all was as it should be.
func (r Result) Good() bool { return r.Broken == 0 && r.BadEnds == 0 && r.Over == 0 && r.Conns > 0 }

// Deviations says what was not as it should be.
func (r Result) Deviations() (all []string) {
	if r.Broken > 0 {
		all = append(all, count(r.Broken, "broken rule"))
	}
	if r.BadEnds > 0 {
		all = append(all, count(r.BadEnds, "bad end"))
	}
	if r.Over > 0 {
		all = append(all, count(r.Over, "frame")+" over a limit")
	}
	return all
}

// errOpen says that a transcript has no end.
var errOpen = errors.New("the transcript ends before the connection does")

// A dump is one run.
type dump struct {
	Options
	ctx    context.Context
	result Result
	view   view
	memory annotate.Memory
}

// Run reads r to its end, or until ctx is done, and prints what is in it. With an
// error Result counts what came before; [ErrKind] says that nothing was read.
func Run(ctx context.Context, r io.Reader, w io.Writer, o Options) (Result, error) {
	out := bufio.NewWriter(w)
	in := bufio.NewReaderSize(flusher{r, out}, peekLen)
	d := &dump{Options: o, ctx: ctx, view: newView(out, o)}
	if d.result.Kind = o.Kind; o.Kind == Any {
		var err error
		if d.result.Kind, err = kindOf(in); err != nil {
			return d.result, err
		}
	}
	read := map[Kind]func(io.Reader) error{Hex: d.hex, Raw: d.raw, Transcript: d.transcript, Capture: d.capture}
	err := read[d.result.Kind](in)
	if flushed := out.Flush(); !errors.Is(err, flushed) {
		err = errors.Join(err, flushed)
	}
	return d.result, err
}

// A flusher prints what is known before it waits for more: who looks at a capture
// while it is made wants to see it.
type flusher struct {
	io.Reader
	out *bufio.Writer
}

func (f flusher) Read(p []byte) (int, error) {
	if err := f.out.Flush(); err != nil {
		return 0, err
	}
	return f.Reader.Read(p)
}

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

// stopped says why the run is to end early.
func (d *dump) stopped() error { return context.Cause(d.ctx) }

// one gives the conversation of frames without a handshake.
func (d *dump) one(h heading) *annotate.Conversation {
	return annotate.New(annotate.Config{Deflate: d.Deflate, Message: d.Message, Memory: &d.memory}, &sink{dump: d, heading: h})
}

// hex reads frames in hexadecimal.
func (d *dump) hex(r io.Reader) error {
	in := hexdump.NewReader(r)
	return d.frames(in.Next)
}

// raw reads frames as they are.
func (d *dump) raw(r io.Reader) error {
	b := make([]byte, 32<<10)
	return d.frames(func() ([]byte, error) {
		n, err := r.Read(b)
		if n > 0 {
			err = nil // it comes again
		}
		return b[:n], err
	})
}

// frames takes what one side sent, piece by piece.
func (d *dump) frames(next func() ([]byte, error)) error {
	h := heading{}
	if d.Deflate.Enabled {
		h.agreed = transcript.Extensions(d.Deflate)
	}
	c := d.one(h)
	var from frame.Role
	var head []byte // until it is known who sent it
	for known := false; ; {
		p, err := next()
		if err == nil {
			err = d.stopped()
		}
		if !known && (len(head)+len(p) >= 2 || err != nil) {
			from, known = d.sender(append(head, p...)), true
			c.Bytes(from, 0, head)
		}
		if err != nil {
			c.Break(0, nil)
			if err == io.EOF {
				err = nil
			}
			return err
		}
		if !known {
			head = append(head, p...)
			continue
		}
		c.Bytes(from, 0, p)
	}
}

// sender says who sent the frames that begin with b: clients mask (§5.1).
func (d *dump) sender(b []byte) frame.Role {
	switch {
	case d.From != nil:
		return *d.From
	case len(b) >= 2 && b[1]&0x80 != 0:
		return frame.Client
	}
	return frame.Server
}

// transcript reads a transcript.
func (d *dump) transcript(r io.Reader) error {
	t, err := transcript.NewReader(r)
	if err != nil {
		return err
	}
	d.Deflate = t.Header.Deflate
	h := heading{url: t.Header.URL, start: t.Header.Time, timed: true, agreed: t.Header.Protocol}
	if d.Deflate.Enabled {
		if h.agreed != "" {
			h.agreed += "; "
		}
		h.agreed += transcript.Extensions(d.Deflate)
	}
	c := d.one(h)
	var at time.Duration
	for {
		chunk, err := t.Next()
		if err == nil {
			err = d.stopped()
		}
		switch {
		case err == io.EOF:
			c.Break(at, errOpen)
			return nil
		case err != nil:
			c.Break(at, err)
			return err
		}
		if at = chunk.At; chunk.End {
			c.End(chunk.From, at)
		} else {
			c.Bytes(chunk.From, at, chunk.Bytes)
		}
	}
}

// A watched connection is one of a capture.
type watched struct {
	*annotate.Conversation
	start time.Time
}

func (w watched) Bytes(from frame.Role, at time.Time, p []byte) bool {
	return w.Conversation.Bytes(from, at.Sub(w.start), p)
}

func (w watched) End(from frame.Role, at time.Time) { w.Conversation.End(from, at.Sub(w.start)) }
func (w watched) Break(at time.Time, err error)     { w.Conversation.Break(at.Sub(w.start), err) }
func (d *dump) watch(c capture.Conn) capture.Handler {
	h := heading{client: c.Client.String(), server: c.Server.String(), start: c.Start, timed: true, several: true}
	cfg := annotate.Config{Opening: true, Message: d.Message, Memory: &d.memory}
	return watched{annotate.New(cfg, &sink{dump: d, heading: h}), c.Start}
}

// capture reads a capture of packets.
func (d *dump) capture(r io.Reader) error {
	in, err := capture.NewReader(r)
	if err != nil {
		return err
	}
	a := capture.NewAssembler(d.Limits, d.watch)
	var unknown error // link layer, on one interface of several
	for {
		p, err := in.Next()
		if err == nil {
			err = d.stopped()
		}
		if err != nil {
			a.Close()
			d.result.Others = a.Conns - d.result.Conns
			switch {
			case err == io.EOF && a.Conns == 0:
				return unknown
			case err == io.EOF:
				return nil
			}
			return fmt.Errorf("after %d packets: %w", d.result.Packets, err)
		}
		d.result.Packets++
		s, err := capture.ParseSegment(p)
		switch {
		case err == nil:
			a.Add(s)
		case errors.Is(err, capture.ErrLinkType):
			unknown = err
		}
	}
}
