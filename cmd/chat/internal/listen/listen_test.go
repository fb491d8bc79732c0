package listen

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpenTCP(t *testing.T) {
	l, err := Open(t.Context(), "tcp", "127.0.0.1:0", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if second, err := Open(t.Context(), "tcp", l.Addr().String(), 0); err == nil {
		second.Close()
		t.Error("two listen at one address")
	}
}

// socket gives a path that is short enough for a socket, wherever tests run.
func socket(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "chat")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// kill leaves a socket at path on which nobody answers, as a killed server does.
func kill(t *testing.T, path string) {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
}

func TestOpenUnix(t *testing.T) {
	path := socket(t)
	for _, before := range []func(){func() {}, func() { kill(t, path) }} {
		before()
		l, err := Open(t.Context(), "unix", path, 0o620)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode() != fs.ModeSocket|0o620 {
			t.Errorf("the socket is %v, %v", info.Mode(), err)
		}
		nc, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		nc.Close()
		if _, err := Open(t.Context(), "unix", path, 0o600); err == nil || !strings.Contains(err.Error(), "somebody listens on "+path+" already") {
			t.Errorf("a second one: %v", err)
		}
		l.Close()
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Close left the socket behind: %v", err)
		}
	}
}

// What is no socket is somebody's, and stays.
func TestOpenUnixKeepsFiles(t *testing.T) {
	path := socket(t)
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), "unix", path, 0o600); err == nil || !strings.Contains(err.Error(), "no socket") {
		t.Errorf("got %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "precious" {
		t.Errorf("the file is %q, %v", text, err)
	}
	if _, err := Open(t.Context(), "unix", filepath.Join(path, "below"), 0o600); err == nil {
		t.Error("listens below a file")
	}
}
