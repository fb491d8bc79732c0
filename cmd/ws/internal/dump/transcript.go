package dump

import (
	"errors"
	"io"
	"time"

	"rfc6455/cmd/ws/internal/transcript"
)

// errOpen says that a transcript has no end.
var errOpen = errors.New("the transcript ends before the connection does")

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
