package conn

import (
	"cmp"
	"net"
	"sync"
	"sync/atomic"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/frame/session"
	"rfc6455/handshake"
)

// A Conn is one WebSocket connection, of either role.
type Conn struct {
	cfg    *Config
	role   frame.Role
	agreed handshake.Agreement
	nc     net.Conn
	sock   socket

	slot, place int32 // in the Clock
	bay         int32 // in the Clock's lot; -1: none

	// The reading goroutine's.
	rcv  *session.Receiver
	rest []byte          // read already, to be fed before the next read
	buf  *[readSize]byte // what rest or rcv points into, until both are done with it
	slow int64           // how long the reader waited inside the present message

	reading  atomic.Bool  // somebody reads: the owner of what stands above
	handling atomic.Bool  // and is inside the user's code
	parked   atomic.Bool  // nobody is on it: the next one to unpark it reads
	handler  Handler      // of Serve; nil: Messages, or nothing yet
	waiting  atomic.Int64 // since when it waits for bytes, by the Clock; 0: it does not
	overdue  atomic.Int64 // when the message that it waits for is too slow; 0: never

	mu       sync.Mutex
	idle     sync.Cond // writing became false, or broken true
	snd      *session.Sender
	deflater *deflate.Compressor
	closing  atomic.Bool   // a Close went into the output; written under mu
	tail     [][]byte      // shared frames that go out before the output, see Deliver
	writing  bool          // somebody writes, with mu let go
	stuck    atomic.Int64  // since when that write makes no progress
	lent     bool          // the Sender has one of outputBuffers
	asked    bool          // the reader is to park
	began    int64         // when our Close was sent
	pinged   int64         // when our Ping was sent that nothing answered; 0: none
	tailOne  [1][]byte     // tail's memory where it is one frame
	ready    func()        // see OnReady
	late     bool          // Deliver said Later, and ready was not called since
	cause    error         // what ended the connection, or is about to: the first one
	broken   bool          // the socket is of no use any more
	done     chan struct{} // closed at the end
}

// New makes a connection of role on nc, on which the opening handshake was done
// with the given agreement. early are bytes of the peer's frames that were read
// together with the handshake; New keeps them. nc belongs to the connection from
// now on.
func New(nc net.Conn, role frame.Role, agreed handshake.Agreement, early []byte, cfg *Config) *Conn {
	return newConn(nc, role, agreed, early, cfg.withDefaults())
}

func newConn(nc net.Conn, role frame.Role, agreed handshake.Agreement, early []byte, cfg *Config) *Conn {
	c := &Conn{cfg: cfg, role: role, agreed: agreed, nc: nc, bay: -1, rest: early, done: make(chan struct{})}
	c.idle.L = &c.mu
	machine := session.Config{Role: role, Limits: cfg.Limits, Memory: cfg.Memory, InPlace: true}
	if role == frame.Client {
		machine.NextKey = nextKey
	}
	if agreed.Deflate.Enabled {
		machine.Inflater, machine.Deflater = compressors(role, agreed.Deflate)
		c.deflater = machine.Deflater
	}
	c.rcv, c.snd = session.NewReceiver(machine), session.NewSender(machine)
	c.sock = newSocket(nc)
	cfg.Clock.add(c)
	return c
}

// compressors gives what the agreed parameters mean for role (RFC 7692 §7.1).
func compressors(role frame.Role, p handshake.DeflateParams) (*deflate.Decompressor, *deflate.Compressor) {
	inBits, inTakeover := p.ClientMaxWindowBits, !p.ClientNoContextTakeover
	outBits, outTakeover := p.ServerMaxWindowBits, !p.ServerNoContextTakeover
	if role == frame.Client {
		inBits, inTakeover, outBits, outTakeover = outBits, outTakeover, inBits, inTakeover
	}
	const unsaid = handshake.MaxWindowBits
	return deflate.NewDecompressor(cmp.Or(inBits, unsaid), inTakeover), deflate.NewCompressor(cmp.Or(outBits, unsaid), outTakeover)
}

// Agreed is what the opening handshake agreed: the subprotocol and the
// extensions in use (§4.1).
func (c *Conn) Agreed() handshake.Agreement { return c.agreed }

// NetConn is the connection below, for its addresses. Nobody else may read, write
// or close it.
func (c *Conn) NetConn() net.Conn { return c.nc }

// Done is closed when the connection has ended and Err says why.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Err says what ended the connection: a *[ClosedError], *[FailedError] or
// *[BrokenError]; nil as long as it has not ended.
func (c *Conn) Err() error {
	select {
	case <-c.done:
		return c.cause
	default:
		return nil
	}
}
