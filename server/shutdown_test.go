package server

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/server/conn"
)

// shutdown calls Shutdown elsewhere and gives its answer.
func shutdown(ctx context.Context, s *rig) <-chan error {
	done := make(chan error, 1)
	go func() { done <- s.Shutdown(ctx) }()
	return done
}

func TestShutdown(t *testing.T) {
	s := serve(t, Config{}, patient)
	member, guest := s.upgrade(t, "/").greeted(), s.upgrade(t, "/echo")
	down := shutdown(t.Context(), s)
	for _, p := range []*peer{member, guest} {
		p.want(`close 1001 "the server is going down"`)
	}
	late := s.tcp(t)
	late.raw(s.request("/"))
	header := late.header()
	if !strings.HasPrefix(header, "HTTP/1.1 503 ") || !strings.Contains(header, "Connection: close\r\n") || !strings.Contains(late.rest(), goodbye) {
		t.Errorf("an upgrade while going down: %q", header)
	}
	member.send(`text "too late"`, `close 1001`)
	guest.send(`ping "p"`, `close 1001`)
	guest.want(`pong "p"`)
	for _, p := range []*peer{member, guest} {
		if rest := p.rest(); rest != "" {
			t.Errorf("after the Close came %q", rest)
		}
	}
	if err := <-down; err != nil {
		t.Error(err)
	}
	if strings.Contains(s.log.String(), "too late") {
		t.Error("a text after our Close was published")
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Errorf("second shutdown: %v", err)
	}
}

// Whoever comes by the door while it closes is served or refused, never left.
func TestShutdownRace(t *testing.T) {
	for range 20 {
		s := serve(t, Config{})
		ends := make(chan error, 10)
		for range cap(ends) {
			go func() {
				c, err := conn.Dial(t.Context(), "ws://"+s.addr, nil)
				if err != nil {
					ends <- nil // refused, or the listener is closed
					return
				}
				for range c.Messages() {
				}
				ends <- c.Err()
			}()
		}
		if err := s.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range cap(ends) {
			var closed *conn.ClosedError
			if err := <-ends; err != nil && (!errors.As(err, &closed) || closed.Code != frame.GoingAway) {
				t.Errorf("connection ended by: %v", err)
			}
		}
	}
}

func TestShutdownEndsGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	clock := &conn.Clock{}
	s := serve(t, Config{Clock: clock})
	for range 5 {
		c := s.join(t)
		c.say("x")
		c.want(Prefix + "x")
		c.Close(frame.NormalClosure, "")
	}
	silent := s.upgrade(t, "/").greeted()
	silent.nc.Close()
	r, err := http.Get("http://" + s.addr)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "as few goroutines as before", func() bool { return runtime.NumGoroutine() <= before })
}

// Who does not answer the Close is waited for as long as the deadline says.
func TestShutdownDespiteSilence(t *testing.T) {
	t.Parallel()
	s := serve(t, Config{}, func(s *Server) { s.chat.CloseTimeout = 100 * time.Millisecond })
	silent := s.upgrade(t, "/").greeted()
	began := time.Now()
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	silent.wantCloseFrame(frame.GoingAway)
	silent.rest()
}

func TestShutdownGivesUpWithContext(t *testing.T) {
	s := serve(t, Config{}, patient)
	silent := s.upgrade(t, "/").greeted()
	ctx, cancel := context.WithCancelCause(t.Context())
	down := shutdown(ctx, s)
	silent.wantCloseFrame(frame.GoingAway)
	cancel(nil)
	if err := <-down; !errors.Is(err, context.Canceled) {
		t.Errorf("shutdown gave %v", err)
	}
	silent.send(`close 1001`)
	silent.rest()
}

// A request that never becomes one does not hold the server either.
func TestShutdownClosesHTTP(t *testing.T) {
	s := serve(t, Config{})
	half := s.tcp(t)
	half.raw("GET / HTTP/1.1\r\n")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("shutdown gave %v", err)
	}
	half.rest()
}
