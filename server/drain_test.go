package server

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/server/chat"
	"rfc6455/server/conn"
)

// closings are the times at which connections were told to leave; each must have
// been by 1001.
func closings(t *testing.T, all []*client) <-chan []time.Time {
	t.Helper()
	done := make(chan []time.Time, 1)
	times := make([]time.Time, len(all))
	var wg sync.WaitGroup
	for i, c := range all {
		wg.Go(func() {
			for range c.Messages() {
			}
			times[i] = time.Now()
			if closed, ok := errors.AsType[*conn.ClosedError](c.Err()); !ok || closed.Code != frame.GoingAway {
				t.Errorf("connection ended by: %v", c.Err())
			}
		})
	}
	go func() { wg.Wait(); done <- times }()
	return done
}

func spread(times []time.Time) time.Duration {
	first, last := times[0], times[0]
	for _, at := range times {
		if at.Before(first) {
			first = at
		}
		if at.After(last) {
			last = at
		}
	}
	return last.Sub(first)
}

// Who goes down says goodbye to some after the others; who is still there goes on
// chatting, and nobody new comes.
func TestDrainInWaves(t *testing.T) {
	t.Parallel() // it takes its time
	s := serve(t, Config{Drain: 4 * time.Second})
	var all []*client
	for range 60 {
		all = append(all, s.join(t))
	}
	done := closings(t, all)
	down := shutdown(t.Context(), s)
	eventually(t, "the first to be gone", func() bool { return s.count() < len(all) })
	answer, _ := s.get(t, "GET", "/readyz", "")
	if answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("ready: %d", answer.StatusCode)
	}
	if answer, _ := s.get(t, "GET", "/healthz", ""); answer.StatusCode != 200 {
		t.Errorf("health: %d", answer.StatusCode)
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	s.refused(t, http.StatusServiceUnavailable, "/chat")
	if _, err := s.hallOf(t, chat.Lobby).room.Publish(s.running, chat.Body{Text: []byte("x")}.Append(nil)); err != nil {
		t.Errorf("between the waves: %v", err)
	}
	if err := <-down; err != nil {
		t.Error(err)
	}
	if took := spread(<-done); took < time.Second {
		t.Errorf("60 connections were closed within %v", took)
	}
	if got := s.Metrics.Closes.Of("1001").Value(); got != 60 {
		t.Errorf("%d goodbyes counted", got)
	}
	if got := s.Metrics.Refusals.Of("going-down").Value(); got != 1 {
		t.Errorf("%d refusals counted", got)
	}
}

// When time is up nobody waits for a wave of his own.
func TestDrainCutShort(t *testing.T) {
	s := serve(t, Config{Drain: time.Hour})
	var all []*client
	for range 20 {
		all = append(all, s.join(t))
	}
	done := closings(t, all)
	ctx, cancel := context.WithCancel(t.Context())
	down := shutdown(ctx, s)
	cancel()
	if err := <-down; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-done
}

// Nor is there one for nobody.
func TestDrainOfNobody(t *testing.T) {
	s := serve(t, Config{Drain: time.Hour})
	c := s.join(t)
	down := shutdown(t.Context(), s)
	c.Close(frame.NormalClosure, "")
	if err := <-down; err != nil {
		t.Error(err)
	}
}
