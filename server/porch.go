package server

import (
	queue "container/list"
	"net"
	"net/http"
	"sync"
)

// A porch is where connections are before an upgrade: in the TLS handshake, inside a
// request, between two. They cost who opens them nothing, so there is a limit; and
// who has waited the longest goes, not who comes: otherwise a few that say nothing
// could keep everybody out until their deadlines. net/http takes its time to let go of
// some, half a second where a request was too long; while those are too many, nobody
// comes. Its zero value has no limit.
type porch struct {
	most int    // 0: no limit
	full func() // is told of each that had to go; nil: nobody

	mu    sync.Mutex
	order queue.List                  // of net.Conn; in front who came, or was answered, the longest ago
	at    map[net.Conn]*queue.Element // nil: it had to go, and has not gone yet
	left  sync.Cond                   // somebody has gone
}

// A door is a listener whose connections come onto a porch.
type door struct {
	net.Listener
	porch *porch
}

func (d door) Accept() (net.Conn, error) {
	d.porch.await()
	return d.Listener.Accept()
}

// limit sets how many may be there, and who is told of each that had to go.
func (p *porch) limit(most int, full func()) {
	p.most, p.full = most, full
	p.left.L = &p.mu
}

// await waits while there are more than may be: those that had to go are about to.
func (p *porch) await() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.most > 0 && len(p.at) > p.most {
		p.left.Wait()
	}
}

// note follows what net/http says of its connections.
func (p *porch) note(nc net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		if oldest := p.come(nc); oldest != nil {
			drop(oldest)
			if p.full != nil {
				p.full()
			}
		}
	case http.StateIdle:
		p.mu.Lock()
		defer p.mu.Unlock()
		if e := p.at[nc]; e != nil {
			p.order.MoveToBack(e)
		}
	case http.StateHijacked, http.StateClosed:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.strike(nc)
	case http.StateActive: // whose first byte came: that is no merit
	}
}

// come takes nc in, and gives who has to go for it.
func (p *porch) come(nc net.Conn) (oldest net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at == nil {
		p.at = map[net.Conn]*queue.Element{}
	}
	if p.most > 0 && p.order.Len() >= p.most {
		oldest = p.order.Remove(p.order.Front()).(net.Conn)
		p.at[oldest] = nil
	}
	p.at[nc] = p.order.PushBack(nc)
	return oldest
}

// strike takes nc out. p.mu is held.
func (p *porch) strike(nc net.Conn) {
	if e := p.at[nc]; e != nil {
		p.order.Remove(e)
	}
	delete(p.at, nc)
	p.left.Broadcast()
}

// drop closes a connection without a word: TLS's last one could wait for a peer that
// takes nothing.
func drop(nc net.Conn) {
	if over, ok := nc.(interface{ NetConn() net.Conn }); ok {
		nc = over.NetConn()
	}
	nc.Close()
}
