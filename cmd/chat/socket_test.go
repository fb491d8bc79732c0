package main

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"rfc6455/server/conn"
)

// socketPath gives a path that is short enough for a socket, wherever tests run.
func socketPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "chat")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// overSocket is HTTP over a unix socket.
func overSocket(path string) *http.Transport {
	return &http.Transport{DialContext: toSocket(path), DisableKeepAlives: true}
}

// TestUnixSocket talks over a unix socket, kills the server, and finds the next one
// in its place; when that goes, the socket goes, too.
func TestUnixSocket(t *testing.T) {
	path := socketPath(t)
	start := func() *chat {
		return startChat(t, "-addr", "unix:"+path, "-socket-mode", "0640", "-trusted-proxies", "unix")
	}
	cfg := conn.Config{Dialer: toSocket(path), Proxy: direct}
	var c *chat
	for _, killed := range []bool{true, false} {
		c = start()
		if c.host != path {
			t.Fatalf("it listens on %q, want %q", c.host, path)
		}
		c.waitLog(has("listening: unix:"+path, "mode=public"))
		info, err := os.Stat(path)
		if err != nil || info.Mode() != fs.ModeSocket|0o640 {
			t.Errorf("the socket is %v, %v", info.Mode(), err)
		}
		m := dial(t, "ws://chat.example/chat", cfg)
		m.hears(greeting)
		m.say("소켓으로")
		m.hears(prefix + "소켓으로")
		web := &http.Client{Transport: overSocket(path)}
		if status, body := get(t, web, "http://chat.example/readyz"); status != 200 {
			t.Errorf("/readyz: %d %q", status, body)
		}
		if killed {
			c.kill()
		}
	}
	c.stop()
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
}
