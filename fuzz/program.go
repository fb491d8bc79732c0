package fuzz

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A program is a process that runs. Its owner arms it before it waits for it: who
// does not answer in time is killed, so that every read and write comes back.
type program struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stdout io.Closer // below out
	stderr ending
	timer  *time.Timer
	after  time.Duration // of the timer
	late   atomic.Bool   // the timer came first
}

func start(command, env []string) (*program, error) {
	if len(command) == 0 {
		return nil, errors.New("no command is given")
	}
	p := &program{cmd: exec.Command(command[0], command[1:]...)}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = &p.stderr
	p.cmd.WaitDelay = time.Second // for what it left behind, holding its standard error
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.in, p.out, p.stdout = in, bufio.NewReader(out), out
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *program) arm(d time.Duration) {
	p.after = d
	p.timer = time.AfterFunc(d, func() {
		p.late.Store(true)
		p.cut()
	})
}

func (p *program) disarm() { p.timer.Stop() }

// cut kills the program and closes our ends of its pipes: what it has started, as a
// shell does, may outlive it and hold the others.
func (p *program) cut() {
	p.cmd.Process.Kill()
	p.in.Close()
	p.stdout.Close()
}

// end ends an armed program and says why: because of err or, if that only says
// that the program is gone, how it went.
func (p *program) end(err error) error {
	p.in.Close()
	if err != nil && !gone(err) {
		p.cut() // it said something wrong, and may go on so
	}
	io.Copy(io.Discard, p.out) // until it is gone: by itself, or by the timer
	went := p.cmd.Wait()
	p.disarm()
	switch {
	case p.late.Load():
		err = fmt.Errorf("timeout: no answer within %v", p.after)
	case err == nil || gone(err) && went != nil:
		err = went
	case gone(err):
		err = errors.New("exit status 0, though it was not told to end")
	}
	if said := p.stderr.String(); err != nil && said != "" {
		err = fmt.Errorf("%w\n%s", err, said)
	}
	return err
}

// gone tells errors of a pipe whose other end is closed.
func gone(err error) bool {
	var broken *os.PathError // of a write
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &broken)
}

// maxStderr bounds what is kept of a program's standard error, in bytes.
const maxStderr = 8 << 10

// An ending keeps the end of what is written to it.
type ending struct {
	mu   sync.Mutex
	kept []byte
}

func (t *ending) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p[max(0, len(p)-maxStderr):]...)
	t.kept = t.kept[max(0, len(t.kept)-maxStderr):]
	return len(p), nil
}

// String is what was kept, line by line marked as what it is.
func (t *ending) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	for line := range strings.Lines(strings.TrimSpace(string(t.kept))) {
		b.WriteString("stderr: " + line)
	}
	return b.String()
}
