package conform

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/server/conn"
)

// verdicts are a run's by case.
func verdicts(t *testing.T, cfg Config) map[string]Result {
	t.Helper()
	res, err := Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]Result{}
	for _, r := range res.All {
		all[r.Case.ID] = r
	}
	return all
}

func TestUnreachable(t *testing.T) {
	l := listen(t)
	url := "ws://" + l.Addr().String()
	l.Close()
	var unreachable *UnreachableError
	if _, err := Run(t.Context(), Config{URL: url, Cases: []string{"data/*"}}); !errors.As(err, &unreachable) {
		t.Errorf("got %v", err)
	}
	launch := func(context.Context, string) error { return &LaunchError{errors.New("no such program")} }
	if _, err := Run(t.Context(), Config{Listener: listen(t), Launch: launch, Cases: []string{"data/*"}}); !errors.As(err, &unreachable) {
		t.Errorf("a client that does not start: %v", err)
	}
	if _, err := Run(t.Context(), Config{URL: url, Cases: []string{"dada/*"}}); !errors.Is(err, ErrNoCase) {
		t.Errorf("no case: %v", err)
	}
	if _, err := Run(t.Context(), Config{}); err == nil {
		t.Error("nothing to try was tried")
	}
}

// A mortal server ends when somebody says a word.
func TestDied(t *testing.T) {
	l := listen(t)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := conn.Accept(w, r, nil)
		if err != nil {
			return
		}
		for ev := range c.Messages() {
			if strings.Contains(string(ev.Payload), "€") {
				l.Close()
				c.NetConn().Close()
				return
			}
			c.Reply(ev)
		}
	})}
	go s.Serve(l)
	res, err := Run(t.Context(), Config{URL: "ws://" + l.Addr().String(), Cases: []string{"data/order", "utf8/begins-anew", "utf8/whole"}, Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(res.Died, []string{"utf8/begins-anew"}) || res.All[0].Verdict != Pass {
		t.Errorf("died %q, %v", res.Died, res.All)
	}
}

// TestClientDied shows that a client's crash is told with the case, and does not end
// the run.
func TestClientDied(t *testing.T) {
	launch := func(ctx context.Context, url string) error {
		if strings.HasSuffix(url, "/data/order") {
			return &DiedError{errors.New("signal: segmentation fault")}
		}
		return echoClient(ctx, url)
	}
	res, err := Run(t.Context(), Config{Listener: listen(t), Launch: launch, Cases: []string{"data/order", "data/text-0"}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(res.Died, []string{"data/order"}) || res.Count(Pass) != 1 || res.Count(Fail) != 1 {
		t.Errorf("died %q, %+v", res.Died, res.All)
	}
}

// TestNoEcho judges a server that sends nothing back, and something by itself.
func TestNoEcho(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := conn.Accept(w, r, nil)
		if err != nil {
			return
		}
		c.Send(frame.Text, []byte("welcome"))
		for range c.Messages() {
			continue
		}
	}))
	t.Cleanup(s.Close)
	all := verdicts(t, Config{URL: "ws" + strings.TrimPrefix(s.URL, "http"), NoEcho: true,
		Cases: []string{"data/*", "control/*", "closing/*", "fragmentation/*", "reserved/*"}})
	for id, r := range all {
		if r.Verdict != Pass && r.Verdict != Skipped {
			t.Errorf("%s: %s: %s%s", id, r.Verdict, r.Reason, transcriptOf(r))
		}
	}
	for id, want := range map[string]Verdict{
		"data/text-0": Skipped, "data/half-a-frame": Pass, "control/ping-text": Pass, "closing/text-then-close": Pass,
		"reserved/rsv2-after-text": Pass, "fragmentation/five-with-pings": Skipped,
	} {
		if all[id].Verdict != want {
			t.Errorf("%s: %s, want %s", id, all[id].Verdict, want)
		}
	}
}

// TestNotAnEcho shows what becomes of a server that is no echo.
func TestNotAnEcho(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	all := verdicts(t, Config{URL: "ws" + strings.TrimPrefix(s.URL, "http"), Cases: []string{"data/order", "request/*"}})
	for id, want := range map[string]Verdict{
		"data/order": Fail, "request/simplest": Fail, "request/method-post": StrictOnly, "request/connection-missing": StrictOnly,
	} {
		if all[id].Verdict != want {
			t.Errorf("%s: %s %s, want %s", id, all[id].Verdict, all[id].Reason, want)
		}
	}
}

// TestProgress counts up to all, and a run that is cut short says so.
func TestProgress(t *testing.T) {
	var last Progress
	cfg := Config{URL: echoServer(t), Cases: []string{"data/*"}, Progress: func(p Progress) { last = p }}
	res, err := Run(t.Context(), cfg)
	if err != nil || last.Done != len(res.All) || last.All != len(res.All) || last.Last == nil {
		t.Errorf("last progress %+v, %v", last, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var told atomic.Int32
	cfg.Parallel = 1
	cfg.Progress = func(Progress) { told.Add(1); cancel() }
	res, err = Run(ctx, cfg)
	if !errors.Is(err, context.Canceled) || told.Load() == int32(len(res.All)) || res.Count(Skipped) == 0 {
		t.Errorf("%v after %d of %d", err, told.Load(), len(res.All))
	}
}

// TestInterrupted ends runs from outside while a target has no time to answer: it is
// accused of nothing.
func TestInterrupted(t *testing.T) {
	errEnough := errors.New("enough")
	for _, probe := range []bool{false, true} {
		ctx, interrupt := context.WithCancelCause(t.Context())
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, err := conn.Accept(w, r, nil)
			if err != nil {
				return
			}
			for range c.Messages() {
				interrupt(errEnough)
			}
		}))
		t.Cleanup(s.Close)
		res, err := Run(ctx, Config{URL: "ws" + strings.TrimPrefix(s.URL, "http"), Cases: []string{"data/*"}, Probe: probe})
		if !errors.Is(err, errEnough) || res != nil && res.Count(Fail) > 0 {
			t.Errorf("probe %t: %v, %+v", probe, err, res)
		}
		if _, err = Run(ctx, Config{URL: "ws" + strings.TrimPrefix(s.URL, "http")}); !errors.Is(err, errEnough) {
			t.Errorf("before it began: %v", err)
		}
	}
}

// TestSeed shows that the same seed sends the same bytes.
func TestSeed(t *testing.T) {
	sent := func(seed uint64) (text string) {
		for _, r := range verdicts(t, Config{URL: echoServer(t), Cases: []string{"masking/server-sends-unmasked", "data/order"}, Seed: seed}) {
			for _, l := range r.Lines {
				if l.Ours && !strings.HasPrefix(l.Text, "GET") {
					text += l.Text + "\n"
				}
			}
		}
		return text
	}
	if a, b := sent(7), sent(7); a != b || a == "" {
		t.Errorf("with one seed:\n%s\nand\n%s", a, b)
	}
	if sent(7) == sent(8) {
		t.Error("another seed changes nothing")
	}
}

// TestSilentTarget shows that a target that says nothing costs no more than the time
// of the case.
func TestSilentTarget(t *testing.T) {
	l := listen(t)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func(nc net.Conn) {
				<-t.Context().Done()
				nc.Close()
			}(nc)
		}
	}()
	began := time.Now()
	all := verdicts(t, Config{URL: "ws://" + l.Addr().String(), Cases: []string{"data/order", "key/missing"}, Timeout: 500 * time.Millisecond})
	if all["data/order"].Verdict != Fail || all["key/missing"].Verdict != Fail {
		t.Errorf("got %+v", all)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}
