// Command chat is the chat server: one binary with the page inside.
//
//	go run ./cmd/chat
//
// and open http://localhost:8080. Ctrl-C says goodbye to everybody (1001), a
// second one ends at once.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"rfc6455/server"
)

// drainTimeout is how long going down may take.
const drainTimeout = 10 * time.Second

// names is a flag that may repeat.
type names []string

func (n *names) String() string     { return strings.Join(*n, " ") }
func (n *names) Set(s string) error { *n = append(*n, s); return nil }

func main() {
	var origins, hosts names
	addr := flag.String("addr", "localhost:8080", "`host:port` to listen on")
	flag.Var(&origins, "origin", "`origin` that may connect besides this server's own: http://localhost:5500,\n"+
		"null for a page opened from a file, * for all; may be given several times")
	flag.Var(&hosts, "host", "`name[:port]` under which this server may be reached besides localhost, checked where\n"+
		"it listens on a loopback address or the flag is given; may be given several times")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the next signal does what it does by default
	lines := newLineBuffer(os.Stderr)
	log := slog.New(slog.NewTextHandler(lines, nil))
	err := run(ctx, *addr, server.Config{Origins: origins, Hosts: hosts, Log: log})
	lines.Flush()
	if err != nil {
		fmt.Fprintln(os.Stderr, "chat:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends, then says goodbye.
func run(ctx context.Context, addr string, cfg server.Config) error {
	chat, err := server.New(cfg)
	if err != nil {
		return err
	}
	// TCP's own keepalive would only repeat what our Pings find out.
	l, err := (&net.ListenConfig{KeepAlive: -1}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	cfg.Log.Info("listening: open http://" + shown(l.Addr()))
	failed := make(chan error, 1)
	go func() { failed <- chat.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	cfg.Log.Info("going down: saying goodbye")
	drain, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	return chat.Shutdown(drain)
}

// shown is the address that a browser on this machine opens.
func shown(a net.Addr) string {
	if tcp, ok := a.(*net.TCPAddr); ok && (tcp.IP.IsLoopback() || tcp.IP.IsUnspecified()) {
		return fmt.Sprintf("localhost:%d", tcp.Port)
	}
	return a.String()
}
