package hunt

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/faulty"
	"rfc6455/cmd/ws/internal/model"
	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
	"rfc6455/testdata"
)

// dialer gives how to open connections to a server.
func dialer(url string) func(context.Context, handshake.DeflateConfig) (*wire.Link, error) {
	return func(ctx context.Context, d handshake.DeflateConfig) (*wire.Link, error) {
		return wire.Open(ctx, url, &conn.Config{Deflate: d})
	}
}

// acceptor gives how to open connections with the clients that come to ln.
func acceptor(ln net.Listener) func(context.Context, handshake.DeflateConfig) (*wire.Link, error) {
	return func(ctx context.Context, d handshake.DeflateConfig) (*wire.Link, error) {
		nc, err := ln.Accept()
		if err != nil {
			return nil, err
		}
		return wire.Accept(ctx, nc, &conn.Config{Deflate: d})
	}
}

func listen(t *testing.T) (ln net.Listener, url string) {
	t.Helper()
	ln, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln, "ws://" + ln.Addr().String() + "/"
}

// against gives a run against a faulty endpoint of role, which lives as long as the
// test.
func against(t *testing.T, e faulty.Endpoint, role frame.Role) Config {
	t.Helper()
	cfg, stop := endpoint(t, e, role)
	t.Cleanup(stop)
	return cfg
}

// endpoint is against for an endpoint that lives until stop is called.
func endpoint(t *testing.T, e faulty.Endpoint, role frame.Role) (cfg Config, stop func()) {
	t.Helper()
	// A machine that is busy with other things may be slow to answer.
	cfg = Config{Role: role, Seed: 1, Conns: 2, Finds: 1, Timeout: 3 * time.Second}
	if e.Fault != nil {
		l := e.Fault.Limits
		cfg.Limits = testdata.Limits{Message: l.Message, Fragments: l.Fragments, Burst: l.Burst}
	}
	ln, url := listen(t)
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	stop = func() { cancel(); ln.Close(); all.Wait() }
	if role == frame.Server {
		all.Go(func() { e.Serve(ctx, ln) })
		cfg.Open = dialer(url)
		return cfg, stop
	}
	for range cfg.Conns + 1 {
		all.Go(func() {
			for ctx.Err() == nil {
				e.Dial(ctx, url) // how it ends shows at the other side
			}
		})
	}
	cfg.Open = acceptor(ln)
	return cfg, stop
}

// checkClean demands a run of n cases in which nothing deviates and nothing is lax.
func checkClean(t *testing.T, cfg Config, n uint64) {
	t.Helper()
	cfg.Count, cfg.Finds = n, 3
	var told []Status
	res, err := Run(t.Context(), cfg, func(s Status) { told = append(told, s) })
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range res.Finds {
		t.Errorf("deviates:\n%s", f.Script())
	}
	if res.Executions != n || res.Lax != 0 || len(res.Died) > 0 {
		t.Errorf("%d cases of %d, lax %q, died %d", res.Executions, n, res.Lax, len(res.Died))
	}
	if len(told) == 0 || told[0].Coverage == "" || res.Elapsed == 0 {
		t.Errorf("told %+v", told)
	}
	if covered := len(res.Reachable) - len(res.Coverage.Missing(res.Reachable)); covered < len(res.Reachable)/2 {
		t.Errorf("of %d rules only %d were broken", len(res.Reachable), covered)
	}
}

// TestConformingTargets shows that nothing is found where there is nothing: this
// module's connections, both roles, and the plain endpoint without a fault.
func TestConformingTargets(t *testing.T) {
	deflate := handshake.DeflateConfig{Enabled: true, ServerTakeover: true, ClientTakeover: true}
	t.Run("server", func(t *testing.T) {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, err := conn.Accept(w, r, &conn.Config{Deflate: deflate})
			if err != nil {
				return // Accept has answered
			}
			for ev := range c.Messages() {
				c.Reply(ev)
			}
		}))
		defer s.Close()
		checkClean(t, Config{Open: dialer("ws" + strings.TrimPrefix(s.URL, "http")), Seed: 2, Conns: 3, Timeout: 5 * time.Second}, 400)
	})
	t.Run("client", func(t *testing.T) {
		ln, url := listen(t)
		ctx, cancel := context.WithCancel(t.Context())
		var clients sync.WaitGroup
		defer func() { cancel(); ln.Close(); clients.Wait() }()
		for range 4 {
			clients.Go(func() {
				for ctx.Err() == nil {
					c, err := conn.Dial(ctx, url, &conn.Config{Deflate: deflate})
					if err != nil {
						continue // the run is over
					}
					for ev := range c.Messages() {
						c.Reply(ev)
					}
				}
			})
		}
		checkClean(t, Config{Open: acceptor(ln), Role: frame.Client, Seed: 3, Conns: 3, Timeout: 5 * time.Second}, 400)
	})
	for _, role := range []frame.Role{frame.Server, frame.Client} {
		t.Run("plain "+role.String(), func(t *testing.T) {
			limits := faulty.Limits{Message: 3000, Fragments: 20, Burst: 40}
			cfg := against(t, faulty.Endpoint{Limits: limits}, role)
			cfg.Limits = testdata.Limits{Message: limits.Message, Fragments: limits.Fragments}
			checkClean(t, cfg, 200)
		})
	}
}

