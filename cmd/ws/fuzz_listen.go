package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"rfc6455/cmd/ws/internal/cli"
	"rfc6455/cmd/ws/internal/conform"
	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// How long is waited for a client.
const (
	clientComes = 10 * time.Second      // at most
	clientAgain = 20 * time.Millisecond // that is running, before another one is started
)

// A clientSource is where clients come from.
type clientSource struct {
	url     string
	command []string // nil: they come by themselves
	cfg     conn.Config
	most    int // that run at once
	came    chan net.Conn

	mu      sync.Mutex
	running int
	failed  error // why none could be started, or how one crashed
	crashed bool
	all     sync.WaitGroup
}

// listenFor listens for clients, and starts them if there is a command.
func (c *fuzzCall) listenFor(ctx context.Context, env *cli.Env, command []string) error {
	if len(command) > 0 {
		if err := checkCommand(command); err != nil {
			return err
		}
	}
	cfg, err := c.target.Server()
	if err != nil {
		return err
	}
	ln, url, err := c.target.Listen(c.listen)
	if err != nil {
		return err
	}
	s := &clientSource{url: url, command: command, cfg: cfg, most: c.hunt.Conns, came: make(chan net.Conn)}
	ctx, cancel := context.WithCancel(ctx)
	s.all.Go(func() { s.accept(ctx, ln) })
	c.close = func() {
		cancel()
		ln.Close()
		s.all.Wait()
	}
	c.hunt.Open, c.hunt.Crashed = func(wait context.Context, d handshake.DeflateConfig) (*wire.Link, error) { return s.open(ctx, wait, d) }, s.hasCrashed
	fmt.Fprintf(env.Err, "ws fuzz: listens on %s\n", url)
	return nil
}

// accept takes clients until ctx ends.
func (s *clientSource) accept(ctx context.Context, ln net.Listener) {
	for {
		nc, err := ln.Accept()
		if err != nil {
			return // it was closed
		}
		select {
		case s.came <- nc:
		case <-ctx.Done():
			nc.Close()
			return
		}
	}
}

// open gives a connection with the next client. Clients that are started run until
// ctx ends; wait bounds the waiting.
func (s *clientSource) open(ctx, wait context.Context, d handshake.DeflateConfig) (*wire.Link, error) {
	late := time.NewTimer(clientComes)
	defer late.Stop()
	for {
		again := time.NewTimer(clientAgain)
		select {
		case nc := <-s.came:
			again.Stop()
			return s.shake(wait, nc, d)
		case <-wait.Done():
			again.Stop()
			return nil, wait.Err()
		case <-late.C:
			again.Stop()
			return nil, &wire.UnreachableError{Err: fmt.Errorf("no client came to %s in %s", s.url, clientComes)}
		case <-again.C:
			if err := s.start(ctx); err != nil {
				return nil, err
			}
		}
	}
}

func (s *clientSource) shake(ctx context.Context, nc net.Conn, d handshake.DeflateConfig) (*wire.Link, error) {
	cfg := s.cfg
	cfg.Deflate = d
	l, err := wire.Accept(ctx, nc, &cfg)
	if err != nil {
		nc.Close()
	}
	return l, err
}

// start starts a client if there is a command and not enough of them run.
func (s *clientSource) start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil && !s.crashed {
		return &wire.UnreachableError{Err: s.failed}
	}
	if len(s.command) == 0 || s.running >= s.most {
		return nil
	}
	s.running++
	s.all.Go(func() { s.ended(launch(ctx, s.command, s.url)) })
	return nil
}

// ended takes how a client ended. That it was not content with us is no news.
func (s *clientSource) ended(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
	if died, ok := errors.AsType[*conform.DiedError](err); ok {
		s.failed, s.crashed = died, true
	} else if failed, ok := errors.AsType[*conform.LaunchError](err); ok && s.failed == nil {
		s.failed = failed
	}
}

// hasCrashed says how a client died.
func (s *clientSource) hasCrashed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.crashed {
		return s.failed
	}
	return nil
}
