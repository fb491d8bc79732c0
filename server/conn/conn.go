package conn

import (
	"cmp"
	"net"
	"runtime"
	"sync"
	"sync/atomic"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/frame/session"
	"rfc6455/handshake"
)

// A Conn is one WebSocket connection, of either role. What a broadcast touches
// stands together, on the first two of its five cache lines: with thousands of
// members that is what it costs.
type Conn struct {
	mu        sync.Mutex
	writing   bool   // somebody writes, with mu let go
	broken    bool   // the socket is of no use any more
	lent      bool   // the Sender has one of outputBuffers
	late      bool   // Deliver said Later, and ready was not called since
	asked     bool   // the reader is to park
	woken     bool   // by wake, from a read
	lastWords bool   // the end of our direction follows the output at once
	lingering bool   // the peer's end of TCP is awaited
	native    native // the system's part of sock
	sock      socket
	tail      [][]byte // shared frames that go out before the output, see Deliver
	cfg       *Config
	snd       session.Sender
	ready     func()       // see OnReady
	pinged    int64        // when our Ping was sent that nothing answered; 0: none
	stuck     atomic.Int64 // since when a write makes no progress
	handler   Handler      // of Serve; nil: Messages, or nothing yet
	last      *ending      // see atLast

	agreed *agreement
	nc     net.Conn

	// The reading goroutine's.
	in      *inbound // nil while parked, until bytes come
	control session.Budget

	waiting  atomic.Int64 // since when the reader waits for bytes, by the Clock; 0: it does not
	overdue  atomic.Int64 // when the message that it waits for is too slow; 0: never
	reading  atomic.Bool  // somebody reads: the owner of what is the reader's
	handling atomic.Bool  // and gives messages out: it may be inside the user's code
	parked   atomic.Bool  // nobody is on it: the next one to unpark it reads
	closing  atomic.Bool  // a Close went into the output; written under mu
	ended    atomic.Bool  // last stays as it is

	rested  bool // in this silence the reader was given a fresh stack; under mu
	holding bool // the reader waits inside a message with its buffer, see holdMax
	brief   bool // the reader parks as soon as there is nothing to read
	hasty   bool // it did so before it was woken

	place   int32 // in the Clock: the index in the slot, and the slot
	watched int32 // in the Clock's list of those that came or woke
}

// What is inbound belongs to the reading goroutine. A connection at rest has none:
// its stream stands between two frames.
type inbound struct {
	rcv  session.Receiver
	rest []byte          // read already, to be fed before the next read
	buf  *[readSize]byte // what rest or rcv points into, until both are done with it
	slow int64           // how long the reader waited inside the present message
}

// An ending is what a connection needs when it ends, or somebody waits for that or
// for a write. Most of the time all of them share the one that says nothing.
type ending struct {
	cause error         // what ended the connection, or is about to: the first one
	began int64         // when our Close was sent; when the lingering began
	done  chan struct{} // closed at the end; made by Done
	idle  *sync.Cond    // writing became false, or broken true; made by await
}

var notYet ending

// atLast gives the connection an ending of its own. c.mu is held.
func (c *Conn) atLast() *ending {
	if c.last == &notYet {
		c.last = new(ending)
	}
	return c.last
}

// An agreement is what the opening handshake agreed, and what works by it.
type agreement struct {
	handshake.Agreement
	inflater *deflate.Decompressor
	deflater *deflate.Compressor
}

// nothing is what most connections agreed.
var nothing agreement

// New makes a connection of role on nc, on which the opening handshake was done
// with the given agreement. early are bytes of the peer's frames that were read
// together with the handshake; New keeps them. nc belongs to the connection from
// now on.
func New(nc net.Conn, role frame.Role, agreed handshake.Agreement, early []byte, cfg *Config) *Conn {
	return newConn(nc, role, agreed, early, cfg.WithDefaults()).start()
}

func newConn(nc net.Conn, role frame.Role, agreed handshake.Agreement, early []byte, cfg *Config) *Conn {
	c := &Conn{cfg: cfg, agreed: &nothing, nc: nc, last: &notYet}
	if agreed != nothing.Agreement {
		c.agreed = &agreement{Agreement: agreed}
	}
	if agreed.Deflate.Enabled {
		c.agreed.inflater, c.agreed.deflater = compressors(role, agreed.Deflate)
	}
	c.snd = *session.NewSender(c.machine(role))
	c.incoming().rest = early
	c.sock = c.native.socket(nc)
	return c
}

// start lets the Clock look after c.
func (c *Conn) start() *Conn {
	c.cfg.Clock.add(c)
	return c
}

// incoming gives what is inbound, anew after a rest.
func (c *Conn) incoming() *inbound {
	if c.in == nil {
		c.in = &inbound{rcv: *session.NewReceiver(c.machine(c.snd.Role()))}
	}
	return c.in
}

// machine is how the machines are made.
func (c *Conn) machine(role frame.Role) session.Config {
	return session.Config{
		Role: role, Limits: c.cfg.Limits, Memory: c.cfg.Memory, Control: &c.control, InPlace: true,
		Inflater: c.agreed.inflater, Deflater: c.agreed.deflater, NextKey: nextKey,
	}
}

// compressors gives what the agreed parameters mean for role (RFC 7692 §7.1).
func compressors(role frame.Role, p handshake.DeflateParams) (*deflate.Decompressor, *deflate.Compressor) {
	inBits, inTakeover := p.ClientMaxWindowBits, !p.ClientNoContextTakeover
	outBits, outTakeover := p.ServerMaxWindowBits, !p.ServerNoContextTakeover
	if role == frame.Client {
		inBits, inTakeover, outBits, outTakeover = outBits, outTakeover, inBits, inTakeover
	}
	const unsaid = handshake.MaxWindowBits
	in, out := deflate.NewDecompressor(cmp.Or(inBits, unsaid), inTakeover), deflate.NewCompressor(cmp.Or(outBits, unsaid), outTakeover)
	in.Turn, out.Turn = runtime.Gosched, runtime.Gosched
	return in, out
}

// Agreed is what the opening handshake agreed: the subprotocol and the
// extensions in use (§4.1).
func (c *Conn) Agreed() handshake.Agreement { return c.agreed.Agreement }

// NetConn is the connection below, for its addresses. Nobody else may read, write
// or close it.
func (c *Conn) NetConn() net.Conn { return c.nc }

// Done is closed when the connection has ended and Err says why.
func (c *Conn) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := c.atLast()
	if last.done == nil {
		last.done = make(chan struct{})
		if c.ended.Load() {
			close(last.done)
		}
	}
	return last.done
}

// Err says what ended the connection: a *[ClosedError], *[FailedError] or
// *[BrokenError]; nil as long as it has not ended.
func (c *Conn) Err() error {
	if !c.ended.Load() {
		return nil
	}
	return c.last.cause
}

// await waits for tell. c.mu is held, and let go meanwhile.
func (c *Conn) await() {
	last := c.atLast()
	if last.idle == nil {
		last.idle = sync.NewCond(&c.mu)
	}
	last.idle.Wait()
}

// tell lets all who await go on. c.mu is held.
func (c *Conn) tell() {
	if c.last.idle != nil {
		c.last.idle.Broadcast()
	}
}
