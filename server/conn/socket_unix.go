//go:build unix

package conn

import (
	"io"
	"net"
	"sync"
	"syscall"
)

// raw is the system's own socket: it waits in the runtime's poller, without a
// buffer, and reads and writes by the system's calls, which never wait.
type raw struct {
	fd   uintptr         // valid while Conn.broken is false
	wait syscall.RawConn // waits in the runtime's poller
}

// native is what a Conn holds for its socket.
type native struct{ raw }

// socket gives the socket of nc: the raw way where nc is the system's own.
func (n *native) socket(nc net.Conn) socket {
	switch nc := nc.(type) {
	case *net.TCPConn:
		if n.take(nc) {
			return n
		}
	case *net.UnixConn:
		if n.take(nc) {
			return n
		}
	}
	return &plain{nc: nc}
}

// take finds nc's descriptor.
func (s *raw) take(nc syscall.Conn) bool {
	wait, err := nc.SyscallConn()
	if err != nil {
		return false
	}
	s.wait = wait
	return wait.Control(func(fd uintptr) { s.fd = fd }) == nil
}

// A reading is what one read needs while it waits.
type reading struct {
	conn   *Conn
	space  []byte
	n      int
	errno  syscall.Errno
	failed bool                  // there was no memory for what came
	try    func(fd uintptr) bool // once, made with the reading
}

var readings = sync.Pool{New: func() any {
	r := &reading{}
	r.try = r.once
	return r
}}

// read waits without a buffer: one is taken when there is something to read, and
// given back when there is not.
func (s *raw) read(c *Conn, space []byte) ([]byte, error) {
	r := readings.Get().(*reading)
	defer readings.Put(r)
	r.conn, r.space, r.failed = c, space, false
	err := s.wait.Read(r.try)
	p := r.space
	r.conn, r.space = nil, nil
	switch {
	case err != nil:
		return nil, err
	case r.failed:
		return nil, nil // the Receiver knows why
	case r.errno != 0:
		return nil, r.errno
	case r.n == 0:
		return nil, io.EOF
	}
	return p[:r.n], nil
}

// once reads once. It is false if there is nothing to read yet.
func (r *reading) once(fd uintptr) bool {
	own := len(r.space) == 0
	if own {
		r.space = r.conn.borrow()
	}
	for {
		r.n, r.errno = recv(fd, r.space)
		if r.errno != syscall.EINTR {
			break
		}
	}
	if r.errno != syscall.EAGAIN {
		return true
	}
	switch {
	case own:
		r.space = nil
		r.conn.releaseBuffer()
	case r.conn.holdsBuffer():
		var ok bool
		r.space, ok = r.conn.stall()
		r.failed = !ok
	}
	return r.failed
}

// await looks without reading first: what came before the poller was reset would
// not wake it.
func (s *raw) await() {
	looked := false
	s.wait.Read(func(fd uintptr) bool {
		if looked {
			return true
		}
		looked = true
		_, errno := peek(fd)
		return errno != syscall.EAGAIN
	})
}

func (s *raw) waits() bool { return false }

func (s *raw) drained() bool {
	n, errno := peek(s.fd)
	return errno == syscall.EAGAIN || n == 0 && errno == 0
}

func (s *raw) closeWrite() { shutdownWrite(s.fd) }

func (s *raw) park(c *Conn) bool { return c.cfg.Clock.lot.park(c, s.fd) }

func (s *raw) leave(c *Conn) { c.cfg.Clock.lot.leave(c, s.fd) }

func (s *raw) tryWrite(p []byte, more bool) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		n, errno := send(s.fd, p, more)
		switch errno {
		case 0:
			return n, nil
		case syscall.EAGAIN:
			return 0, nil
		case syscall.EINTR:
		default:
			return 0, errno
		}
	}
}

func (s *raw) write(c *Conn, pieces net.Buffers) (n int64, err error) {
	a := attempts.Get().(*attempt)
	defer attempts.Put(a)
	for _, p := range pieces {
		for len(p) > 0 {
			a.sock, a.p = s, p[:min(len(p), writeChunk)]
			if err = s.wait.Write(a.try); err == nil {
				err = a.err
			}
			a.sock, a.p = nil, nil
			if err != nil {
				return n, err
			}
			p = p[a.n:]
			n += int64(a.n)
			c.stuck.Store(c.cfg.Clock.Now())
		}
	}
	return n, nil
}

// An attempt is what one write needs while it waits.
type attempt struct {
	sock *raw
	p    []byte
	n    int
	err  error
	try  func(fd uintptr) bool // once, made with the attempt
}

var attempts = sync.Pool{New: func() any {
	a := &attempt{}
	a.try = a.once
	return a
}}

func (a *attempt) once(uintptr) bool {
	a.n, a.err = a.sock.tryWrite(a.p, false)
	return a.n > 0 || a.err != nil
}