// TestFindsFaults plants some faults, and demands that they are found, made small, and
// there when they are played again. All of them: see TestSoakFaults.
func TestFindsFaults(t *testing.T) {
	for id, want := range map[string]string{
		"rsv3-ignored": "reserved-bits", "utf8-surrogates": "text-not-utf8", "codes-low": "close-code",
		"limit-per-frame": "message-too-big", "pong-cut": "pong-other", "fragments-singly": "",
	} {
		for _, role := range []frame.Role{frame.Server, frame.Client} {
			t.Run(id+"/"+role.String(), func(t *testing.T) {
				fault := faulty.Find(id)
				if fault == nil {
					t.Fatal("no such fault")
				}
				cfg := against(t, faulty.Endpoint{Fault: fault}, role)
				cfg.For = time.Minute
				res, err := Run(t.Context(), cfg, nil)
				if err != nil || len(res.Finds) != 1 {
					t.Fatalf("found %d, %v", len(res.Finds), err)
				}
				f := res.Finds[0]
				if !strings.Contains(f.Deviation.Kind, want) || len(f.Case.Units) > 6 {
					t.Errorf("found %q, want %q:\n%s", f.Deviation.Kind, want, f.Script())
				}
				finds, err := model.ParseScripts("f.txt", f.Script())
				if err != nil {
					t.Fatal(err)
				}
				again, err := Repeat(t.Context(), cfg, finds)
				if err != nil || len(again) != 1 || again[0].Differs == nil || again[0].Differs.Kind != f.Deviation.Kind {
					t.Errorf("played again: %+v, %v", again, err)
				}
				well, err := Repeat(t.Context(), against(t, faulty.Endpoint{Limits: fault.Limits}, role), finds)
				if err != nil || len(well) != 1 || well[0].Differs != nil {
					t.Errorf("without the fault: %+v, %v", well, err)
				}
			})
		}
	}
}

// TestProbes shows that what the RFC lets be is found out by a probe, allowed, and
// hides nothing else; and with Strict it is a deviation.
func TestProbes(t *testing.T) {
	for id, want := range map[string]model.Allow{
		"long-length-taken": model.NonMinimal, "utf8-late": model.LateUTF8, "context-tolerated": model.OldWindow,
		"close-code-fixed": model.OwnCode, "fails-silently": model.NoClose,
		"pongs-reversed": model.PongOrder, "pong-after-message": model.LatePong, "pong-answered": model.UnaskedPong,
	} {
		t.Run(id, func(t *testing.T) {
			cfg := against(t, faulty.Endpoint{Fault: faulty.Find(id)}, frame.Server)
			cfg.Count = 150
			res, err := Run(t.Context(), cfg, nil)
			if err != nil || res.Lax != want {
				t.Fatalf("lax %q, want %q, %v", res.Lax, want, err)
			}
			for _, f := range res.Finds {
				t.Errorf("deviates:\n%s", f.Script())
			}
		})
	}
	t.Run("strict", func(t *testing.T) {
		cfg := against(t, faulty.Endpoint{Fault: faulty.Find("long-length-taken")}, frame.Server)
		cfg.For, cfg.Strict = time.Minute, true
		res, err := Run(t.Context(), cfg, nil)
		if err != nil || res.Lax != 0 || len(res.Finds) != 1 || !strings.HasSuffix(res.Finds[0].Deviation.Kind, "length-not-minimal") {
			t.Errorf("%+v, %v", res, err)
		}
	})
}

// TestNoEcho shows that another kind of endpoint is told from one with faults.
func TestNoEcho(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := conn.Accept(w, r, nil)
		if err != nil {
			return // Accept has answered
		}
		c.Send(frame.Text, []byte("welcome"))
		for range c.Messages() {
		}
	}))
	defer s.Close()
	_, err := Run(t.Context(), Config{Open: dialer("ws" + strings.TrimPrefix(s.URL, "http")), Conns: 1, Finds: 1, Timeout: 5 * time.Second}, nil)
	if !errors.Is(err, ErrNoEcho) || !strings.Contains(err.Error(), "welcome") {
		t.Errorf("got %v", err)
	}
}

// TestTargetDies shows that the case that killed a target is kept, were it the last.
func TestTargetDies(t *testing.T) {
	cfg := Config{Seed: 1, Conns: 1, Finds: 10, For: time.Minute, Timeout: 5 * time.Second}
	n := fatal(t, cfg)
	cfg.Count = n
	if last := fatal(t, cfg); last != n {
		t.Errorf("died of case %d, and with no more than those of case %d", n, last)
	}
}

