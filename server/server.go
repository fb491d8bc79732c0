package server

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"rfc6455/handshake"
	"rfc6455/server/conn"
	"rfc6455/server/room"
	"rfc6455/server/store"
)

// plainEncoding is how plain clients are written to.
const plainEncoding room.Encoding = 0

// A Server is the chat: an http.Handler, or, with the limits that a server in
// the open needs, [Server.Serve]. It must be made by [New] and ended by
// [Server.Shutdown].
type Server struct {
	log        *slog.Logger
	hosts      []string
	chat, echo *conn.Config
	page       http.Handler
	web        *http.Server
	pumps      *room.Pumps
	rooms      *room.Rooms

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
		log:   cfg.logger(),
		hosts: cfg.Hosts,
		chat:  cfg.chatConn(),
		echo:  cfg.echoConn(),
		page:  pageHandler(),
		pumps: room.NewPumps(0),
		conns: map[*conn.Conn]struct{}{},
	}
	rooms, err := room.NewRooms(room.Config{
		Pumps:    s.pumps,
		Encoders: []room.Encoder{plainEncoding: appendPlain},
		Log:      func(string) (room.Log, error) { return store.NewMemory(), nil },
		Epoch:    rand.Text,
		Messages: roomMessages,
		Bytes:    max(roomBytes, roomLongest*int(cfg.messageBytes())),
	})
	if err != nil {
		s.pumps.Close()
		return nil, err
	}
	s.rooms = rooms
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

// rest lets rooms that are quiet give memory back, now and then.
func (s *Server) rest() {
	ticker := time.NewTicker(restEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			s.rooms.Rest()
		case <-s.running.Done():
			return
		}
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

// ServeHTTP serves the page and takes upgrades. Any path that is nothing else is
// the chat's.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/echo":
		s.serveEcho(w, r)
	case r.URL.Path == "/chat", handshake.IsAttempt(r):
		s.serveChat(w, r)
	default:
		s.page.ServeHTTP(w, r)
	}
}
