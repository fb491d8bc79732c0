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
// could keep everybody out until their deadlines. Its zero value has no limit.
type porch struct {
	most int    // 0: no limit
	full func() // is told of each that had to go; nil: nobody

	mu    sync.Mutex
	order queue.List // of net.Conn; in front who came, or was answered, the longest ago
	at    map[net.Conn]*queue.Element
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
	if p.most > 0 && len(p.at) >= p.most {
		oldest = p.order.Front().Value.(net.Conn)
		p.strike(oldest)
	}
	p.at[nc] = p.order.PushBack(nc)
	return oldest
}

// strike takes nc out. p.mu is held.
func (p *porch) strike(nc net.Conn) {
	if e := p.at[nc]; e != nil {
		p.order.Remove(e)
		delete(p.at, nc)
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
