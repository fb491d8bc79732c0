//go:build unix

package conn_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/server/conn"
)

// rest brings a connection to rest that has nothing to read.
func rest(t testing.TB, c *conn.Conn) {
	t.Helper()
	wait(t, func() bool { c.AskToPark(); return c.Rests() })
}

// served gives a connection that echoes by Serve.
func served(t testing.TB, cfg *conn.Config) (*conn.Conn, *peer, ends) {
	t.Helper()
	c, p := overTCP(t, frame.Server, cfg)
	h := make(ends, 1)
	c.Serve(h)
	return c, p, h
}

// A connection waits for its first message on a goroutine, but in a crowd of such
// it rests first. Who has ended counts no more.
func TestRestsFirstInACrowd(t *testing.T) {
	for _, crowd := range []int{0, conn.AwakeMax - 1, conn.AwakeMax} {
		clock, stop := conn.StillClock()
		clock.Crowd(crowd)
		c, p, h := served(t, &conn.Config{Clock: clock})
		if full := crowd == conn.AwakeMax; c.Rests() != full {
			t.Errorf("among %d it rests: %v", crowd, c.Rests())
		}
		p.send(`text "first"`)
		p.want(`text "first"`)
		p.nc.Close()
		<-h
		if n := clock.Crowd(0); n != crowd {
			t.Errorf("among %d it is %d when it has ended", crowd, n)
		}
		stop()
	}
}

// A connection that rests and wakes a thousand times loses nothing, whether the
// message meets it at rest or on the way there.
func TestRestsAThousandTimes(t *testing.T) {
	c, p, h := served(t, nil)
	for i := range 1000 {
		if i%2 == 0 {
			rest(t, c)
		} else {
			go c.AskToPark()
		}
		text := fmt.Sprintf(`text "%d"`, i)
		if i%3 == 0 {
			p.send(`text more "a"`, "ping", fmt.Sprintf(`cont "%d"`, i))
			p.want("pong", fmt.Sprintf(`text "a%d"`, i))
			continue
		}
		p.send(text)
		p.want(text)
	}
	p.send("close 1000")
	p.want("close 1000")
	p.wantEnd()
	wantClosed(t, <-h, conn.ClosedError{Code: 1000, ByPeer: true})
}

// In one silence a connection rests once, and inside a message not at all.
func TestRestsOnce(t *testing.T) {
	c, p, h := served(t, nil)
	rest(t, c)
	c.AskToPark()
	if c.Asked() {
		t.Error("a connection at rest is asked again")
	}
	p.send(`text more "Hel"`, "ping")
	p.want("pong")
	for range 100 {
		c.AskToPark()
		wait(t, func() bool { return !c.Asked() })
		if c.Rests() {
			t.Fatal("it rests inside a message")
		}
	}
	p.send(`cont "lo"`)
	p.want(`text "Hello"`)
	p.nc.Close()
	<-h
}

// A Close of ours that meets a connection on its way to rest waits for its answer as
// any other does (§7.1.2): the connection does not end by the Clock's wish.
func TestCloseOnTheWayToRest(t *testing.T) {
	clock, stop := conn.StillClock()
	defer stop()
	c, p, h := served(t, &conn.Config{Clock: clock})
	wait(t, func() bool { return c.CloseAsked(frame.GoingAway) })
	p.want("close 1001")
	wait(t, func() bool { return !c.Asked() || c.Err() != nil })
	p.send("close 1001")
	p.wantEnd()
	p.nc.Close()
	wantClosed(t, <-h, conn.ClosedError{Code: frame.GoingAway})
}

// §7.1.1: who fails when it was asked to rest waits for the peer's end all the same.
func TestLingersThoughAsked(t *testing.T) {
	clock, stop := conn.StillClock()
	defer stop()
	c, p := overTCP(t, frame.Server, &conn.Config{Clock: clock, LingerTimeout: time.Minute})
	first, h := c.HoldRead(), make(ends, 1)
	c.Serve(h)
	p.send("op3")
	first.Came()
	c.AskToPark()
	if !c.Asked() {
		t.Fatal("it is not asked")
	}
	first.LetGo()
	p.nc.SetReadDeadline(time.Now().Add(patience))
	if f, err := p.frame(); err != nil || f.Opcode != frame.Close {
		t.Fatalf("got %v, %v, want a Close", f, err)
	}
	p.wantEnd()
	p.nc.Close()
	<-h
	if err := first.Last(); err != io.EOF {
		t.Errorf("what the peer still sends is read until: %v", err)
	}
}

// The Clock brings a connection to rest by itself, soon after it woke.
func TestRestsByItself(t *testing.T) {
	c, p, h := served(t, &conn.Config{Clock: &conn.Clock{}})
	for range 3 {
		p.send(`text "x"`)
		p.want(`text "x"`)
		wait(t, c.Rests)
	}
	p.nc.Close()
	<-h
}

