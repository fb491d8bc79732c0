package conform

import (
	"context"
	"errors"
	"fmt"
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

// serveWith serves connections that do is done with.
func serveWith(t *testing.T, do func(l net.Listener, c *conn.Conn)) (url string) {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := conn.Accept(w, r, nil); err == nil {
			do(s.Listener, c)
		}
	})
	s.Start()
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

// TestProbe tells what is no echo from one that is broken, which is judged.
func TestProbe(t *testing.T) {
	replies := func(_ net.Listener, c *conn.Conn) {
		for ev := range c.Messages() {
			c.Reply(ev)
		}
	}
	for name, one := range map[string]struct {
		do   func(net.Listener, *conn.Conn)
		want string // of the error; "": there is none
		died string
	}{
		"an echo": {do: replies},
		"one that greets": {do: func(l net.Listener, c *conn.Conn) {
			c.Send(frame.Text, []byte("welcome"))
			replies(l, c)
		}, want: `came text "welcome"`},
		"one that listens": {do: func(_ net.Listener, c *conn.Conn) {
			for range c.Messages() {
				continue
			}
		}, want: "came nothing, and to a Ping its Pong"},
		"one that closes": {do: func(_ net.Listener, c *conn.Conn) {
			c.Close(frame.PolicyViolation, "")
		}},
		"one that dies": {do: func(l net.Listener, c *conn.Conn) {
			l.Close()
			c.NetConn().Close()
		}, died: echoID},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := Config{URL: serveWith(t, one.do), Cases: []string{"data/order"}, Probe: true, Patience: time.Second}
			res, err := Run(t.Context(), cfg)
			switch {
			case one.want != "":
				if !errors.Is(err, ErrNoEcho) || !strings.Contains(err.Error(), one.want) {
					t.Errorf("%v, want %q", err, one.want)
				}
			case err != nil:
				t.Error(err)
			case one.died != "" && !slices.Contains(res.Died, one.died):
				t.Errorf("died %q, want %q", res.Died, one.died)
			}
			if one.want != "" {
				cfg.NoEcho = true
				if _, err := Run(t.Context(), cfg); err != nil {
					t.Errorf("that needs not echo: %v", err)
				}
			}
		})
	}
}

// TestProbeClient tells the same of clients.
func TestProbeClient(t *testing.T) {
	launch := func(ctx context.Context, url string) error {
		c, err := conn.Dial(ctx, url, nil)
		if err != nil {
			return err
		}
		for range c.Messages() {
			continue
		}
		return nil
	}
	cfg := Config{Listener: listen(t), Launch: launch, Cases: []string{"data/order"}, Probe: true, Patience: time.Second}
	if _, err := Run(t.Context(), cfg); !errors.Is(err, ErrNoEcho) {
		t.Errorf("got %v", err)
	}
	cfg.Listener, cfg.Launch = listen(t), echoClient
	if res, err := Run(t.Context(), cfg); err != nil || res.Count(Pass) != 1 {
		t.Errorf("an echo: %v, %+v", err, res)
	}
}

// TestNobodyComes ends a run to whose first cases no client came, but not one that has
// seen any.
func TestNobodyComes(t *testing.T) {
	var launched, absent atomic.Int32
	launch := func(context.Context, string) error {
		return fmt.Errorf("exit status %d", launched.Add(1))
	}
	var unreachable *UnreachableError
	_, err := Run(t.Context(), Config{Listener: listen(t), Launch: launch, Cases: []string{"data/*"}, Parallel: 1})
	if !errors.As(err, &unreachable) || launched.Load() != mostAbsent || !strings.Contains(err.Error(), fmt.Sprint("exit status ", mostAbsent)) {
		t.Errorf("after %d launches: %v", launched.Load(), err)
	}
	once := func(ctx context.Context, url string) error {
		if absent.Add(1) > 1 {
			return errors.New("gone")
		}
		return echoClient(ctx, url)
	}
	res, err := Run(t.Context(), Config{Listener: listen(t), Launch: once, Cases: []string{"data/*"}, Parallel: 1})
	if err != nil || res.Count(Pass) != 1 || res.Count(Fail) <= mostAbsent {
		t.Errorf("%v: %+v", err, res)
	}
}
