package faulty

import (
	"crypto/rand"
	"errors"
	"io"
	"net"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
)

const (
	readSize   = 4096             // bytes that are read at once
	flushSize  = 64 << 10         // bytes that wait to be written at most, before the next frame is looked at
	idle       = 30 * time.Second // a read or write takes at most
	linger     = 2 * time.Second  // the peer may take to end TCP, §7.1.1
	lingerSize = 16 << 20         // bytes that are read meanwhile
)

// errFailed says that the connection was failed for the peer's violation.
var errFailed = errors.New("websocket: the peer broke a rule (RFC 6455 §7.1.7)")

// A session is one connection. It belongs to one goroutine.
type session struct {
	nc     net.Conn
	role   frame.Role
	fault  *Fault
	limits Limits
	begun  time.Time

	in  []byte // read, and not looked at yet
	out []byte // to be written

	// The frame under way.
	inside bool // its header was read
	head   frame.Header
	left   int64         // bytes of its payload that are missing
	key    frame.MaskKey // turned for the next of them
	body   []byte        // the payload so far of a control frame

	// The message under way.
	frames  int // 0: there is none
	op      frame.Opcode
	packed  bool
	message []byte
	judged  int // bytes of message that are known to be UTF-8

	controls int           // Ping and Pong frames so far
	keyed    bool          // there was a frame
	keyOne   frame.MaskKey // its key
	pongs    int           // where in out the first Pong of this read is; -1: nowhere
	late     []byte        // Pongs that wait for the message to be whole

	inflater *deflate.Decompressor // nil: permessage-deflate was not agreed
	deflater *deflate.Compressor
	takeover bool // the deflater's
	ended    bool // what was inflated had a last block

	closed bool // frames are not looked at any more: Close went both ways, or the connection failed
	failed bool
	abrupt bool // TCP ends without further ado
}

// is tells the fault that was planted.
func (s *session) is(f *Fault) bool { return s.fault == f }

// run serves the connection until it ends. The error is nil after a closing
// handshake and after an end of TCP between two frames.
func (s *session) run() error {
	defer s.free()
	buf := make([]byte, readSize)
	for {
		s.frameLoop()
		if err := s.flush(); err != nil {
			return err
		}
		if s.abrupt || s.closed && (s.failed || !s.is(tcpKept)) {
			break
		}
		s.nc.SetReadDeadline(time.Now().Add(idle))
		n, err := s.nc.Read(buf)
		if s.closed {
			n = 0
		}
		s.in = append(s.in, buf[:n]...)
		if err == io.EOF && !s.inside && len(s.in) == 0 {
			return nil
		}
		if err != nil && n == 0 {
			return err
		}
	}
	s.hangUp()
	if s.failed {
		return errFailed
	}
	return nil
}

// over says whether frames are looked at no more.
func (s *session) over() bool { return s.closed || s.abrupt }

// frameLoop takes all that was read.
func (s *session) frameLoop() {
	s.pongs = -1
	for !s.over() && s.step() {
		if len(s.out) > flushSize && s.flush() != nil {
			s.abrupt = true
		}
	}
	if s.is(cutHeaderLost) && !s.inside {
		s.in = nil
	}
	if len(s.in) == 0 {
		s.in = s.in[:0:0] // what a long read took goes
	}
}

// step takes a header or a piece of a payload, and says whether there was one.
func (s *session) step() bool {
	if !s.inside {
		h, n := s.header()
		if n == 0 || s.over() {
			return false
		}
		s.in = s.in[n:]
		return s.place(h)
	}
	n := min(s.left, int64(len(s.in)))
	if n == 0 && s.left > 0 {
		return false
	}
	s.payload(s.in[:n])
	s.in = s.in[n:]
	if s.left -= n; s.left > 0 || s.over() {
		return !s.over()
	}
	s.inside = false
	if alone(s.head.Opcode) {
		s.control()
	} else if !s.dataFrame() {
		return false
	}
	if s.is(secondFrameLost) {
		s.in = nil
	}
	return true
}

// alone tells what is no part of a message: control frames (§5.5), and what passes
// for nothing with a fault.
func alone(op frame.Opcode) bool { return op.IsControl() || op.IsReserved() }

// payload takes the next bytes of the frame under way (§5.3).
func (s *session) payload(p []byte) {
	if s.head.Masked {
		turned := s.key.XOR(p)
		if !s.is(maskRestarts) {
			s.key = turned
		}
	}
	if alone(s.head.Opcode) {
		s.body = append(s.body, p...)
		return
	}
	s.message = append(s.message, p...)
	last := s.left == int64(len(p))
	if !s.packed && (s.op == frame.Text || s.is(binaryJudged)) {
		s.judgeText(last, last && s.head.Fin)
	}
}

// send appends a frame, masked as our role asks for (§5.1).
func (s *session) send(h frame.Header, p []byte) {
	s.out = s.appendFrame(s.out, h, p)
}

func (s *session) appendFrame(b []byte, h frame.Header, p []byte) []byte {
	f := frame.Frame{Header: h, Payload: p}
	f.Fin = true
	f.Length = int64(len(p))
	f.Masked = s.role.Masks() != (s.is(serverMasks) || s.is(clientBare))
	if f.Masked {
		rand.Read(f.Key[:])
	}
	if s.is(longLengthSent) && len(p) < 126 {
		f.Form = 16
	}
	return f.AppendWire(b)
}

func (s *session) flush() error {
	if len(s.out) == 0 {
		return nil
	}
	s.nc.SetWriteDeadline(time.Now().Add(idle))
	_, err := s.nc.Write(s.out)
	s.out = s.out[:0]
	if cap(s.out) > flushSize {
		s.out = nil
	}
	return err
}

// hangUp ends TCP (§7.1.1): the server goes first, a client waits for it, unless
// it failed the connection.
func (s *session) hangUp() {
	if s.abrupt {
		return
	}
	if half, ok := s.nc.(interface{ CloseWrite() error }); ok && (s.role == frame.Server || s.failed) {
		half.CloseWrite()
	}
	s.nc.SetReadDeadline(time.Now().Add(linger))
	io.CopyN(io.Discard, s.nc, lingerSize)
}

// free gives back what compression holds.
func (s *session) free() {
	if s.inflater != nil {
		s.inflater.Close()
		s.deflater.Close()
	}
}
