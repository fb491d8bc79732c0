package conform

import (
	"rfc6455/frame"
	"rfc6455/handshake"
)

// A trace is what a target did on a connection: what came, and how it ended. Data
// and Pongs are compared each with their own kind, for nothing says in which order an
// endpoint sends the answers to different frames.
type trace struct {
	messages []string // in the notation
	pongs    []string
	pings    []string // not answered yet
	close    string   // the first Close, in the notation; "": none came
	code     frame.CloseCode
	after    []string // what came behind the Close
	broken   error    // a rule that the target broke in what it sent
	over     bool     // TCP has ended
	reset    bool     // and not by a FIN

	// What the player did.
	late    bool   // something came only after more was sent
	probe   string // the Pong that answers a last Ping; "": none was sent
	probed  bool   // it came
	agreed  handshake.DeflateParams
	waiting bool // we stopped inside a frame or a message
	inFrame bool // inside a frame
	left    bool // the target did not end TCP
}

// ended says whether nothing more is to be had.
func (t *trace) ended() bool { return t.over || t.broken != nil }

// shut says whether the target has had enough.
func (t *trace) shut() bool { return t.ended() || t.close != "" }

// ending says how the connection ended.
func (t *trace) ending() Ending {
	switch {
	case t.close != "" && t.over:
		return Clean
	case t.over:
		return Dropped
	case t.left:
		return Left
	}
	return NoEnd
}

// A boundary says where in a frame and in a message a stream stands.
type boundary struct {
	head     []byte // of a frame's header
	payload  int64  // still to come
	message  bool   // between a message's first and last fragment
	nonsense bool   // a length that is none: nothing can be said any more
}

// inFrame says whether a frame has begun and not ended.
func (b *boundary) inFrame() bool { return b.nonsense || len(b.head) > 0 || b.payload > 0 }
