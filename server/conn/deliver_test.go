package conn_test

import (
	"encoding/binary"
	"net"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// A batch is numbered frames that are offered together.
type batch struct {
	joined []byte
	frames [][]byte
}

func newBatch(from, n, size int) (b batch) {
	for i := range n {
		payload := make([]byte, size)
		binary.BigEndian.PutUint32(payload, uint32(from+i))
		b.frames = append(b.frames, session.AppendMessage(nil, frame.Binary, payload))
		b.joined = append(b.joined, b.frames[i]...)
	}
	return b
}

// rest is the batch without the first n frames.
func (b batch) rest(n int) batch {
	skip := 0
	for _, f := range b.frames[:n] {
		skip += len(f)
	}
	return batch{b.joined[skip:], b.frames[n:]}
}

// deliverAll offers the batch until all of it is taken.
// It tells stuck, if there is room, before it waits.
func (b batch) deliverAll(t *testing.T, c *conn.Conn, ready <-chan bool, stuck chan<- bool) (later int) {
	for {
		n, st := c.Deliver(b.joined, b.frames, false)
		switch {
		case st == conn.Took && n == len(b.frames):
			return later
		case st != conn.Later || n > len(b.frames):
			t.Errorf("%d of %d taken, %d", n, len(b.frames), st)
			return later
		}
		b = b.rest(n)
		later++
		select {
		case stuck <- true:
		default:
		}
		<-ready
		if len(b.frames) == 0 {
			return later
		}
	}
}

// A peer that takes its time gets every frame that was delivered, once, whole and
// in order, whatever was written of it; control frames come between, and are not
// held up by more than the one frame that was cut (§5.5, §5.4).
func TestDeliverInPieces(t *testing.T) {
	for name, wrap := range map[string]func(net.Conn) net.Conn{
		"system": func(nc net.Conn) net.Conn { return nc },
		"plain":  func(nc net.Conn) net.Conn { return struct{ net.Conn }{nc} },
	} {
		ours, theirs := tcpPair(t)
		ours.(*net.TCPConn).SetWriteBuffer(64 << 10)
		theirs.(*net.TCPConn).SetReadBuffer(64 << 10)
		c, p := conn.New(wrap(ours), frame.Server, handshake.Agreement{}, nil, nil), newPeer(t, theirs, frame.Client)
		ready := make(chan bool, 1)
		c.OnReady(func() { ready <- true })
		const batches, each = 100, 20
		later, stuck := make(chan int, 1), make(chan bool, 1)
		go func() {
			sum := 0
			for i := range batches {
				sum += newBatch(i*each, each, 1000+i).deliverAll(t, c, ready, stuck)
				if i%4 == 0 {
					c.Send(frame.Ping, []byte("between"))
				}
			}
			later <- sum
		}()
		<-stuck // the peer begins to read when no more goes in
		pings := 0
		for next := 0; next < batches*each; {
			f, err := p.frame()
			if err != nil {
				t.Fatal(err)
			}
			if f.Opcode == frame.Ping {
				pings++
				continue
			}
			if n := int(binary.BigEndian.Uint32(f.Payload)); n != next || len(f.Payload) != 1000+next/each {
				t.Fatalf("%s: frame %d of %d bytes, want %d", name, n, len(f.Payload), next)
			}
			next++
		}
		if n := <-later; n == 0 {
			t.Errorf("%s: all went at once: nothing was tested", name)
		}
		if pings == 0 {
			t.Errorf("%s: no Ping came between", name)
		}
		p.nc.Close()
		drop(c)
	}
}

// What the connection wants to say itself goes before what is delivered later.
func TestDeliverKeepsOrder(t *testing.T) {
	c, p := overTCP(t, frame.Server, nil)
	p.send(`text "mine"`)
	shared := session.AppendMessage(nil, frame.Text, []byte("shared"))
	go func() {
		for ev := range c.Messages() {
			c.Reply(ev)
			if n, st := c.Deliver(shared, [][]byte{shared}, false); n != 1 || st != conn.Took {
				t.Errorf("%d taken, %d", n, st)
			}
		}
	}()
	p.want(`text "mine"`, `text "shared"`)
	p.send("close 1000")
	p.want("close 1000")
	p.wantEnd()
	if n, st := c.Deliver(shared, [][]byte{shared}, false); n != 0 || st != conn.Gone {
		t.Errorf("after the end: %d, %d", n, st)
	}
}
