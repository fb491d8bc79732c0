package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"rfc6455/cmd/chat/internal/admin"
	"rfc6455/cmd/chat/internal/listen"
	"rfc6455/cmd/chat/internal/settings"
	"rfc6455/server"
)

// A service is the chat on its listeners.
type service struct {
	settings settings.Settings
	log      *slog.Logger
	chat     *server.Server
	cert     *listen.Certificate // nil: no TLS
	public   net.Listener
	admin    net.Listener // nil: none
}

// ownFiles is how many files are open besides connections, amply.
const ownFiles = 64

// serve serves until a signal, then says goodbye.
func serve(set settings.Settings, log *slog.Logger) error {
	for _, w := range set.Warnings {
		log.Warn(w)
	}
	most := set.Server.Admit.Connections
	besides := ownFiles + max(set.Server.HTTPConnections, 0)
	if files, ok := openFiles(); ok && most > 0 && files < int64(most+besides) {
		log.Warn("fewer files may be open than -max-connections and -max-http-connections need: who comes last waits; see ulimit -n, LimitNOFILE", "files", files, "max-connections", most)
	}
	s := &service{settings: set, log: log}
	ending, reload := signals(set)
	ctx, stop := signal.NotifyContext(context.Background(), ending...)
	defer stop()
	context.AfterFunc(ctx, stop) // the next signal does what it does by default
	if err := s.open(ctx); err != nil {
		return err
	}
	return s.run(ctx, reload)
}

// signals gives what ends the server, and where SIGHUP arrives. That the terminal
// was closed ends a trial; it is how others are told that there is a new certificate.
func signals(set settings.Settings) (ending []os.Signal, reload chan os.Signal) {
	ending = []os.Signal{os.Interrupt, syscall.SIGTERM}
	reload = make(chan os.Signal, 1)
	switch {
	case set.Public || set.TLSCert != "":
		signal.Notify(reload, syscall.SIGHUP)
	case !signal.Ignored(syscall.SIGHUP): // it is under nohup
		ending = append(ending, syscall.SIGHUP)
	}
	return ending, reload
}

// open makes the server and its listeners.
func (s *service) open(ctx context.Context) (err error) {
	set := s.settings
	if set.TLSCert != "" {
		if s.cert, err = listen.LoadCertificate(set.TLSCert, set.TLSKey); err != nil {
			return err
		}
	}
	cfg, from := set.Server, readBuild()
	cfg.Log, cfg.Version, cfg.Revision = s.log, from.version, from.revision
	if s.chat, err = server.New(cfg); err != nil {
		return err
	}
	if a := set.AdminAddr; a.Network != "" {
		if s.admin, err = listen.Open(ctx, a.Network, a.Address, set.SocketMode); err != nil {
			return fmt.Errorf("-admin-addr: %w", err)
		}
	}
	s.public, err = listen.Open(ctx, set.Addr.Network, set.Addr.Address, set.SocketMode)
	if err != nil {
		s.closeAdmin()
		return err
	}
	if tcp, ok := s.public.Addr().(*net.TCPAddr); !set.Public && ok && !tcp.IP.IsLoopback() {
		s.public.Close()
		s.closeAdmin()
		return fmt.Errorf("%s is %s here, which is not of this machine alone: say that address", set.Addr, tcp.IP)
	}
	return nil
}

func (s *service) closeAdmin() {
	if s.admin != nil {
		s.admin.Close()
	}
}

// run serves until ctx ends or a listener fails.
func (s *service) run(ctx context.Context, reload <-chan os.Signal) error {
	defer s.closeAdmin()
	s.announce()
	failed := make(chan error, 2)
	go func() { failed <- s.chat.Serve(s.encrypted()) }()
	if s.admin != nil {
		web := admin.New(s.admin, s.chat.Metrics, s.chat, s.log)
		defer web.Close()
		go func() { failed <- web.Serve(s.admin) }()
	}
	for {
		select {
		case err := <-failed:
			return err
		case <-reload:
			s.reload()
		case <-ctx.Done():
			return s.goDown()
		}
	}
}

// encrypted gives the public listener, behind TLS if there is a certificate.
func (s *service) encrypted() net.Listener {
	if s.cert == nil {
		return s.public
	}
	return tls.NewListener(s.public, s.cert.Config())
}

// announce tells where the server listens, and how it is set up.
func (s *service) announce() {
	scheme := "http"
	if s.cert != nil {
		scheme = "https"
	}
	s.log.Info("listening: "+shown(scheme, s.public.Addr()), s.settings.Summary...)
	if s.cert != nil {
		s.log.Info("certificate read", s.cert.About()...)
	}
	if s.admin != nil {
		s.log.Info("for the operator: " + shown("http", s.admin.Addr()))
	}
}

// shown is what a browser on this machine opens, or a proxy connects to.
func shown(scheme string, a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	switch {
	case !ok:
		return "unix:" + a.String()
	case tcp.IP.IsLoopback() || tcp.IP.IsUnspecified():
		return fmt.Sprintf("open %s://localhost:%d", scheme, tcp.Port)
	}
	return fmt.Sprintf("open %s://%s", scheme, a)
}

// reload reads the certificate again.
func (s *service) reload() {
	if s.cert == nil {
		s.log.Info("hangup: there is no certificate to read again")
		return
	}
	if err := s.cert.Reload(); err != nil {
		s.log.Error("certificate not read, the old one stays", "error", err)
		return
	}
	s.log.Info("certificate read", s.cert.About()...)
}

// goDown says goodbye. Who does not leave in time is cut off, which is no failure.
func (s *service) goDown() error {
	s.log.Info("going down: saying goodbye")
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), s.settings.Drain)
	defer cancel()
	err := s.chat.Shutdown(ctx)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		s.log.Warn("gone: some did not leave in time", "drain", s.settings.Drain)
		return nil
	case err != nil && !errors.Is(err, http.ErrServerClosed):
		return err
	}
	s.log.Info("gone: all have left", "after", time.Since(began).Round(time.Millisecond))
	return nil
}
