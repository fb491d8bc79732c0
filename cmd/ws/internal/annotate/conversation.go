package annotate

import (
	"cmp"
	"time"

	"rfc6455/frame"
	"rfc6455/handshake"
)

// DefaultMessage is Config's bound of a message, in bytes.
const DefaultMessage = 64 << 20

// A Config says what is known of a connection. A zero field means its default.
type Config struct {
	Opening bool                    // the bytes begin with the opening handshake; else Deflate says what it agreed
	Deflate handshake.DeflateParams // zero: permessage-deflate is not in use
	Message int64                   // bytes of a message, over which it is not followed; DefaultMessage
	Memory  *Memory                 // nil: one of its own
}

// A Sink is told what a conversation turns out to be. What it is given is valid until
// it returns.
type Sink interface {
	Opening(*Opening)
	Frame(*Frame)
	End(*End)
}

// A Close is what one side's Close frame said.
type Close struct {
	Code   frame.CloseCode
	Reason string
}

// An End says how a conversation ended.
type End struct {
	At     time.Duration
	Err    error     // why nothing more is known; nil: both sides ended the transport
	Ended  [2]bool   // by role: it ended the transport
	First  int       // which role did so first, -1 if none
	Closed [2]*Close // by role: its Close, nil if none came
	Inside [2]bool   // by role: a message of its had begun and was not whole
	Frames int
}

// A Conversation is both sides of a connection.
type Conversation struct {
	cfg     Config
	sink    Sink
	opener  *opener // until the handshake is done
	streams [2]*stream
	end     End
	over    bool
}

// New begins a conversation.
func New(cfg Config, sink Sink) *Conversation {
	cfg.Message = cmp.Or(cfg.Message, DefaultMessage)
	if cfg.Memory == nil {
		cfg.Memory = &Memory{}
	}
	c := &Conversation{cfg: cfg, sink: sink, end: End{First: -1}}
	if cfg.Opening {
		c.opener = &opener{}
	} else {
		c.establish()
	}
	return c
}

// establish begins the frames.
func (c *Conversation) establish() {
	for _, from := range []frame.Role{frame.Server, frame.Client} {
		c.streams[from] = newStream(from, c.cfg, c.frame)
	}
}

// frame hands on a frame of either side.
func (c *Conversation) frame(f *Frame) {
	c.end.Frames++
	f.Number = c.end.Frames
	if f.Opcode == frame.Close && f.Missing == 0 && !f.HeadCut && c.end.Closed[f.From] == nil {
		if code, reason, err := frame.ParseClose(f.Payload); err == nil {
			c.end.Closed[f.From] = &Close{code, reason}
		}
	}
	c.sink.Frame(f)
}

// Bytes takes what from sent next. False: this is no WebSocket connection, or not any
// more, and nothing is to be said about what follows.
func (c *Conversation) Bytes(from frame.Role, at time.Duration, p []byte) bool {
	if c.over || c.end.Ended[from] {
		return !c.over
	}
	if c.opener == nil {
		c.streams[from].feed(p, at)
		return true
	}
	switch c.opener.take(from, at, p) {
	case foreign:
		if c.opener.request != nil {
			c.settle(at)
			c.finish(at, nil)
		}
		c.over = true
	case tooLong:
		c.settle(at)
		c.finish(at, ErrHead)
	case settled:
		c.settle(at)
	}
	return !c.over
}

// settle hands on the opening, as far as it came, and what came behind it.
func (c *Conversation) settle(at time.Duration) {
	o := c.opener
	c.opener = nil
	c.sink.Opening(&o.opening)
	if !o.opening.Established {
		c.over = true
		return
	}
	c.cfg.Deflate = o.opening.Agreement.Deflate
	c.establish()
	for _, from := range []frame.Role{frame.Client, frame.Server} {
		c.streams[from].feed(o.heads[from], at)
	}
}

// End takes that from ended the transport.
func (c *Conversation) End(from frame.Role, at time.Duration) {
	if c.over || c.end.Ended[from] {
		return
	}
	if c.end.Ended[from] = true; c.end.First < 0 {
		c.end.First = int(from)
	}
	if c.end.Ended[from.Peer()] {
		c.finish(at, nil)
	}
}

// Break takes that nothing more is known, and why. A nil err is an end that has
// nothing to say, as that of a file of frames.
func (c *Conversation) Break(at time.Duration, err error) {
	if !c.over {
		c.finish(at, err)
	}
}

// finish hands on what never became whole, and the end.
func (c *Conversation) finish(at time.Duration, err error) {
	c.over = true
	if o := c.opener; o != nil && o.request != nil {
		c.opener = nil
		c.sink.Opening(&o.opening)
	} else if o != nil {
		return // not known to be a WebSocket's
	}
	for _, from := range []frame.Role{frame.Client, frame.Server} {
		if s := c.streams[from]; s != nil {
			c.end.Inside[from] = s.midMessage()
			s.end()
		}
	}
	c.end.At, c.end.Err = at, err
	c.sink.End(&c.end)
}
