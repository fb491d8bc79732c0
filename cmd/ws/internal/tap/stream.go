package tap

import (
	"errors"
	"iter"
	"math"

	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/handshake"
)

// DefaultLimit is a Stream's limit where none is said: 16 MiB.
const DefaultLimit = 16 << 20

var errLong = errors.New("compressed message is too long to be kept")

// A Stream tells the frames in the bytes of one direction apart.
type Stream struct {
	from  frame.Role
	limit int

	head    []byte // of the header under way
	inside  bool   // the header is there, of seen
	seen    Seen
	left    uint64 // of its payload, bytes that have not come
	key     frame.MaskKey
	over    bool // it has ended
	message message
}

// A message is a compressed one under way.
type message struct {
	inflater   *deflate.Decompressor // nil: not agreed, or of no use any more
	compressed bool                  // the message under way is
	payload    []byte
}

// NewStream makes a Stream of what an endpoint of role from sends, where d was
// agreed. limit is in bytes; 0 is [DefaultLimit].
func NewStream(from frame.Role, d handshake.DeflateParams, limit int) *Stream {
	if limit == 0 {
		limit = DefaultLimit
	}
	s := &Stream{from: from, limit: limit}
	if d.Enabled {
		s.message.inflater = deflate.NewDecompressor(wire.Window(d, from))
	}
	return s
}

// Feed takes the next bytes and gives the frames that they complete. It has to be
// ranged over to its end. p is not changed.
func (s *Stream) Feed(p []byte) iter.Seq[Seen] {
	return func(yield func(Seen) bool) {
		for len(p) > 0 {
			p = s.step(p)
			if s.inside && s.left == 0 && !yield(s.take()) {
				return
			}
		}
	}
}

// step takes some of p: up to the end of the header, or of the payload.
func (s *Stream) step(p []byte) (rest []byte) {
	if s.inside {
		return s.more(p)
	}
	had := len(s.head)
	s.head = append(s.head, p[:min(len(p), frame.MaxHeaderLen-had)]...)
	f, n, err := wire.ParseHeader(s.head)
	if err != nil {
		return p[len(s.head)-had:]
	}
	s.inside, s.left, s.key = true, uint64(f.Length), f.Key
	s.seen = Seen{Frame: f, From: s.from, Long: uint64(f.Length) > uint64(s.limit)}
	errors.As(wire.Judge(s.head[:n]), &s.seen.Violation)
	s.head = s.head[:0]
	return p[n-had:]
}

// more takes bytes of payload.
func (s *Stream) more(p []byte) (rest []byte) {
	n := int(min(uint64(len(p)), s.left, math.MaxInt))
	s.left -= uint64(n)
	s.seen.Came += int64(n)
	if !s.seen.Long {
		had := len(s.seen.Payload)
		s.seen.Payload = append(s.seen.Payload, p[:n]...)
		s.key = s.key.XOR(s.seen.Payload[had:])
	}
	return p[n:]
}

// take gives the frame that is whole.
func (s *Stream) take() Seen {
	seen := s.seen
	s.inside, s.seen = false, Seen{}
	s.message.add(&seen, s.limit)
	return seen
}

// End gives the frame that the end of the stream cut off, if there is one.
func (s *Stream) End() (seen Seen, cut bool) {
	if len(s.head) > 0 {
		return Seen{From: s.from, Cut: true, Came: int64(len(s.head))}, true
	}
	seen = s.seen
	seen.Cut = true
	return seen, s.inside
}

// Whole says whether the stream stands between two frames.
func (s *Stream) Whole() bool { return !s.inside && len(s.head) == 0 }

// Data says whether the stream stands inside a frame that is no control frame.
func (s *Stream) Data() bool { return s.inside && !s.seen.Opcode.IsControl() }

// Close lets the window of a compressed connection go.
func (s *Stream) Close() { s.message.drop() }

// add adds a frame to the compressed message that it may belong to, and inflates
// that with its last one (RFC 7692 §7.2.2).
func (m *message) add(seen *Seen, limit int) {
	switch {
	case m.inflater == nil || seen.Opcode.IsControl() || seen.Opcode.IsReserved():
		return
	case seen.Opcode != frame.Continuation:
		m.compressed, m.payload = seen.RSV1, m.payload[:0]
	}
	if !m.compressed {
		return
	}
	if seen.Long || len(m.payload)+len(seen.Payload) > limit {
		seen.Fault = errLong
		m.drop()
		return
	}
	if m.payload = append(m.payload, seen.Payload...); !seen.Fin {
		return
	}
	m.compressed = false
	message, err := m.inflater.Append([]byte{}, m.payload, int64(limit))
	if err != nil {
		seen.Fault = err
		m.drop()
		return
	}
	seen.Message = message
}

// drop gives up inflating: what a window without a message would make of the next
// one is of no use.
func (m *message) drop() {
	if m.inflater != nil {
		m.inflater.Close()
	}
	*m = message{}
}
