package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long these tests wait for what needs a moment only.
const patience = 30 * time.Second

// workdir holds what the tests build and keep while they run.
var workdir string

func TestMain(m *testing.M) {
	if name := os.Getenv(errandName); name != "" {
		os.Exit(runErrand(name))
	}
	os.Exit(inWorkdir(m))
}

func inWorkdir(m *testing.M) int {
	var err error
	if workdir, err = os.MkdirTemp("", "chat-test-"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(workdir)
	defer closeBrowser()
	return m.Run()
}

// build builds the binary, once: with the race detector if the tests have it.
var build = sync.OnceValues(func() (string, error) {
	binary := filepath.Join(workdir, "chat")
	args := []string{"build", "-o", binary}
	if raceEnabled {
		args = append(args, "-race")
	}
	out, err := exec.Command("go", append(args, ".")...).CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return binary, nil
})

// A chat is a running chat server.
type chat struct {
	t       *testing.T
	process *exec.Cmd
	host    string        // "localhost:PORT", or the path of a unix socket
	ended   chan struct{} // when the process has; then err says how
	err     error
	told    sync.Once // to go

	mu      sync.Mutex
	log     []string
	changed chan struct{} // closed and renewed with every line
}

// address is in the start-up line.
var address = regexp.MustCompile(`listening: (?:open https?://|unix:)([^\s"]+)`)

// startChat starts the binary on a free port of the loopback address. At the end
// of the test it is told to go, and has to do so without an error.
func startChat(t *testing.T, args ...string) *chat {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return startBinary(t, binary, args...)
}

func startBinary(t *testing.T, binary string, args ...string) *chat {
	t.Helper()
	return startIn(t, nil, binary, args...)
}

// command is the binary, with environ besides what the tests have in theirs.
func command(environ []string, binary string, args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "CHAT_") }), environ...)
	return cmd
}

func startIn(t *testing.T, environ []string, binary string, args ...string) *chat {
	t.Helper()
	c := launch(t, command(environ, binary, append([]string{"-addr", "127.0.0.1:0"}, args...)...))
	c.host = address.FindStringSubmatch(c.waitLog(address.MatchString))[1]
	return c
}

// launch starts a process and does not wait for it to listen.
func launch(t *testing.T, process *exec.Cmd) *chat {
	t.Helper()
	c := &chat{t: t, process: process, ended: make(chan struct{}), changed: make(chan struct{})}
	stderr, err := process.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(c.ended)
		c.readLog(bufio.NewReader(stderr))
		c.err = process.Wait()
	}()
	t.Cleanup(c.stop)
	return c
}

// readLog reads the log to its end. A server whose log is not read would stop.
func (c *chat) readLog(r *bufio.Reader) {
	for {
		line, err := r.ReadString('\n')
		c.mu.Lock()
		c.log = append(c.log, line)
		close(c.changed)
		c.changed = make(chan struct{})
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// lines is the log so far.
func (c *chat) lines() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.log)
}

// logged is the log so far, long lines cut.
func (c *chat) logged() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	for _, line := range c.log {
		fmt.Fprintf(&b, "%.300s\n", strings.TrimSuffix(line, "\n"))
	}
	return b.String()
}

// waitLog waits for a line of the log that is as wanted.
func (c *chat) waitLog(wanted func(string) bool) string {
	c.t.Helper()
	timeout := time.After(patience)
	for seen := 0; ; {
		c.mu.Lock()
		lines, changed := c.log[seen:], c.changed
		seen = len(c.log)
		c.mu.Unlock()
		for _, line := range lines {
			if wanted(line) {
				return line
			}
		}
		select {
		case <-changed:
		case <-c.ended:
			c.t.Fatalf("the server ended: %v\n%s", c.err, c.logged())
		case <-timeout:
			c.t.Fatalf("the server never logged it:\n%s", c.logged())
		}
	}
}

// interrupt is Ctrl-C, once: a second one would not wait for the goodbye.
func (c *chat) interrupt() {
	c.t.Helper()
	c.told.Do(c.signal)
}

func (c *chat) signal() {
	c.t.Helper()
	if err := c.process.Process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		c.t.Error(err)
	}
}

// stop ends the server by Ctrl-C and waits for it.
func (c *chat) stop() {
	c.interrupt()
	select {
	case <-c.ended:
	case <-time.After(patience):
		c.t.Error("the server does not end")
		c.process.Process.Kill()
		<-c.ended
	}
	if c.err != nil {
		c.t.Errorf("the server ended with %v\n%s", c.err, c.logged())
	}
}
