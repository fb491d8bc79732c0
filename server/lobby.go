package server

import (
	queue "container/list"
	"net"
	"net/http"
	"sync"
)

// A lobby is where connections are before an upgrade: in the TLS handshake, inside a
// request, between two. They cost who opens them nothing, so there is a limit; and
// who has waited the longest goes, not who comes: otherwise a few that say nothing
// could keep everybody out until their deadlines. Its zero value has no limit.
type lobby struct {
	most int    // 0: no limit
	full func() // is told of each that had to go; nil: nobody

	mu    sync.Mutex
	order queue.List // of net.Conn; in front who came, or was answered, the longest ago
	at    map[net.Conn]*queue.Element
}

// note follows what net/http says of its connections.
func (l *lobby) note(nc net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		if oldest := l.come(nc); oldest != nil {
			drop(oldest)
			if l.full != nil {
				l.full()
			}
		}
	case http.StateIdle:
		l.mu.Lock()
		defer l.mu.Unlock()
		if e := l.at[nc]; e != nil {
			l.order.MoveToBack(e)
		}
	case http.StateHijacked, http.StateClosed:
		l.mu.Lock()
		defer l.mu.Unlock()
		l.strike(nc)
	case http.StateActive: // whose first byte came: that is no merit
	}
}

// come takes nc in, and gives who has to go for it.
func (l *lobby) come(nc net.Conn) (oldest net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at == nil {
		l.at = map[net.Conn]*queue.Element{}
	}
	if l.most > 0 && len(l.at) >= l.most {
		oldest = l.order.Front().Value.(net.Conn)
		l.strike(oldest)
	}
	l.at[nc] = l.order.PushBack(nc)
	return oldest
}

// strike takes nc out. l.mu is held.
func (l *lobby) strike(nc net.Conn) {
	if e := l.at[nc]; e != nil {
		l.order.Remove(e)
		delete(l.at, nc)
	}
}

// waiting is how many there are.
func (l *lobby) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.at)
}

// drop closes a connection without a word: TLS's last one could wait for a peer that
// takes nothing.
func drop(nc net.Conn) {
	if over, ok := nc.(interface{ NetConn() net.Conn }); ok {
		nc = over.NetConn()
	}
	nc.Close()
}
