package session

import (
	"cmp"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
)

// Defaults of [Limits].
const (
	DefaultMessage          = 1 << 20 // bytes
	DefaultFragments        = 131072  // frames of one message
	DefaultControlBurst     = 1000    // frames
	DefaultControlPerSecond = 100     // frames per second
)

// Limits bound what a peer can make us hold or do (§10.4). A zero field means
// its default.
type Limits struct {
	Message          int64 // bytes of one message, after inflating: over it [frame.ErrMessageTooBig]
	Fragments        int   // frames of one message, empty ones too: over it [frame.ErrTooManyFragments]
	ControlBurst     int   // Ping and Pong frames at once: over it [frame.ErrControlFlood]
	ControlPerSecond int   // Ping and Pong frames per second in the long run
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Message:          cmp.Or(l.Message, DefaultMessage),
		Fragments:        cmp.Or(l.Fragments, DefaultFragments),
		ControlBurst:     cmp.Or(l.ControlBurst, DefaultControlBurst),
		ControlPerSecond: cmp.Or(l.ControlPerSecond, DefaultControlPerSecond),
	}
}

// onWire is the limit of a message's payload bytes as they are on the wire. A
// compressed one may be a little longer than what it stands for.
func (l Limits) onWire(compressed bool) int64 {
	if !compressed {
		return l.Message
	}
	return l.Message + l.Message/1000 + 64
}

// A Config says what a connection is: which side, with which limits, and what
// its opening handshake agreed.
type Config struct {
	Role     frame.Role
	Limits   Limits
	Inflater *deflate.Decompressor // nil: permessage-deflate was not agreed
	Deflater *deflate.Compressor   // nil: messages are sent plain
	Memory   Memory                // nil: make and the garbage collector
	NextKey  func() frame.MaskKey  // a fresh unpredictable mask (§5.3); needed by a client
	Control  *Budget               // of control frames; nil: a full one of the Receiver's own

	// InPlace lets Feed keep a message that is not whole yet where it is, and
	// hand out the memory up to the capacity of Feed's argument by
	// [Receiver.Space]. The buffer must then stay untouched as long as
	// [Receiver.InPlace] says so; [Receiver.Settle] ends that.
	InPlace bool
}

// Memory is where messages that do not fit what was read are put together. One
// Memory may serve many connections and bound what they hold together.
type Memory interface {
	// Get gives a slice of length 0 and a capacity of at least n bytes, or nil
	// if there is no memory for it at present.
	Get(n int) []byte
	// Put takes back what Get gave.
	Put(b []byte)
}

// heap is the Memory of a Config without one.
type heap struct{}

func (heap) Get(n int) []byte { return make([]byte, 0, n) }
func (heap) Put([]byte)       {}
