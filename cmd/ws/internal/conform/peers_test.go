package conform

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/testdata/outside"
)

// A library is somebody else's implementation of the protocol.
type library struct {
	name    string
	program []string // that runs its echo endpoint
	probe   []string // succeeds if the library is installed
	how     string   // to get it
}

var libraries = []library{
	{
		name: "ws", program: []string{"node", "testdata/echo_peer.js"}, probe: []string{"node", "-e", "require('ws')"},
		how: "npm install --prefix DIR ws, and NODE_PATH=DIR/node_modules in the environment",
	},
	{
		// Debian's packages belong to Debian's Python.
		name: "websockets", program: []string{"/usr/bin/python3", "-W", "ignore", "testdata/echo_peer.py"},
		probe: []string{"/usr/bin/python3", "-c", "import websockets"}, how: "apt-get install python3-websockets",
	},
}

// A peer is a library's process. It ends with its standard input.
type peer struct {
	in   io.WriteCloser
	told *bufio.Scanner

	mu    sync.Mutex
	ended map[string][]chan struct{} // by URL, in order; closed when that connection has ended
}

func (l library) start(t *testing.T, role frame.Role) *peer {
	t.Helper()
	if err := exec.Command(l.probe[0], l.probe[1:]...).Run(); err != nil {
		outside.Missing(t, l.name, l.how)
	}
	cmd := exec.Command(l.program[0], append(l.program[1:len(l.program):len(l.program)], role.String())...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
		defer timer.Stop()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s ended with %v", l.name, err)
		}
	})
	return &peer{in: in, told: bufio.NewScanner(out), ended: map[string][]chan struct{}{}}
}

// listen reads which connections have ended.
func (p *peer) listen() {
	for p.told.Scan() {
		p.mu.Lock()
		if waiting := p.ended[p.told.Text()]; len(waiting) > 0 {
			close(waiting[0])
			p.ended[p.told.Text()] = waiting[1:]
		}
		p.mu.Unlock()
	}
}

// open has the peer open a URL, and waits for the end of the connection.
func (p *peer) open(ctx context.Context, url string) error {
	ended := make(chan struct{})
	p.mu.Lock()
	p.ended[url] = append(p.ended[url], ended)
	_, err := fmt.Fprintln(p.in, url)
	p.mu.Unlock()
	if err != nil {
		return &LaunchError{err}
	}
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// judge has the library judged in the cases that do not take long.
func (l library) judge(t *testing.T, role frame.Role) *Results {
	p := l.start(t, role)
	cfg := Config{Patience: time.Second, Parallel: 16, Only: func(c *Case) bool {
		return c.Family != Performance && !strings.HasPrefix(c.ID, "deflate/agree-") && !strings.HasPrefix(c.ID, "deflate/numbered-")
	}}
	if role == frame.Client {
		go p.listen()
		cfg.Listener, cfg.Name, cfg.Launch = listen(t), l.name, p.open
	} else if p.told.Scan() {
		cfg.URL = "ws://127.0.0.1:" + p.told.Text() + "/"
	}
	res, err := Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// TestPeers judges other people's libraries in both roles. What comes of that is
// theirs; ours is that each case is judged, and says why where it does not pass, and
// that none of them asks for what nobody does: where all fail, the case has to name the
// clause that it stands on in its record, or be marked as stricter than the RFC.
func TestPeers(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	t.Parallel() // it mostly waits for what does not come
	for _, role := range []frame.Role{frame.Server, frame.Client} {
		t.Run(role.String(), func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			cases, verdicts := map[string]*Case{}, map[string][]Verdict{}
			t.Run("all", func(t *testing.T) { // its end is that of all libraries
				for _, lib := range libraries {
					t.Run(lib.name, func(t *testing.T) {
						t.Parallel()
						res := lib.judge(t, role)
						checkJudged(t, res)
						mu.Lock()
						defer mu.Unlock()
						for _, r := range res.All {
							cases[r.Case.ID] = r.Case
							verdicts[r.Case.ID] = append(verdicts[r.Case.ID], r.Verdict)
						}
					})
				}
			})
			for _, id := range slices.Sorted(maps.Keys(verdicts)) {
				checkAsked(t, cases[id], verdicts[id])
			}
		})
	}
}

// checkJudged looks whether a run came to its end and says what it found.
func checkJudged(t *testing.T, res *Results) {
	t.Helper()
	t.Logf("%v: %d pass, %d strict-only, %d fail, %d skipped", res.Took.Round(time.Millisecond),
		res.Count(Pass), res.Count(StrictOnly), res.Count(Fail), res.Count(Skipped))
	if len(res.Died) > 0 {
		t.Errorf("it died of %q", res.Died)
	}
	if n := res.Count(Pass); n < len(res.All)/2 {
		t.Errorf("%d of %d cases passed: is it an echo endpoint?", n, len(res.All))
	}
	for _, r := range res.All {
		if !slices.Contains(Verdicts, r.Verdict) || r.Verdict != Pass && r.Reason == "" {
			t.Errorf("%s: %q for %q", r.Case.ID, r.Verdict, r.Reason)
		}
		if r.Verdict == Fail && len(r.Lines) == 0 {
			t.Errorf("%s failed, and no frame shows it: %s", r.Case.ID, r.Reason)
		}
	}
}

// checkAsked looks whether a case that fails wherever it was played says by what right.
// One that is marked as stricter than the RFC may not even fail.
func checkAsked(t *testing.T, c *Case, got []Verdict) {
	t.Helper()
	played := slices.DeleteFunc(got, func(v Verdict) bool { return v == Skipped })
	if len(played) == 0 || slices.ContainsFunc(played, func(v Verdict) bool { return v != Fail }) {
		return
	}
	t.Logf("%s fails wherever it is played, in %d: %s: %s %s", c.ID, len(played), c.Clause, c.What, c.Strict)
	if err := cited(c.Clause); err != nil && c.Strict == "" {
		t.Errorf("%s fails wherever it is played, and its clause %q %v", c.ID, c.Clause, err)
	}
}