// All deadlines hold for a connection at rest (§5.5.2, §7.1.3, §10.4).
func TestDeadlinesAtRest(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(c *conn.Conn, p *peer)
		want error
	}{
		{"Pong", func(c *conn.Conn, p *peer) {
			c.CheckDeadlines(conn.DefaultPingAfter + time.Second)
			p.want("ping")
			if !c.Rests() {
				t.Error("a Ping of ours wakes it")
			}
			c.CheckDeadlines(conn.DefaultPingAfter + conn.DefaultPongTimeout + 2*time.Second)
		}, conn.ErrPongTimeout},
		{"Close", func(c *conn.Conn, p *peer) {
			c.StartClose(frame.GoingAway, "")
			p.want("close 1001")
			c.CheckDeadlines(conn.DefaultCloseTimeout + time.Second)
		}, conn.ErrCloseTimeout},
		{"write", func(c *conn.Conn, p *peer) {
			shared := session.AppendMessage(nil, frame.Binary, make([]byte, 1<<20))
			for st := conn.Took; st == conn.Took; {
				_, st = c.Deliver(shared, [][]byte{shared}, false)
			}
			c.CheckDeadlines(conn.DefaultWriteTimeout + time.Second)
		}, conn.ErrWriteTimeout},
	} {
		c, p, h := served(t, nil)
		rest(t, c)
		test.do(c, p)
		wantCause(t, <-h, test.want)
		p.nc.Close()
	}
}

// Hundreds of connections on their way to rest and back, while the peer sends,
// others Send and Deliver, and some end: nothing is lost, all end.
func TestRestRaces(t *testing.T) {
	const conns, rounds = 300, 20
	clock := &conn.Clock{}
	var all sync.WaitGroup
	for i := range conns {
		c, p, h := served(t, &conn.Config{Clock: clock, LingerTimeout: time.Second})
		all.Go(func() { raceToRest(t, c, p, rounds); endAtRest(c, p, i); <-h })
	}
	all.Wait()
}

// raceToRest asks a connection to rest while messages come and go, and counts
// them.
func raceToRest(t *testing.T, c *conn.Conn, p *peer, rounds int) {
	shared := session.AppendMessage(nil, frame.Text, []byte("shared"))
	var others sync.WaitGroup
	defer others.Wait()
	for range rounds {
		c.AskToPark()
		time.Sleep(time.Duration(rand.IntN(3)) * 100 * time.Microsecond)
		want := 1
		if rand.IntN(2) == 0 {
			want++
			others.Go(func() { c.Send(frame.Text, []byte("sent")) })
		}
		if rand.IntN(2) == 0 {
			want++
			others.Go(func() {
				if _, st := c.Deliver(shared, [][]byte{shared}, false); st != conn.Took {
					t.Errorf("Deliver to a peer that reads: %d", st)
				}
			})
		}
		others.Go(c.AskToPark)
		others.Go(func() { c.CheckDeadlines(0) })
		p.send(`text "echo"`)
		p.nc.SetReadDeadline(time.Now().Add(patience))
		for range want {
			if f, err := p.frame(); err != nil || f.Opcode != frame.Text {
				t.Errorf("got %v, %v, want %d texts", f, err, want)
				return
			}
		}
	}
}

// endAtRest ends a connection one way or another, while it may be going to rest.
func endAtRest(c *conn.Conn, p *peer, way int) {
	go c.AskToPark()
	switch way % 5 {
	case 0:
		p.nc.Close()
	case 1:
		p.nc.(*net.TCPConn).SetLinger(0)
		p.nc.Close()
	case 2:
		c.StartClose(frame.GoingAway, "")
		p.nc.Close()
	case 3:
		p.nc.Write(wire(p.t, p.role, "close 1000"))
		p.nc.Close()
	case 4:
		go c.CheckDeadlines(time.Hour) // a Ping, or nothing
		p.nc.Write(wire(p.t, p.role, "op3"))
		p.nc.Close()
	}
}

// A connection served in the background that was silent for long hears the next
// byte, and its end.
func TestServeAfterSilence(t *testing.T) {
	c, p := overTCP(t, frame.Server, nil)
	h := make(ends, 1)
	c.Serve(h)
	p.send(`text "once"`)
	p.want(`text "once"`)
	wait(t, c.Rests) // the Clock lets it
	p.send(`text "again"`, "ping")
	p.want(`text "again"`, "pong")
	p.send("close 1000")
	p.want("close 1000")
	p.wantEnd()
	wantClosed(t, <-h, conn.ClosedError{Code: 1000, ByPeer: true})
}
