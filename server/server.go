package server

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"sync"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
	"rfc6455/server/room"
	"rfc6455/server/store"
	"rfc6455/web"
)

// plainEncoding is how plain clients are written to.
const plainEncoding room.Encoding = 0

// A Server is the chat as an http.Handler. It must be made by [New] and ended by
// [Server.Shutdown].
type Server struct {
	log        *slog.Logger
	chat, echo *conn.Config
	mux        *http.ServeMux
	pumps      *room.Pumps
	rooms      *room.Rooms

	running context.Context // ends with Shutdown
	stop    context.CancelFunc

	mu      sync.Mutex
	conns   map[*conn.Conn]struct{}
	closing bool
	empty   chan struct{} // closed when conns is empty and closing is true
}

// New makes a chat server.
func New(cfg Config) (*Server, error) {
	s := &Server{log: cfg.Log, chat: cfg.chatConn(), echo: cfg.echoConn(), conns: map[*conn.Conn]struct{}{}, empty: make(chan struct{})}
	if s.log == nil {
		s.log = slog.Default()
	}
	s.running, s.stop = context.WithCancel(context.Background())
	s.pumps = room.NewPumps(0)
	rooms, err := room.NewRooms(room.Config{
		Pumps:    s.pumps,
		Encoders: []room.Encoder{plainEncoding: appendPlain},
		Log:      func(string) (room.Log, error) { return store.NewMemory(), nil },
		Epoch:    rand.Text,
		Messages: roomMessages,
		Bytes:    roomBytes,
	})
	if err != nil {
		s.pumps.Close()
		return nil, err
	}
	s.rooms = rooms
	s.mux = http.NewServeMux()
	s.mux.Handle("/", s.chatOr(http.FileServerFS(web.Files)))
	s.mux.HandleFunc("/chat", s.serveChat)
	s.mux.HandleFunc("/echo", s.serveEcho)
	return s, nil
}

// ServeHTTP serves the page and takes upgrades.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// chatOr takes upgrades to the chat and leaves other requests to page.
func (s *Server) chatOr(page http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if handshake.IsAttempt(r) {
			s.serveChat(w, r)
			return
		}
		page.ServeHTTP(w, r)
	})
}

func (s *Server) serveChat(w http.ResponseWriter, r *http.Request) {
	c := s.accept(w, r, s.chat)
	if c == nil {
		return
	}
	if err := s.join(c); err != nil {
		s.log.Error("cannot join", "error", err)
		s.leave(c)
		go c.Close(frame.TryAgainLater, err.Error())
	}
}

func (s *Server) serveEcho(w http.ResponseWriter, r *http.Request) {
	if c := s.accept(w, r, s.echo); c != nil {
		c.Serve(echo{s})
	}
}

// accept takes the connection of r over and enters it. A refused request is
// answered, logged, and gives nil.
func (s *Server) accept(w http.ResponseWriter, r *http.Request, cfg *conn.Config) *conn.Conn {
	if s.running.Err() != nil {
		w.Header().Set("Connection", "close")
		http.Error(w, "the server is going down", http.StatusServiceUnavailable)
		return nil
	}
	c, err := conn.Accept(w, r, cfg)
	if err != nil {
		s.logRefused(r, err)
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		go c.Close(frame.GoingAway, goodbye)
		return nil
	}
	s.conns[c] = struct{}{}
	return c
}

// logRefused tells why a request was refused and, for its origin, the very flag
// that would let it in.
func (s *Server) logRefused(r *http.Request, err error) {
	var refused *handshake.Error
	errors.As(err, &refused)
	switch {
	case errors.Is(err, handshake.ErrOriginForeign), errors.Is(err, handshake.ErrOriginCrossSite):
		s.log.Warn("origin refused", "remote", r.RemoteAddr, "error", err, "allow", "-origin "+refused.Value)
	default:
		s.log.Warn("upgrade refused", "remote", r.RemoteAddr, "error", err)
	}
}

// leave strikes a connection off.
func (s *Server) leave(c *conn.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	s.checkEmpty()
}

// checkEmpty tells Shutdown when the last connection is gone. s.mu is held.
func (s *Server) checkEmpty() {
	if s.closing && len(s.conns) == 0 {
		select {
		case <-s.empty:
		default:
			close(s.empty)
		}
	}
}

const goodbye = "the server is going down"

// Shutdown refuses new connections (503), says goodbye to all with 1001 (§7.4.1),
// and waits for them to end, or for ctx. The error is ctx's.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stop()
	s.mu.Lock()
	s.closing = true
	for c := range s.conns {
		c.StartClose(frame.GoingAway, goodbye)
	}
	s.checkEmpty()
	s.mu.Unlock()
	defer s.pumps.Close()
	select {
	case <-s.empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
