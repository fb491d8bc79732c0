package dump

import (
	"errors"
	"fmt"
	"io"
	"time"

	"rfc6455/cmd/ws/internal/annotate"
	"rfc6455/cmd/ws/internal/capture"
	"rfc6455/frame"
)

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

// watch begins a conversation for a connection of a capture.
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
