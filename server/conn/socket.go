package conn

import (
	"net"
	"sync"
)

// A socket is how bytes are waited for and moved: the one seam to the system.
// Reads come from one goroutine, writes from one at a time.
type socket interface {
	// read waits for bytes and reads them into space, or, where that is empty,
	// into the connection's own buffer.
	read(c *Conn, space []byte) ([]byte, error)
	// await waits for bytes, or for the deadline.
	await()
	// tryWrite writes what can be written without waiting: maybe nothing.
	// Conn.mu is held. more says that something follows at once, so that it
	// can leave in the same segment.
	tryWrite(p []byte, more bool) (int, error)
	// waits says that tryWrite never writes anything.
	waits() bool
	// write writes all pieces, waiting as long as the net.Conn's deadline lets
	// it, and notes its progress in c.stuck.
	write(c *Conn, pieces net.Buffers) (int64, error)
	// drained says for certain that the peer has sent nothing that was not read.
	drained() bool
	// closeWrite ends our direction.
	closeWrite()
	// park hands the wait for bytes over to the Clock's lot, if there is one;
	// leave undoes it for good. Conn.mu is held.
	park(c *Conn) bool
	leave(c *Conn)
}

// How much one write takes at most, so that its progress shows.
const (
	writeChunk = 256 << 10
	plainChunk = 64 << 10 // of a plain socket, which tells nothing before all is taken
)

// plain is the socket of any net.Conn: TLS, pipes, systems that are no Unix. It
// never writes without waiting.
type plain struct {
	nc    net.Conn
	much  bool             // the last read gave as much as first holds, or more
	more  *[plainMore]byte // for after such a read
	first [plainFirst]byte
}

// What a plain socket holds to wait for bytes: a little while they come singly,
// so that silence is cheap, more while they come in numbers.
const (
	plainFirst = 512
	plainMore  = 4 << 10
)

var plainBuffers = sync.Pool{New: func() any { return new([plainMore]byte) }}

func (s *plain) read(_ *Conn, space []byte) ([]byte, error) {
	if len(space) == 0 {
		space = s.space()
	}
	n, err := s.nc.Read(space)
	s.much = n >= plainFirst
	if n > 0 {
		err = nil // it comes again
	}
	return space[:n], err
}

// space gives the buffer for the next read. Nothing points into the last one's.
func (s *plain) space() []byte {
	switch {
	case s.much && s.more == nil:
		s.more = plainBuffers.Get().(*[plainMore]byte)
	case !s.much && s.more != nil:
		plainBuffers.Put(s.more)
		s.more = nil
	}
	if s.more != nil {
		return s.more[:]
	}
	return s.first[:]
}

func (s *plain) await() {}

func (s *plain) waits() bool { return true }

func (s *plain) drained() bool { return false }

func (s *plain) closeWrite() { closeWrite(s.nc) }

func (s *plain) park(*Conn) bool { return false }

func (s *plain) leave(*Conn) {}

func (s *plain) tryWrite([]byte, bool) (int, error) { return 0, nil }

func (s *plain) write(c *Conn, pieces net.Buffers) (int64, error) {
	return writePieces(s.nc, c, pieces)
}

// writePieces writes pieces in chunks.
func writePieces(nc net.Conn, c *Conn, pieces net.Buffers) (n int64, err error) {
	total := 0
	for _, p := range pieces {
		total += len(p)
	}
	switch {
	case total > plainChunk:
	case len(pieces) == 1:
		m, err := nc.Write(pieces[0])
		return int64(m), err
	default:
		return writeTogether(nc, pieces)
	}
	for _, p := range pieces {
		for len(p) > 0 {
			m, err := nc.Write(p[:min(len(p), plainChunk)])
			n += int64(m)
			if err != nil {
				return n, err
			}
			p = p[m:]
			c.stuck.Store(c.cfg.Clock.Now())
		}
	}
	return n, nil
}

// writeTogether is apart because its argument escapes.
func writeTogether(nc net.Conn, pieces net.Buffers) (int64, error) { return pieces.WriteTo(nc) }
