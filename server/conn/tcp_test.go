package conn_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// counted counts the writes of a connection that is no system socket to us.
type counted struct {
	net.Conn
	writes int
	block  chan struct{} // the first read waits for it
}

func (c *counted) Write(p []byte) (int, error) { c.writes++; return c.Conn.Write(p) }
func (c *counted) Read(p []byte) (int, error)  { <-c.block; return c.Conn.Read(p) }

// §5.5.2: ten Pings in one segment give ten Pongs, in order, in one write, and so
// do messages that are echoed.
func TestAnswersLeaveTogether(t *testing.T) {
	ours, theirs := tcpPair(t)
	nc := &counted{Conn: ours, block: make(chan struct{})}
	c := conn.New(nc, frame.Server, handshake.Agreement{}, nil, nil)
	p := newPeer(t, theirs, frame.Client)
	var in, out []string
	for i := range 10 {
		in = append(in, fmt.Sprintf(`ping "%d"`, i), fmt.Sprintf(`text "%d"`, i))
		out = append(out, fmt.Sprintf(`pong "%d"`, i), fmt.Sprintf(`text "%d"`, i))
	}
	p.send(in...)
	close(nc.block)
	go echo(c)
	p.want(out...)
	p.send("close 1000")
	p.want("close 1000")
	p.nc.Close()
	<-c.Done()
	if nc.writes != 2 {
		t.Errorf("%d writes, want 2: the answers and the Close", nc.writes)
	}
}

// §5.4: however the bytes are cut, they are the same messages.
func TestChops(t *testing.T) {
	script := []string{`text "Hello"`, `text more "wo"`, `ping "p"`, `cont "rld"`, `binary "x"*126`, `binary "y"*70000`, "ping"}
	want := []string{`text "Hello"`, `pong "p"`, `text "world"`, `binary "x"*126`, `binary "y"*70000`, "pong"}
	for _, size := range []int{1, 2, 7, 1000, 1 << 20} {
		c, p := overTCP(t, frame.Server, nil)
		go echo(c)
		b := wire(t, frame.Client, script...)
		go func() {
			for len(b) > 0 {
				n := min(size, len(b))
				p.nc.Write(b[:n])
				b = b[n:]
			}
		}()
		p.want(want...)
		p.send("close")
		p.want("close")
		p.wantEnd()
		wantClosed(t, c, conn.ClosedError{Code: frame.NoStatus, ByPeer: true})
	}
}

// §5.4: many fragments and long messages come back.
func TestLong(t *testing.T) {
	cfg := &conn.Config{Memory: &conn.Memory{}}
	cfg.Limits.Message = 16 << 20
	for _, size := range []int{64, 16 << 20} {
		c, p := overTCP(t, frame.Server, cfg)
		go echo(c)
		total := min(16<<20, size*65536)
		payload := bytes.Repeat([]byte("0123456789abcdef"), total/16)
		var b []byte
		f := frame.Frame{Header: frame.Header{Opcode: frame.Binary, Masked: true, Key: frame.MaskKey{1, 2, 3, 4}}}
		for at := 0; at < total; at += size {
			f.Payload, f.Length = payload[at:at+size], int64(size)
			b = f.AppendWire(b)
			f.Opcode = frame.Continuation
		}
		f.Fin, f.Payload, f.Length = true, nil, 0 // an empty last one
		go p.nc.Write(f.AppendWire(b))
		p.nc.SetReadDeadline(time.Now().Add(patience))
		got, err := p.frame()
		if err != nil || sha256.Sum256(got.Payload) != sha256.Sum256(payload) || got.Opcode != frame.Binary || !got.Fin {
			t.Fatalf("%d bytes in fragments of %d: %v, %d bytes come back", total, size, err, len(got.Payload))
		}
		p.send("close")
		p.want("close")
		p.wantEnd()
		<-c.Done()
	}
	if n := cfg.Memory.Used(); n != 0 {
		t.Errorf("%d bytes in use at the end", n)
	}
}

