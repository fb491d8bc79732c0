package conform

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rfc6455/frame/session"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// An echo is what a target has to be.
type echo struct{}

func (echo) Message(c *conn.Conn, ev session.Event) { c.Reply(ev) }
func (echo) End(*conn.Conn)                         {}

// echoServer serves echoes, with compression.
func echoServer(t testing.TB, change ...func(*conn.Config)) string {
	cfg := &conn.Config{Deflate: handshake.DeflateConfig{Enabled: true, ServerTakeover: true, ClientTakeover: true}}
	cfg.Limits.Message = 16 << 20
	for _, f := range change {
		f(cfg)
	}
	cfg = cfg.WithDefaults()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := conn.Accept(w, r, cfg); err == nil {
			c.Run(echo{})
		}
	}))
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http") + "/echo"
}

// echoClient sends every message of a server back.
func echoClient(ctx context.Context, url string) error {
	cfg := &conn.Config{Deflate: handshake.DeflateConfig{Enabled: true, ServerTakeover: true, ClientTakeover: true, ClientMaxWindowBits: 15}}
	cfg.Limits.Message = 16 << 20
	c, err := conn.Dial(ctx, url, cfg)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { c.NetConn().Close() })()
	for ev := range c.Messages() {
		c.Reply(ev)
	}
	return nil
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// judged runs cfg, and demands that no case is worse than a pass.
func judged(t *testing.T, cfg Config) *Results {
	t.Helper()
	cfg.Timeout, cfg.Patience = 80*time.Second, 5*time.Second // for machines that have other work
	res, err := Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range res.All {
		if r.Verdict == Fail || r.Verdict == StrictOnly {
			t.Errorf("%s: %s: %s%s", r.Case.ID, r.Verdict, r.Reason, transcriptOf(r))
		}
	}
	if testing.Verbose() {
		for _, r := range res.All {
			if r.Reason != "" || r.Took > 2*time.Second {
				t.Logf("%s: %s in %v: %.150s", r.Case.ID, r.Verdict, r.Took.Round(time.Millisecond), r.Reason)
			}
		}
	}
	t.Logf("%v: %d pass, %d strict-only, %d fail, %d skipped", res.Took.Round(time.Millisecond),
		res.Count(Pass), res.Count(StrictOnly), res.Count(Fail), res.Count(Skipped))
	return res
}

// TestOwnServer and TestOwnClient let our own endpoints be judged: every case passes.
func TestOwnServer(t *testing.T) {
	t.Parallel()
	judged(t, Config{URL: echoServer(t), Message: 16 << 20, Only: shortly()})
}

func TestOwnClient(t *testing.T) {
	t.Parallel()
	judged(t, Config{Listener: listen(t), Launch: echoClient, Message: 16 << 20, Only: shortly()})
}

// shortly leaves out what only takes long, if tests are to be short.
func shortly() func(*Case) bool {
	agreements := 0
	return func(c *Case) bool {
		switch {
		case !testing.Short():
			return true
		case strings.HasPrefix(c.ID, "deflate/agree-"):
			agreements++
			return agreements%16 == 0
		}
		return !c.alone && !strings.Contains(c.ID, "131072") && !strings.Contains(c.ID, "-in-") && !strings.Contains(c.ID, "numbered")
	}
}

// TestOwnServerHostile and TestOwnClientHostile do so with floods, bombs and slowness.
func TestOwnServerHostile(t *testing.T) {
	t.Parallel()
	judged(t, Config{URL: echoServer(t), Cases: []string{"robustness/*"}, Hostile: true, short: testing.Short()})
}

func TestOwnClientHostile(t *testing.T) {
	t.Parallel()
	judged(t, Config{Listener: listen(t), Launch: echoClient, Cases: []string{"robustness/*"}, Hostile: true, short: testing.Short()})
}

// transcriptOf is the end of what went over the wire.
func transcriptOf(r Result) string {
	var b strings.Builder
	for _, l := range r.Lines[max(0, len(r.Lines)-12):] {
		fmt.Fprintf(&b, "\n  %6v ours=%-5t %.200s", l.At.Round(time.Millisecond), l.Ours, l.Text)
	}
	return b.String()
}