// fatal runs cfg against a server that dies of long messages, and says after how many
// cases it did.
func fatal(t *testing.T, cfg Config) uint64 {
	t.Helper()
	ln, url := listen(t)
	died := make(chan struct{})
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := conn.Accept(w, r, nil)
		if err != nil {
			return // Accept has answered
		}
		for ev := range c.Messages() {
			if slices.Contains(ev.Payload, 0xfe) && len(ev.Payload) > 600 {
				ln.Close()
				close(died)
				c.NetConn().Close()
				return
			}
			c.Reply(ev)
		}
	})}
	go s.Serve(ln)
	defer s.Close()
	cfg.Open = dialer(url)
	res, err := Run(t.Context(), cfg, nil)
	if err != nil || len(res.Died) != 1 {
		t.Fatalf("%+v, %v", res, err)
	}
	<-died
	if kind := res.Died[0].Deviation.Kind; kind != "died" {
		t.Errorf("kept as %q\n%s", kind, res.Died[0].Script())
	}
	if _, err := model.ParseScripts("died.txt", res.Died[0].Script()); err != nil {
		t.Error(err)
	}
	return res.Executions
}

// TestTargetDiesEarly shows that a target may die of a probe: this one of the first
// frame with a reserved opcode.
func TestTargetDiesEarly(t *testing.T) {
	ln, url := listen(t)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return // it died
			}
			serving.Go(func() {
				if dies := echoPlainly(nc); dies {
					ln.Close()
				}
				nc.Close()
			})
		}
	})
	res, err := Run(t.Context(), Config{Open: dialer(url), Seed: 1, Conns: 1, Finds: 10, For: time.Minute, Timeout: 2 * time.Second}, nil)
	ln.Close()
	serving.Wait()
	if err != nil || len(res.Died) == 0 || res.Executions > 0 {
		t.Fatalf("%+v, %v", res, err)
	}
	for _, u := range res.Died[len(res.Died)-1].Case.Units {
		if u.Frame.Opcode.IsReserved() {
			return
		}
	}
	t.Errorf("kept\n%s", res.Died[len(res.Died)-1].Script())
}

// echoPlainly echoes frames, and says whether it met a reserved opcode.
func echoPlainly(nc net.Conn) (dies bool) {
	l, err := wire.Accept(context.Background(), nc, &conn.Config{})
	if err != nil {
		return false
	}
	for {
		f, err := l.ReadFrame(1 << 20)
		if f.Opcode.IsReserved() {
			return true
		}
		if err != nil {
			return false
		}
		if f.Opcode == frame.Ping {
			f.Opcode = frame.Pong
		}
		l.WriteFrame(l.Frame(f.Opcode, f.Payload))
		if f.Opcode == frame.Close {
			return false
		}
	}
}

func TestUnreachable(t *testing.T) {
	ln, url := listen(t)
	ln.Close()
	if _, err := Run(t.Context(), Config{Open: dialer(url), Conns: 1, Timeout: time.Second}, nil); !wire.Unreachable(err) {
		t.Errorf("got %v", err)
	}
}

// TestEndsWithContext shows that a run ends when it is told to, with what it has.
func TestEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cfg := against(t, faulty.Endpoint{}, frame.Server)
	res, err := Run(ctx, cfg, func(s Status) {
		if s.Executions >= 20 {
			cancel()
		}
	})
	if err != nil || res.Executions < 20 || len(res.Finds) > 0 {
		t.Errorf("%+v, %v", res, err)
	}
}

// TestSameCases shows that with a seed the same cases are played however many
// connections share them, and each alone as in the run.
func TestSameCases(t *testing.T) {
	played := func(conns int, first, count uint64) model.Coverage {
		cfg := against(t, faulty.Endpoint{}, frame.Server)
		cfg.Conns, cfg.First, cfg.Count, cfg.Strict = conns, first, count, true
		res, err := Run(t.Context(), cfg, nil)
		if err != nil || res.Executions != count {
			t.Fatalf("%+v, %v", res, err)
		}
		return res.Coverage
	}
	one, three, parts := played(1, 0, 70), played(3, 0, 70), played(2, 0, 40)
	for _, more := range []model.Coverage{played(1, 40, 1), played(2, 41, 29)} {
		for _, m := range [][2]map[string]int{{parts.Rules, more.Rules}, {parts.Opcodes, more.Opcodes}, {parts.Lengths, more.Lengths}} {
			for key, n := range m[1] {
				m[0][key] += n
			}
		}
	}
	if one.String() != three.String() || one.String() != parts.String() {
		t.Errorf("one connection\n%sthree\n%sin parts\n%s", one.String(), three.String(), parts.String())
	}
}
