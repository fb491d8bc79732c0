package server

import (
	"context"
	"crypto/rand"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"rfc6455/handshake"
	"rfc6455/server/admit"
	"rfc6455/server/chat"
	"rfc6455/server/conn"
	"rfc6455/server/metrics"
	"rfc6455/server/room"
)

// A Server is the chat: an http.Handler, or, with the limits that a server in
// the open needs, [Server.Serve]. It must be made by [New] and ended by
// [Server.Shutdown].
type Server struct {
	// Metrics is what the server counts: an http.Handler for those who may see it.
	Metrics *metrics.Chat

	cfg        *Config
	log        *slog.Logger
	chat, echo *conn.Config
	page       http.Handler
	web        *http.Server
	porch      porch
	gate       *admit.Gate
	pumps      *room.Pumps
	rooms      *room.Rooms
	halls      halls
	limits     chat.Limits // of chat.v1
	started    time.Time
	full       limiter // of what the log says
	crowded    limiter
	proxied    limiter
	refused    limiter

	running    context.Context // ends with Shutdown, once all are told
	stop       context.CancelFunc
	background sync.WaitGroup

	mu       sync.Mutex
	closing  bool // nobody enters any more
	left     bool // and all are told to leave
	visitors visitors
	present  sync.WaitGroup // upgrades under way, and visitors; nobody enters once closing is set
}

// New makes a chat server. The error is a [*ConfigError].
func New(cfg Config) (*Server, error) {
	c, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	gate, err := admit.NewGate(c.Admit)
	if err != nil {
		return nil, &ConfigError{"Admit", err}
	}
	page, err := pageHandler()
	if err != nil {
		return nil, err
	}
	s := &Server{
		cfg:     c,
		log:     c.Log,
		chat:    c.chatConn(),
		echo:    c.echoConn(),
		page:    page,
		web:     c.web(),
		gate:    gate,
		limits:  c.Limits,
		started: time.Now(),
		halls:   halls{byRoom: map[*room.Room]*hall{}, said: c.Rooms.Messages},
	}
	s.Metrics = metrics.NewChat(metrics.ChatConfig{
		Version: c.Version, Revision: c.Revision,
		Refusals: []string{errGoingDown.ID, errNoEcho.ID},
		Rooms:    func() int { return s.rooms.Len() },
	})
	if err := s.openRooms(); err != nil {
		return nil, err
	}
	s.porch.limit(max(c.HTTPConnections, 0), s.logCrowd)
	s.web.ErrorLog = log.New(webLog{s}, "", 0)
	s.web.ConnState = s.porch.note
	s.web.BaseContext = s.base
	s.web.Handler = s.checkHost(s)
	s.running, s.stop = context.WithCancel(context.Background())
	s.background.Go(s.rest)
	return s, nil
}

// openRooms begins with no room.
func (s *Server) openRooms() (err error) {
	cfg := s.cfg.room()
	s.pumps = room.NewPumps(0, func() room.Breath { return conn.NewBreath() })
	cfg.Pumps, cfg.Epoch, cfg.Passed = s.pumps, rand.Text, s.passed
	if s.rooms, err = room.NewRooms(cfg); err != nil {
		s.pumps.Close()
		return &ConfigError{"Rooms", err}
	}
	return nil
}

// rest does what is due now and then: rooms that are quiet give memory back, and
// who is gone for good is said to have left.
func (s *Server) rest() {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	rested := time.Now()
	for {
		select {
		case now := <-ticker.C:
			for _, h := range s.halls.all() {
				h.tick(0)
				h.age(now, s.cfg.Rooms.Age)
			}
			s.rooms.Relieve()
			if now.Sub(rested) >= s.cfg.Rooms.restEvery() {
				rested = now
				s.restRooms()
			}
		case <-s.running.Done():
			return
		}
	}
}

func (s *Server) restRooms() {
	s.halls.drop(s.rooms.Rest())
	for _, h := range s.halls.all() {
		h.trim()
	}
}

// Serve answers what comes to l, within the limits of HTTP, and returns when
// [Server.Shutdown] is called or l fails. It may be called for several listeners.
func (s *Server) Serve(l net.Listener) error { return s.web.Serve(door{l, &s.porch}) }

func onLoopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// serveReady says whether new connections are taken.
func (s *Server) serveReady(w http.ResponseWriter) {
	s.mu.Lock()
	closing := s.closing
	s.mu.Unlock()
	if closing {
		http.Error(w, goodbye, http.StatusServiceUnavailable)
		return
	}
	io.WriteString(w, "ready\n")
}

// ServeHTTP serves the page and takes upgrades. Any path that is nothing else is
// the chat's.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/echo":
		s.serveEcho(w, r)
	case r.URL.Path == "/healthz":
		io.WriteString(w, "alive\n")
	case r.URL.Path == "/readyz":
		s.serveReady(w)
	case r.URL.Path == "/chat", handshake.IsAttempt(r):
		s.serveChat(w, r)
	default:
		s.page.ServeHTTP(w, r)
	}
}
