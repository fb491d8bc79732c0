package wire

import (
	"crypto/rand"
	"errors"
	"io"
	"math"
	"net"

	"rfc6455/frame"
	"rfc6455/handshake"
)

// A Link is a connection on which the opening handshake is done. Its fields are
// the owner's to use.
type Link struct {
	Conn      net.Conn
	Role      frame.Role // ours
	Agreement handshake.Agreement
	Request   []byte // head of the request, as it was on the wire
	Answer    []byte // head of the answer
	Early     []byte // what was read of the peer's frames, and not taken yet
}

// Read gives the peer's bytes, those in Early first.
func (l *Link) Read(p []byte) (int, error) {
	if len(l.Early) > 0 {
		n := copy(p, l.Early)
		l.Early = l.Early[n:]
		return n, nil
	}
	return l.Conn.Read(p)
}

// Write sends bytes as they are, legal or not.
func (l *Link) Write(p []byte) (int, error) { return l.Conn.Write(p) }

// Close closes the transport, at once and without a Close frame.
func (l *Link) Close() error { return l.Conn.Close() }

// Frame gives a legal frame of ours with the payload p, the message's last; a
// client's is masked with a fresh key (§5.3).
func (l *Link) Frame(op frame.Opcode, p []byte) frame.Frame {
	f := frame.Frame{Header: frame.Header{Fin: true, Opcode: op, Length: int64(len(p))}, Payload: p}
	if l.Role.Masks() {
		f.Masked, f.Key = true, NewKey()
	}
	return f
}

// WriteFrame sends f as it is, legal or not: it is masked if f says so.
func (l *Link) WriteFrame(f frame.Frame) error {
	_, err := l.Conn.Write(f.AppendWire(nil))
	return err
}

// NewKey gives a mask that nobody can foresee (§5.3).
func NewKey() (key frame.MaskKey) {
	rand.Read(key[:]) // never fails
	return key
}

// readAhead is how much is read at once where only a header is sure to come.
const readAhead = 4 << 10

// ReadFrame reads the next frame, unmasked, with at most limit bytes of payload; a
// longer one is [ErrFrameTooBig], with its header. The deadline is that of Conn.
//
// A frame that is read whole and whose header breaks a rule is given together with
// its *[frame.Violation]; the role, the order and what was agreed are not judged.
// [io.EOF] is the end between two frames, [io.ErrUnexpectedEOF] that inside one.
func (l *Link) ReadFrame(limit int64) (frame.Frame, error) {
	f, n, err := ParseHeader(l.Early)
	for err != nil {
		if err := l.readMore(max(readAhead, frame.MaxHeaderLen)); err != nil {
			return f, err
		}
		f, n, err = ParseHeader(l.Early)
	}
	if uint64(f.Length) > uint64(min(limit, math.MaxInt-frame.MaxHeaderLen)) {
		return f, ErrFrameTooBig
	}
	end := n + int(f.Length)
	for len(l.Early) < end {
		if err := l.readMore(min(end-len(l.Early), 16*readAhead)); err != nil {
			return f, err
		}
	}
	violation := Judge(l.Early[:n])
	f.Payload = l.Early[n:end:end]
	l.Early = l.Early[end:]
	if f.Masked {
		f.Key.XOR(f.Payload)
	}
	return f, violation
}

// readMore reads at most n bytes to the end of Early.
func (l *Link) readMore(n int) error {
	have := len(l.Early)
	l.Early = append(l.Early, make([]byte, n)...)
	got, err := l.Conn.Read(l.Early[have:])
	l.Early = l.Early[:have+got]
	if got == 0 && have > 0 && errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	if got > 0 {
		return nil // an error will come again
	}
	return err
}
