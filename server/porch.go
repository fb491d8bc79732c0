package server

import (
	queue "container/list"
	"net"
	"net/http"
	"sync"
	"time"
)

// A porch is where connections are before an upgrade: in the TLS handshake, inside a
// request, between two. They cost who opens them nothing, so there is a limit: where
// it is reached, nobody comes until somebody has gone. Who has waited the longest has
// to go then, if that is for longer than a crowd's handshakes take: otherwise a few
// that say nothing could keep everybody out until their deadlines. Its zero value has
// no limit.
//
// Limit or none, a throng comes in by and by: see throngMost.
type porch struct {
	most int    // 0: no limit
	full func() // is told of each that had to go

	mu    sync.Mutex
	order queue.List                  // of guests; in front who came, or was answered, the longest ago
	at    map[net.Conn]*queue.Element // nil: it had to go, and has not gone yet
	left  sync.Cond                   // somebody has gone, was answered, or has been there for long, or it is closed

	strange int                   // how many of them were not answered yet
	came    [throngMost]time.Time // when the last ones did, a ring
	oldest  int                   // of these

	closed bool
}

// A guest is there since he came, or was answered.
type guest struct {
	conn     net.Conn
	since    time.Time
	answered bool
}

// porchGrace is for how long nobody has to go: a handshake takes less, with TLS and
// over a slow line too.
const porchGrace = 2 * time.Second

// While as many as throngMost are there who were not answered yet, so many come within
// throngTime and not more: a handshake takes less where the line is quick, and where
// thousands come together the goroutines and buffers of those who are let in must not
// all stand beside each other. Over slow lines it is still 5,120 a second.
const (
	throngMost = 128
	throngTime = 25 * time.Millisecond
)

// A door is a listener whose connections come onto a porch. One of them waits at it.
type door struct {
	net.Listener
	porch *porch
}

func (d door) Accept() (net.Conn, error) {
	nc, err := d.Listener.Accept()
	if err == nil && !d.porch.await() {
		drop(nc)
		return nil, net.ErrClosed
	}
	return nc, err
}

// limit sets how many may be there, and who is told of each that had to go.
func (p *porch) limit(most int, full func()) {
	p.most, p.full = most, full
	p.left.L = &p.mu
}

// await waits for a place, and is false if nobody comes any more. Who has to go leaves
// soon, but for half a second that net/http takes after a request that was too long.
func (p *porch) await() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.most > 0 && len(p.at) >= p.most && !p.closed {
		if nc := p.expel(); nc != nil {
			p.mu.Unlock()
			drop(nc)
			p.full()
			p.mu.Lock()
			continue
		}
		p.pause(porchGrace)
	}
	for wait := p.throng(time.Now()); wait > 0 && !p.closed; wait = p.throng(time.Now()) {
		p.pause(wait)
	}
	return !p.closed
}

// pause waits until somebody has gone or was answered, at most so long. p.mu is held.
func (p *porch) pause(most time.Duration) {
	again := time.AfterFunc(most, func() {
		p.mu.Lock() // not before the wait has begun, however short it is
		defer p.mu.Unlock()
		p.left.Broadcast()
	})
	defer again.Stop()
	p.left.Wait()
}

// throng gives how long the next one has to wait if nobody goes. p.mu is held.
func (p *porch) throng(now time.Time) time.Duration {
	if p.strange < throngMost {
		return 0
	}
	return throngTime - now.Sub(p.came[p.oldest])
}

// close lets nobody come any more.
func (p *porch) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.left.Broadcast()
}

// expel strikes off who has been there the longest, if that is long and nobody is
// about to go already. p.mu is held.
func (p *porch) expel() net.Conn {
	front := p.order.Front()
	if p.order.Len() < p.most || time.Since(front.Value.(guest).since) < porchGrace {
		return nil
	}
	oldest := p.forget(front).conn
	p.at[oldest] = nil
	return oldest
}

// forget takes a guest off the order. p.mu is held.
func (p *porch) forget(e *queue.Element) guest {
	g := p.order.Remove(e).(guest)
	if !g.answered {
		p.strange--
	}
	return g
}

// note follows what net/http says of its connections.
func (p *porch) note(nc net.Conn, state http.ConnState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	switch state {
	case http.StateNew:
		if p.at == nil {
			p.at = map[net.Conn]*queue.Element{}
		}
		p.at[nc] = p.order.PushBack(guest{nc, now, false})
		p.strange++
		p.came[p.oldest] = now
		p.oldest = (p.oldest + 1) % throngMost
	case http.StateIdle:
		if e := p.at[nc]; e != nil {
			p.forget(e)
			p.at[nc] = p.order.PushBack(guest{nc, now, true})
			p.left.Broadcast()
		}
	case http.StateHijacked, http.StateClosed:
		if e := p.at[nc]; e != nil {
			p.forget(e)
		}
		delete(p.at, nc)
		p.left.Broadcast()
	case http.StateActive: // whose first byte came: that is no merit
	}
}

// drop closes a connection without a word: TLS's last one could wait for a peer that
// takes nothing.
func drop(nc net.Conn) {
	if over, ok := nc.(interface{ NetConn() net.Conn }); ok {
		nc = over.NetConn()
	}
	nc.Close()
}
