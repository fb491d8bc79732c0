package conn_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// patience is how long a test waits for what has to come.
const patience = 20 * time.Second

// A peer is the other end of a connection under test, by hand: it writes what it
// is told, reads frames, and answers nothing by itself.
type peer struct {
	t    testing.TB
	nc   net.Conn
	r    *bufio.Reader
	role frame.Role // its own
}

func newPeer(t testing.TB, nc net.Conn, role frame.Role) *peer {
	return &peer{t, nc, bufio.NewReader(nc), role}
}

// wire gives frames in the notation as bytes that role sends.
func wire(t testing.TB, role frame.Role, frames ...string) (b []byte) {
	t.Helper()
	for _, s := range frames {
		f, err := frame.ParseFrame(s, role)
		if err != nil {
			t.Fatal(err)
		}
		b = f.AppendWire(b)
	}
	return b
}

// send writes frames in one write.
func (p *peer) send(frames ...string) {
	p.t.Helper()
	p.write(wire(p.t, p.role, frames...))
}

func (p *peer) write(b []byte) {
	p.t.Helper()
	if _, err := p.nc.Write(b); err != nil {
		p.t.Fatal(err)
	}
}

// frame reads the next frame, unmasked.
func (p *peer) frame() (f frame.Frame, err error) {
	var head []byte
	for {
		f.Header, _, err = frame.ParseHeader(head)
		if err == nil {
			break
		}
		if err != io.ErrUnexpectedEOF {
			return f, err
		}
		b, err := p.r.ReadByte()
		if err != nil {
			return f, err
		}
		head = append(head, b)
	}
	if f.Masked == p.role.Masks() {
		return f, errors.New("the frame is masked as ours are (§5.1)")
	}
	f.Payload = make([]byte, f.Length)
	_, err = io.ReadFull(p.r, f.Payload)
	if f.Masked {
		f.Key.XOR(f.Payload)
	}
	f.Masked, f.Key = false, frame.MaskKey{}
	return f, err
}

// want reads the next frames and compares them.
func (p *peer) want(frames ...string) {
	p.t.Helper()
	p.nc.SetReadDeadline(time.Now().Add(patience))
	for _, s := range frames {
		want, err := frame.ParseFrame(s, frame.Server)
		if err != nil {
			p.t.Fatal(err)
		}
		got, err := p.frame()
		if err != nil {
			p.t.Fatalf("%v, want %.100s", err, s)
		}
		if got.Header != want.Header || !bytes.Equal(got.Payload, want.Payload) {
			p.t.Fatalf("got %.200s, want %.200s", got.String(), want.String())
		}
	}
}

// wantEnd waits for the end of TCP, an orderly one, no reset, and ends it too.
func (p *peer) wantEnd() {
	p.t.Helper()
	p.nc.SetReadDeadline(time.Now().Add(patience))
	if f, err := p.frame(); err != io.EOF {
		p.t.Fatalf("got %v, %v, want the end of TCP", f, err)
	}
	p.nc.Close()
}

// wantFailed waits for the Close that names v, and for the end of TCP.
func (p *peer) wantFailed(v *frame.Violation) {
	p.t.Helper()
	p.want(closeFrame(v.Code, v.Reason()))
	p.wantEnd()
}

func closeFrame(code frame.CloseCode, reason string) string {
	payload := frame.AppendClose(nil, code, reason)
	h := frame.Header{Fin: true, Opcode: frame.Close, Length: int64(len(payload))}
	return frame.Frame{Header: h, Payload: payload}.String()
}

// tcpPair gives the two ends of a TCP connection.
func tcpPair(t testing.TB) (ours, theirs net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if theirs, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if ours, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	return ours, theirs
}

// overTCP gives a connection of role and its peer, with TCP between them.
func overTCP(t testing.TB, role frame.Role, cfg *conn.Config) (*conn.Conn, *peer) {
	t.Helper()
	ours, theirs := tcpPair(t)
	return conn.New(ours, role, handshake.Agreement{}, nil, cfg), newPeer(t, theirs, role.Peer())
}

// overPipe is overTCP inside a synctest bubble, with a clock of its own. A pipe
// has no buffer: a write waits for its reader.
func overPipe(t testing.TB, role frame.Role, cfg conn.Config) (*conn.Conn, *peer) {
	t.Helper()
	ours, theirs := net.Pipe()
	cfg.Clock = new(conn.Clock)
	t.Cleanup(func() {
		theirs.Close()
		time.Sleep(time.Minute) // the bubble ends only if the Clock's goroutine did, and all others
	})
	return conn.New(ours, role, handshake.Agreement{}, nil, &cfg), newPeer(t, theirs, role.Peer())
}

// echo answers every message by itself until the connection ends.
func echo(c *conn.Conn) {
	for ev := range c.Messages() {
		if c.Reply(ev) != nil {
			return
		}
	}
}

// drop reads, and lets go of what comes.
func drop(c *conn.Conn) {
	for range c.Messages() {
	}
}

// next gives the next message as text, "" at the end.
func next(c *conn.Conn) string {
	for ev := range c.Messages() {
		return ev.String()
	}
	return ""
}

// wantCause waits for the connection's end and compares what ended it.
func wantCause(t testing.TB, c *conn.Conn, want error) {
	t.Helper()
	select {
	case <-c.Done():
	case <-time.After(patience):
		t.Fatal("the connection does not end")
	}
	var broken *conn.BrokenError
	var failed *conn.FailedError
	_, violation := want.(*frame.Violation)
	switch err := c.Err(); {
	case !errors.Is(err, want):
		t.Fatalf("ended by %v, want %v", err, want)
	case violation != errors.As(err, &failed), violation == errors.As(err, &broken):
		t.Fatalf("ended by %T", err)
	}
}

// wantClosed waits for the connection's end and compares the peer's Close.
func wantClosed(t testing.TB, c *conn.Conn, want conn.ClosedError) {
	t.Helper()
	select {
	case <-c.Done():
	case <-time.After(patience):
		t.Fatal("the connection does not end")
	}
	var closed *conn.ClosedError
	if !errors.As(c.Err(), &closed) || *closed != want {
		t.Fatalf("ended by %v, want %v", c.Err(), &want)
	}
}

// between says whether d is from low to high.
func between(t testing.TB, what string, d, low, high time.Duration) {
	t.Helper()
	if d < low || d > high {
		t.Errorf("%s after %v, want %v to %v", what, d, low, high)
	}
}

// wait waits for a condition that other goroutines bring about.
func wait(t testing.TB, what func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !what(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come about")
		}
	}
}
