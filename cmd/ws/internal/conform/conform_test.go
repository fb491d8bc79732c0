package conform

import (
	"context"
	"fmt"
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
	cfg.Limits.Message = 64 << 20
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

func TestOwnServer(t *testing.T) {
	began := time.Now()
	res, err := Run(context.Background(), Config{URL: echoServer(t)})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range res.All {
		if r.Verdict == Fail || r.Verdict == StrictOnly {
			t.Errorf("%s: %s: %s", r.Case.ID, r.Verdict, r.Reason)
			t.Logf("%s", transcriptOf(r))
		}
		if r.Verdict == Skipped {
			t.Logf("%s skipped: %s", r.Case.ID, r.Reason)
		}
		if r.Took > time.Second {
			t.Logf("%s took %v", r.Case.ID, r.Took)
		}
	}
	t.Log(time.Since(began), len(res.All), res.Count(Pass), res.Count(StrictOnly), res.Count(Fail), res.Count(Skipped))
}

// transcriptOf is the end of what went over the wire.
func transcriptOf(r Result) string {
	var b strings.Builder
	for _, l := range r.Lines[max(0, len(r.Lines)-12):] {
		fmt.Fprintf(&b, "\n  %6v ours=%-5t %.200s", l.At.Round(time.Millisecond), l.Ours, l.Text)
	}
	return b.String()
}
