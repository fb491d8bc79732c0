//go:build !386

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/server/conn"
)

// The load under which context switches are counted.
const (
	switchMembers = 200
	switchRate    = 20 // messages a second
	switchTime    = 3 * time.Second
)

// The bare system calls are there so that a quiet server is left asleep: ordinary
// ones wake the runtime's monitor, which then looks around again and again.
func TestContextSwitches(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("takes seconds, and the race detector's own work counts")
	}
	const most = 20
	var bare, ordinary float64
	for range 3 { // other work on the machine counts too
		bare, ordinary = switchesPerMessage(t), switchesPerMessage(t, "-tags", "portable")
		t.Logf("%.1f switches a message, %.1f with ordinary system calls", bare, ordinary)
		if bare <= most && bare < ordinary {
			return
		}
	}
	t.Errorf("%.1f switches a message, want %d at most and less than the %.1f with ordinary system calls", bare, most, ordinary)
}

// switchesPerMessage builds the server, lets its members hear messages at the
// fixed rate, and counts how often its threads gave their processor up.
func switchesPerMessage(t *testing.T, flags ...string) float64 {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "chat")
	if out, err := exec.Command("go", append(append([]string{"build", "-o", binary}, flags...), ".")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c := startBinary(t, binary)
	var members []*conn.Conn
	var heard sync.WaitGroup
	for range switchMembers {
		m, err := conn.Dial(t.Context(), "ws://"+c.host+"/chat", nil)
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, m)
		heard.Go(func() {
			for range m.Messages() {
			}
		})
	}
	time.Sleep(time.Second) // all are greeted and at rest
	ticker := time.NewTicker(time.Second / switchRate)
	defer ticker.Stop()
	pid, n := c.process.Process.Pid, 0
	before := switches(t, pid)
	for start := time.Now(); time.Since(start) < switchTime; n++ {
		<-ticker.C
		if err := members[n%switchMembers].Send(frame.Text, []byte("switches "+strconv.Itoa(n))); err != nil {
			t.Fatal(err)
		}
	}
	after := switches(t, pid)
	for _, m := range members {
		m.StartClose(frame.NormalClosure, "")
	}
	heard.Wait()
	return float64(after-before) / float64(n)
}

// switches counts the voluntary context switches of a process's threads.
func switches(t *testing.T, pid int) (n int) {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil || len(files) == 0 {
		t.Fatalf("no threads of process %d: %v", pid, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(text) {
			if value, ok := bytes.CutPrefix(line, []byte("voluntary_ctxt_switches:")); ok {
				k, err := strconv.Atoi(string(bytes.TrimSpace(value)))
				if err != nil {
					t.Fatal(err)
				}
				n += k
			}
		}
	}
	return n
}
