package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"rfc6455/cmd/ws/internal/conform"
)

const (
	killDelay = 2 * time.Second // for a client's output after it was ended
	keptError = 400             // bytes of a client's last words
)

// startClients listens for a client under test, which command starts.
func (c *conformCall) startClients(command []string) error {
	if err := checkCommand(command); err != nil {
		return err
	}
	if strings.HasPrefix(c.listen, "unix:") {
		return fmt.Errorf("-listen is %q: allowed for conform is host:port, which a URL can say", c.listen)
	}
	cfg, err := c.target.Server()
	if err != nil {
		return err
	}
	ln, url, err := c.target.Listen(c.listen)
	if err != nil {
		return err
	}
	if tcp, ok := ln.Addr().(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		c.cfg.Base = strings.TrimSuffix(url, "/") // else the address: a name has to be looked up
	}
	c.cfg.Conn, c.cfg.Listener, c.cfg.Name = cfg, ln, strings.Join(command, " ")
	c.cfg.Launch = func(ctx context.Context, url string) error { return launch(ctx, command, url) }
	return nil
}

// checkCommand demands that a command has a place for the URL.
func checkCommand(command []string) error {
	words := strings.Join(command, " ")
	if !strings.Contains(words, "{url}") {
		return fmt.Errorf("%q has no place for the URL: allowed is a command with {url} in it", words)
	}
	return nil
}

// launch runs a client until it ends or ctx does.
func launch(ctx context.Context, command []string, url string) error {
	words := make([]string, len(command))
	for i, word := range command {
		words[i] = strings.ReplaceAll(word, "{url}", url)
	}
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.WaitDelay = killDelay
	var last tail
	cmd.Stderr = &last
	if err := cmd.Start(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &conform.LaunchError{Err: err}
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && crashed(exit) {
		return &conform.DiedError{Err: fmt.Errorf("%w: %s", err, last.String())}
	}
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w: %s", err, last.String())
	}
	return err
}

// crashed says whether a client ended by a signal that nobody sent.
func crashed(exit *exec.ExitError) bool {
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() != syscall.SIGKILL && status.Signal() != syscall.SIGPIPE
}

// A tail keeps the end of what is written to it.
type tail struct {
	mu  sync.Mutex
	end []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end = append(t.end, p...)
	t.end = t.end[max(0, len(t.end)-keptError):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.end))
}
