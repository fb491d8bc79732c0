package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"rfc6455/server/conn"
)

// A heard is a writer that several goroutines use, and that tells what was written.
type heard struct {
	mu  sync.Mutex
	b   bytes.Buffer
	say chan struct{} // closed when until stands in it
	re  *regexp.Regexp
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.b.Write(p)
	if h.re != nil && h.re.Match(h.b.Bytes()) {
		close(h.say)
		h.re = nil
	}
	return len(p), nil
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.b.String()
}

// wait waits until pattern has been written, and gives what it matched.
func (h *heard) wait(t *testing.T, pattern string) string {
	t.Helper()
	re, said := regexp.MustCompile(pattern), make(chan struct{})
	h.mu.Lock()
	if re.Match(h.b.Bytes()) {
		close(said)
	} else {
		h.re, h.say = re, said
	}
	h.mu.Unlock()
	select {
	case <-said:
	case <-t.Context().Done():
		t.Fatalf("%s never came in %q", pattern, h)
	}
	return re.FindString(h.String())
}

// A started is a ws cat that runs.
type started struct {
	status    int
	out, errs heard
	interrupt context.CancelFunc
	ended     chan struct{}
	input     *io.PipeWriter
}

// start runs ws cat with input, nil for one that the test writes to.
func start(t *testing.T, input io.Reader, args ...string) *started {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &started{interrupt: cancel, ended: make(chan struct{})}
	if input == nil {
		input, s.input = io.Pipe()
	}
	go func() {
		defer close(s.ended)
		s.status = run(ctx, append([]string{"cat"}, args...), input, &s.out, &s.errs, func(string) string { return "" })
	}()
	t.Cleanup(func() {
		if s.input != nil {
			s.input.Close()
		}
		cancel()
		<-s.ended
	})
	return s
}

// callCat runs ws cat to its end.
func callCat(t *testing.T, input string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	s := start(t, strings.NewReader(input), args...)
	<-s.ended
	return s.status, s.out.String(), s.errs.String()
}

// accept runs a server that does what do says with each connection.
func accept(t *testing.T, cfg *conn.Config, do func(*conn.Conn)) (url string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := conn.Accept(w, r, cfg)
		if err != nil {
			return // Accept has answered
		}
		do(c)
	}))
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}
