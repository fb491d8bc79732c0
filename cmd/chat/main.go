// Command chat is the chat server: one binary with the page inside.
//
//	go run ./cmd/chat
//
// and open http://localhost:8080. Ctrl-C says goodbye to everybody (1001).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"rfc6455/server"
)

// Limits of the HTTP server before the upgrade, and of going down.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 60 * time.Second
	headerBytes   = 16 << 10
	drainTimeout  = 10 * time.Second
)

// origins is a flag that may repeat.
type origins []string

func (o *origins) String() string     { return strings.Join(*o, " ") }
func (o *origins) Set(s string) error { *o = append(*o, s); return nil }

func main() {
	var allow origins
	addr := flag.String("addr", "localhost:8080", "`host:port` to listen on")
	flag.Var(&allow, "origin", "`origin` that may connect besides this server's own: http://localhost:5500,\n"+
		"null for a page opened from a file, * for all; may be given several times")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := run(ctx, *addr, allow, log); err != nil {
		fmt.Fprintln(os.Stderr, "chat:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends, then says goodbye.
func run(ctx context.Context, addr string, allow []string, log *slog.Logger) error {
	chat, err := server.New(server.Config{Origins: allow, Log: log})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	log.Info("listening: open http://" + shown(l.Addr()))
	web := &http.Server{
		Handler:           chat,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	log.Info("going down: saying goodbye")
	drain, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	return errors.Join(chat.Shutdown(drain), web.Shutdown(drain))
}

// shown is the address that a browser on this machine opens.
func shown(a net.Addr) string {
	if tcp, ok := a.(*net.TCPAddr); ok && (tcp.IP.IsLoopback() || tcp.IP.IsUnspecified()) {
		return fmt.Sprintf("localhost:%d", tcp.Port)
	}
	return a.String()
}
