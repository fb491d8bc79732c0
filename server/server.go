package server

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"rfc6455/handshake"
	"rfc6455/server/chat"
	"rfc6455/server/conn"
	"rfc6455/server/metrics"
	"rfc6455/server/room"
	"rfc6455/server/store"
)

// A Server is the chat: an http.Handler, or, with the limits that a server in
// the open needs, [Server.Serve]. It must be made by [New] and ended by
// [Server.Shutdown].
type Server struct {
	// Metrics is what the server counts: an http.Handler for those who may see it.
	Metrics *metrics.Chat

	log        *slog.Logger
	hosts      []string
	chat, echo *conn.Config
	page       http.Handler
	web        *http.Server
	pumps      *room.Pumps
	rooms      *room.Rooms
	halls      halls
	limits     chat.Limits   // of chat.v1
	serial     atomic.Uint64 // of the newest plain member
	key        [32]byte      // that their ids are made with

	running    context.Context // ends with Shutdown
	stop       context.CancelFunc
	background sync.WaitGroup

	mu      sync.Mutex
	closing bool
	conns   map[*conn.Conn]struct{}
	present sync.WaitGroup // upgrades under way, and conns; nobody enters once closing is set
}

// New makes a chat server.
func New(cfg Config) (*Server, error) {
	s := &Server{
		log:    cfg.logger(),
		hosts:  cfg.Hosts,
		chat:   cfg.chatConn(),
		echo:   cfg.echoConn(),
		page:   pageHandler(),
		pumps:  room.NewPumps(0),
		conns:  map[*conn.Conn]struct{}{},
		limits: cfg.Limits,
		halls:  halls{byRoom: map[*room.Room]*hall{}},
	}
	rand.Read(s.key[:])
	rooms, err := room.NewRooms(room.Config{
		Pumps:    s.pumps,
		Encoders: []room.Encoder{plainEncoding: appendPlain, speakerEncoding: appendSpeaker},
		Log:      func(string) (room.Log, error) { return store.NewMemory(), nil },
		Epoch:    rand.Text,
		Messages: roomMessages,
		Bytes:    max(roomBytes, roomLongest*chat.BodyBytes(int(cfg.messageBytes()))),
	})
	if err != nil {
		s.pumps.Close()
		return nil, err
	}
	s.rooms = rooms
	s.Metrics = metrics.NewChat(metrics.ChatConfig{
		Version: cfg.Version, Revision: cfg.Revision, Refusals: []string{errGoingDown.ID}, Rooms: rooms.Len,
	})
	s.web = &http.Server{
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout,
		WriteTimeout:      answerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	s.running, s.stop = context.WithCancel(context.Background())
	s.background.Go(s.rest)
	return s, nil
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
				h.tick(now)
			}
			if now.Sub(rested) >= restEvery {
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
// [Server.Shutdown] is called or l fails. It may be called once.
func (s *Server) Serve(l net.Listener) error {
	s.web.Handler = s
	if len(s.hosts) > 0 || onLoopback(l.Addr()) {
		s.web.Handler = s.checkHost(s)
	}
	return s.web.Serve(l)
}

func onLoopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// serveReady says whether new connections are taken.
func (s *Server) serveReady(w http.ResponseWriter) {
	if s.running.Err() != nil {
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