// Breaking the range off loses nothing, however many frames one read gave.
func TestMessagesAgain(t *testing.T) {
	c, p := overTCP(t, frame.Server, nil)
	var in []string
	for i := range 20 {
		in = append(in, fmt.Sprintf(`text more "%d"`, i), "ping", `cont "!"`)
	}
	p.send(in...)
	for i := range 20 {
		if got, want := next(c), fmt.Sprintf(`text "%d!"`, i); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	p.nc.Close()
	if got := next(c); got != "" {
		t.Errorf("got %s at the end", got)
	}
	wantBroken(t, c)
}

func wantBroken(t *testing.T, c *conn.Conn) {
	t.Helper()
	<-c.Done()
	var broken *conn.BrokenError
	if !errors.As(c.Err(), &broken) {
		t.Errorf("ended by %v, want the network", c.Err())
	}
}

// One goroutine reads: a second range gets nothing.
func TestMessagesTwice(t *testing.T) {
	c, p := overTCP(t, frame.Server, nil)
	p.send(`text "one"`)
	for ev := range c.Messages() {
		for other := range c.Messages() {
			t.Errorf("%v for a second reader", other)
		}
		c.Reply(ev)
		break
	}
	p.want(`text "one"`)
	p.nc.Close()
	drop(c)
}

// Frames of many goroutines never mix, whatever their way out, and a connection
// that ends amid them ends them all.
func TestSendConcurrently(t *testing.T) {
	for _, end := range []string{"close", "break", "peer"} {
		for _, role := range roles {
			c, p := overTCP(t, role, &conn.Config{LingerTimeout: 50 * time.Millisecond})
			go echo(c)
			var wg sync.WaitGroup
			for g := range 8 {
				wg.Go(func() {
					for i := 0; ; i++ {
						size := []int{10, 3000, 20_000, 100_000}[(g+i)%4]
						m := bytes.Repeat([]byte{byte(g)}, size)
						binary.BigEndian.PutUint32(m, uint32(i))
						if c.Send(frame.Binary, m) != nil {
							return
						}
						c.Send(frame.Ping, m[4:10])
					}
				})
			}
			last := [8]int{}
			for n := range 400 {
				p.nc.SetReadDeadline(time.Now().Add(patience))
				f, err := p.frame()
				if err != nil {
					t.Fatal(err)
				}
				g, rest := 0, f.Payload
				if f.Opcode == frame.Binary {
					g, rest = int(f.Payload[4]), f.Payload[4:]
					if i := int(binary.BigEndian.Uint32(f.Payload)); i != last[g] {
						t.Fatalf("goroutine %d: message %d after %d", g, i, last[g])
					}
					last[g]++
				}
				if len(bytes.Trim(rest, string(rest[:1]))) != 0 {
					t.Fatalf("frame %d is mixed: %v", n, f)
				}
			}
			switch end {
			case "close":
				go io.Copy(p.nc, strings.NewReader(string(wire(t, role.Peer(), "close"))))
				go io.Copy(io.Discard, p.r)
				c.Close(frame.NormalClosure, "")
			case "break":
				p.nc.(*net.TCPConn).SetLinger(0)
				p.nc.Close()
			case "peer":
				go io.Copy(io.Discard, p.r)
				p.send("close 1000")
				wantClosed(t, c, conn.ClosedError{Code: 1000, ByPeer: true})
			}
			p.nc.SetReadDeadline(time.Now().Add(patience))
			wg.Wait()
			p.nc.Close()
			<-c.Done()
		}
	}
}

// §7.1.1: once Close went both ways, the server ends TCP first, at once.
func TestServerClosesTCPFirst(t *testing.T) {
	c, p := overTCP(t, frame.Server, lingering)
	go drop(c)
	p.send("close 1000")
	p.want("close 1000")
	p.wantEnd()
	wantClosed(t, c, conn.ClosedError{Code: 1000, ByPeer: true})

	c, p = overTCP(t, frame.Server, lingering)
	go c.Close(frame.GoingAway, "")
	p.want("close 1001")
	p.send("close 1001")
	p.wantEnd()
	wantClosed(t, c, conn.ClosedError{Code: 1001})
}

// §7.1.1: the client waits for the server to end TCP, for a bounded time.
func TestClientWaitsForTCPEnd(t *testing.T) {
	c, p := overTCP(t, frame.Client, lingering)
	go drop(c)
	p.send("close 1000")
	p.want("close 1000")
	p.nc.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if f, err := p.frame(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the client was first: %v, %v", f, err)
	}
	p.nc.(*net.TCPConn).CloseWrite()
	p.wantEnd()
	wantClosed(t, c, conn.ClosedError{Code: 1000, ByPeer: true})

	c, p = overTCP(t, frame.Client, &conn.Config{LingerTimeout: 50 * time.Millisecond})
	go drop(c)
	p.send("close 1000")
	p.want("close 1000")
	p.wantEnd() // though the server does nothing
	<-c.Done()
}

// §7.1.7, §7.1.1: after failing, the Close arrives although the peer keeps
// sending: no reset eats it.
func TestFailedCloseArrives(t *testing.T) {
	for _, role := range roles {
		c, p := overTCP(t, role, nil)
		go drop(c)
		p.send("op3")
		rest := bytes.Repeat(wire(t, role.Peer(), `text "x"*1000`), 500) // half the bytes that are drained
		go p.nc.Write(rest)
		p.wantFailed(frame.ErrReservedOpcode)
		wantCause(t, c, frame.ErrReservedOpcode)
	}
}

// §1.4: what comes after Close is dropped, and bounded in bytes.
func TestBytesAfterClose(t *testing.T) {
	c, p := overTCP(t, frame.Server, nil)
	go drop(c)
	p.send("close 1000")
	p.want("close 1000")
	const many = 100 << 20
	piece, sent := make([]byte, 64<<10), 0
	p.nc.SetWriteDeadline(time.Now().Add(patience))
	for sent < many {
		n, err := p.nc.Write(piece)
		sent += n
		if err != nil {
			break
		}
	}
	if sent == many {
		t.Errorf("%d bytes after Close were taken", sent)
	}
	wantClosed(t, c, conn.ClosedError{Code: 1000, ByPeer: true})
}

// §10.4: an echo client that never reads costs a bounded amount of memory, and
// is ended in time.
func TestPeerThatNeverReads(t *testing.T) {
	memory := &conn.Memory{}
	c, p := overTCP(t, frame.Server, &conn.Config{WriteTimeout: time.Second, Memory: memory})
	go echo(c)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b := bytes.Repeat(wire(t, frame.Client, `binary "x"*65536`), 4)
	p.nc.SetWriteDeadline(time.Now().Add(patience))
	start := time.Now()
	for {
		if _, err := p.nc.Write(b); err != nil {
			break
		}
	}
	wantCause(t, c, conn.ErrWriteTimeout)
	between(t, "end", time.Since(start), time.Second, patience/2)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 4<<20 || memory.Used() != 0 {
		t.Errorf("heap grew by %d bytes, %d in use", grown, memory.Used())
	}
}

// All goroutines of a connection end with it.
func TestGoroutinesEnd(t *testing.T) {
	before := runtime.NumGoroutine()
	var all []*conn.Conn
	for i := range 20 {
		c, p := overTCP(t, roles[i%2], nil)
		all = append(all, c)
		switch i / 2 % 5 {
		case 0:
			go echo(c)
		case 1:
			c.Serve(make(ends, 1))
		case 2:
			go c.Send(frame.Binary, make([]byte, 32<<20))
			go drop(c)
		case 3:
			c.StartClose(frame.NormalClosure, "")
			go drop(c)
		case 4:
			go c.Close(frame.NormalClosure, "")
		}
		p.nc.Close()
	}
	for _, c := range all {
		<-c.Done()
	}
	wait(t, func() bool { return runtime.NumGoroutine() <= before })
}
