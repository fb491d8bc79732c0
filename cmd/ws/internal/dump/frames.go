package dump

import (
	"io"

	"rfc6455/cmd/ws/internal/annotate"
	"rfc6455/cmd/ws/internal/hexdump"
	"rfc6455/cmd/ws/internal/transcript"
	"rfc6455/frame"
)

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

// one gives the conversation of frames without a handshake.
func (d *dump) one(h heading) *annotate.Conversation {
	return annotate.New(annotate.Config{Deflate: d.Deflate, Message: d.Message, Memory: &d.memory}, &sink{dump: d, heading: h})
}
