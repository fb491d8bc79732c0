package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/server/conn"
	"rfc6455/testdata/outside"
)

// A pane is a real terminal: tmux's.
type pane struct {
	t      *testing.T
	tmux   string
	socket string
}

// openPane runs a shell's command in a terminal, as ws of the test binary's.
func openPane(t *testing.T, command string) *pane {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "ws") // a socket's path has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	p := &pane{t, outside.Program(t, "apt-get install tmux", "tmux"), filepath.Join(folder, "s")}
	script := fmt.Sprintf("trap : INT; ws() { %s=1 '%s' \"$@\"; }; %s; echo status $?; exec cat", asWS, self, command)
	p.do("-f", os.DevNull, "new-session", "-d", "-x", "100", "-y", "24", "exec /bin/sh -c "+quoteShell(script))
	t.Cleanup(func() { p.do("kill-server") })
	return p
}

func quoteShell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// do runs a command of tmux's.
func (p *pane) do(args ...string) string {
	p.t.Helper()
	c := exec.Command(p.tmux, append([]string{"-u", "-S", p.socket}, args...)...)
	c.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TMUX=")
	out, err := c.CombinedOutput()
	if err != nil {
		p.t.Fatalf("tmux %s: %v: %s", args, err, out)
	}
	return string(out)
}

// sees waits until pattern stands on the screen.
func (p *pane) sees(pattern string) {
	p.t.Helper()
	re := regexp.MustCompile("(?m)" + pattern)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(30 * time.Second)
	for {
		screen := p.do("capture-pane", "-p")
		if re.MatchString(screen) {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			p.t.Fatalf("%s is never seen on\n%s", pattern, screen)
		}
	}
}

// types types text and Enter; keys presses keys by tmux's names.
func (p *pane) types(text string)    { p.do("send-keys", "-l", text); p.keys("Enter") }
func (p *pane) keys(names ...string) { p.do(append([]string{"send-keys"}, names...)...) }

// TestCatInTerminal talks in a terminal, with a server that means ill.
func TestCatInTerminal(t *testing.T) {
	url := accept(t, nil, func(c *conn.Conn) {
		c.Send(frame.Text, []byte("\x1b]0;owned\x07\x1b[2Jhello \u009b31m"))
		c.Send(frame.Binary, []byte("\x00\xff"))
		echoes(c)
	})
	p := openPane(t, "ws cat "+url)
	p.sees(`^ws cat: connected; a line is a message, Ctrl-D ends$`)
	p.sees(`^< \\x1b\]0;owned\\a\\x1b\[2Jhello \\u009b31m$`)
	p.sees(`^< binary 0x00ff$`)
	p.types("Grüße 世界")
	p.sees(`^Grüße 世界\n< Grüße 世界$`)
	if title := p.do("display-message", "-p", "#{pane_title}"); strings.Contains(title, "owned") {
		t.Errorf("the server set the title: %s", title)
	}
	p.keys("C-d")
	p.sees(`^status 0$`)
}

// TestCatInTerminalInterrupted presses Ctrl-C.
func TestCatInTerminalInterrupted(t *testing.T) {
	p := openPane(t, "ws cat -v "+serve(t, none))
	p.sees(`^ws cat: connected`)
	p.keys("C-c")
	p.sees(`> close 1001 +2 bytes`)
	p.sees(`< close 1001 +2 bytes`)
	p.sees(`^status 0$`)
}

// TestCatIntoPipe shows that a pipe gets what came as it is, in the midst of a
// terminal.
func TestCatIntoPipe(t *testing.T) {
	url := accept(t, nil, func(c *conn.Conn) {
		c.Send(frame.Binary, []byte("\x00\xff"))
		c.Send(frame.Text, []byte("\x1b[2J"))
		echoes(c)
	})
	p := openPane(t, "ws cat -n 2 "+url+" </dev/null | od -An -tx1")
	p.sees(`00 ff 1b 5b 32 4a 0a`)
	p.sees(`^status 0$`)
}
