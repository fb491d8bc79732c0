package main

import (
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
)

// A cable leads to a server and can be pulled: then nothing comes through, and
// nobody hears of it. What was on the way is lost.
type cable struct {
	host, to string
	listener net.Listener
	running  sync.WaitGroup

	mu    sync.Mutex
	ends  []net.Conn
	lives int // how often it was pulled: connections that are older are dead
	up    [2]bool
}

// The directions of a cable.
const (
	there = iota // to the server
	back
)

// lay lays a cable to the host, until the end of the test.
func lay(t *testing.T, to string) *cable {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{host: l.Addr().String(), to: to, listener: l, up: [2]bool{true, true}}
	c.running.Go(c.serve)
	t.Cleanup(c.cut)
	return c
}

func (c *cable) serve() {
	for {
		near, err := c.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", c.to)
		if err != nil { // the server is away
			near.Close()
			continue
		}
		c.mu.Lock()
		c.ends = append(c.ends, near, far)
		life := c.lives
		c.mu.Unlock()
		c.running.Go(func() { c.carry(far, near, there, life) })
		c.running.Go(func() { c.carry(near, far, back, life) })
	}
}

// carry carries what comes from one end to the other, while that way is up.
func (c *cable) carry(to, from net.Conn, way, life int) {
	p := make([]byte, 32<<10)
	for {
		n, err := from.Read(p)
		c.mu.Lock()
		up := c.up[way] && c.lives == life
		c.mu.Unlock()
		if up && n > 0 {
			to.Write(p[:n]) // an error is read soon
		}
		if err != nil {
			if up || errors.Is(err, net.ErrClosed) {
				to.Close()
			}
			return
		}
	}
}

// pull lets nothing through any more, in these directions.
func (c *cable) pull(ways ...int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, way := range ways {
		c.up[way] = false
	}
}

// plug lets new connections through. The old ones stay dead.
func (c *cable) plug() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lives++
	c.up = [2]bool{true, true}
}

func (c *cable) cut() {
	c.listener.Close()
	c.mu.Lock()
	for _, end := range c.ends {
		end.Close()
	}
	c.mu.Unlock()
	c.running.Wait()
}

// TestPageCable pulls the network, without an end that either side could see: only
// what comes, so that what is said arrives and nobody confirms it, then all. Over 50
// messages are missed. In the end everybody has everything, once and in one order.
func TestPageCable(t *testing.T) {
	t.Parallel()
	const host = "chat.test"
	c := startChat(t, "-host", host)
	wire := lay(t, c.host)
	_, port, _ := strings.Cut(wire.host, ":")
	desk := visit(t, "http://"+c.host+"/", "en-US")
	phone := visitWith(t, hasty, "http://"+host+":"+port+"/", "ko-KR")
	phone.do(phone.Size(phone.ctx, 360, 640, true))
	phone.say("before")
	desk.shows("before")
	phone.shows("before")
	want := []string{"before"}
	for _, tt := range []struct {
		ways    []int
		arrives bool
	}{{[]int{back}, true}, {[]int{there, back}, false}} {
		wire.pull(tt.ways...)
		phone.say("into the wire")
		if tt.arrives {
			desk.shows("into the wire")
		}
		missed := numbered("missed %d", 60)
		desk.submit(missed...)
		desk.shows("missed 59")
		phone.phase("waiting") // for no text came back, and no pong
		phone.say("without a wire")
		phone.waits(2)
		wire.plug()
		phone.hurry()
		phone.live()
		phone.waits(0)
		if tt.arrives {
			want = append(append(append(want, "into the wire"), missed...), "without a wire")
		} else {
			want = append(append(want, missed...), "into the wire", "without a wire")
		}
		for _, v := range []view{desk, phone} {
			v.shows("without a wire")
			v.has(want...)
		}
	}
	desk.clean()
	phone.clean(lost...)
}
