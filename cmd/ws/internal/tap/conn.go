package tap

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
)

// A Chunk is what went by at once: bytes, or the end of one direction.
type Chunk struct {
	At     time.Duration // since the beginning
	From   frame.Role
	Bytes  []byte // valid until the watcher returns
	Frames []Seen // that end in it
	Data   bool   // bytes of data frames are among it
	End    bool   // nothing more goes this way
	Err    error  // of the end, where it is not an ordinary one
}

// errGone says that a Conn was closed.
var errGone = errors.New("the connection has ended")

// A Conn is a link's transport that shows what goes by to a watcher. What is sent is
// shown before it goes, what comes before it is given out: so an answer never stands
// before what it answers.
type Conn struct {
	net.Conn
	link  *wire.Link
	began time.Time

	mu    sync.Mutex // of what follows
	watch func(Chunk)
	in    *Stream
	out   *Stream

	writing sync.Mutex // held while bytes go out
	whole   *sync.Cond // of writing: out stands between two frames, or the end
	closed  bool       // by Inject: our Close went out, nothing may follow it (§5.5.1)
	gone    bool
}

// New watches over l, whose times count from began. watch is called for one Chunk at
// a time. limit is that of [NewStream].
func New(l *wire.Link, began time.Time, limit int, watch func(Chunk)) *Conn {
	c := &Conn{
		Conn: l.Conn, link: l, began: began, watch: watch,
		in:  NewStream(l.Role.Peer(), l.Agreement.Deflate, limit),
		out: NewStream(l.Role, l.Agreement.Deflate, limit),
	}
	c.whole = sync.NewCond(&c.writing)
	return c
}

// NetConn is the transport below: who closes it closes what stands under TLS, too.
func (c *Conn) NetConn() net.Conn { return c.Conn }

// Read reads what comes.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.link.Read(p)
	if n > 0 {
		c.show(c.in, c.link.Role.Peer(), p[:n])
	}
	if err != nil && !isTimeout(err) {
		c.end(c.in, c.link.Role.Peer(), err)
	}
	return n, err
}

// isTimeout says whether err is that of a deadline, after which reading may go on.
func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// Write sends p, some frames or parts of them.
func (c *Conn) Write(p []byte) (int, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.closed {
		return len(p), nil // §5.5.1
	}
	c.show(c.out, c.link.Role, p)
	n, err := c.Conn.Write(p)
	c.whole.Broadcast()
	return n, err
}

// Inject sends frames as they are, legal or not, between two of the writer's. A
// Close among them is our last word: what the writer has to say after it is dropped.
// It is bounded by timeout.
func (c *Conn) Inject(f frame.Frame, timeout time.Duration) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	for !c.out.Whole() && !c.gone {
		c.whole.Wait()
	}
	switch {
	case c.gone:
		return errGone
	case f.Opcode == frame.Close:
		c.closed = true
	}
	p := f.AppendWire(nil)
	seen := Seen{Frame: f, From: c.link.Role, Came: int64(len(f.Payload))}
	errors.As(wire.Judge(p[:len(p)-len(f.Payload)]), &seen.Violation)
	c.tell(Chunk{From: c.link.Role, Bytes: p, Frames: []Seen{seen}, Data: !f.Opcode.IsControl()})
	c.Conn.SetWriteDeadline(time.Now().Add(timeout))
	defer c.Conn.SetWriteDeadline(time.Time{})
	_, err := c.Conn.Write(p)
	return err
}

// Close closes the transport.
func (c *Conn) Close() error {
	err := c.Conn.Close()
	c.writing.Lock()
	c.gone = true
	c.whole.Broadcast()
	c.writing.Unlock()
	c.end(c.out, c.link.Role, nil)
	return err
}

// show shows p, which belongs to s.
func (c *Conn) show(s *Stream, from frame.Role, p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	chunk := Chunk{From: from, Bytes: p, Data: s.Data()}
	for seen := range s.Feed(p) {
		chunk.Frames = append(chunk.Frames, seen)
		chunk.Data = chunk.Data || !seen.Opcode.IsControl()
	}
	chunk.Data = chunk.Data || s.Data()
	c.tellLocked(chunk)
}

// end shows that nothing more goes one way. It does so once.
func (c *Conn) end(s *Stream, from frame.Role, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.over {
		return
	}
	s.over = true
	chunk := Chunk{From: from, End: true}
	if seen, cut := s.End(); cut {
		chunk.Frames = []Seen{seen}
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
		chunk.Err = err
	}
	s.Close()
	c.tellLocked(chunk)
}

func (c *Conn) tell(chunk Chunk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tellLocked(chunk)
}

func (c *Conn) tellLocked(chunk Chunk) {
	chunk.At = time.Since(c.began)
	c.watch(chunk)
}
