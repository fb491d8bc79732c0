package autobahn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"sync"
	"time"

	"rfc6455/cmd/ws/internal/conform"
	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
)

// maxClients bounds the clients that are served at once.
const maxClients = 256

// A FuzzingServer waits for clients that are to be tested, and does what they ask.
type FuzzingServer struct {
	Spec   *Spec
	Config conform.Config                   // Timeout, Patience, Message, NoEcho, Seed, Conn
	Record *Record                          // what came of it
	Log    func(format string, args ...any) // nil: says nothing; one call at a time

	cases []Numbered
	mu    sync.Mutex // of Log
	busy  busy
}

// A busy counts the cases under way by agent: a client sees the end of one before it
// is recorded, and may ask at once.
type busy struct {
	mu    sync.Mutex
	count map[string]int
	less  *sync.Cond
}

func (b *busy) add(agent string, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.init()
	b.count[agent] += n
	b.less.Broadcast()
}

// wait waits until none of an agent's is under way. Each ends with its timeout.
func (b *busy) wait(agent string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.init()
	for b.count[agent] > 0 {
		b.less.Wait()
	}
}

func (b *busy) init() {
	if b.count == nil {
		b.count, b.less = map[string]int{}, sync.NewCond(&b.mu)
	}
}

// Serve serves clients on ln until ctx ends.
func (s *FuzzingServer) Serve(ctx context.Context, ln net.Listener) (err error) {
	if s.cases, err = s.Spec.Numbered(frame.Client); err != nil {
		return err
	}
	var all sync.WaitGroup
	defer all.Wait()
	defer context.AfterFunc(ctx, func() { ln.Close() })()
	places := make(chan struct{}, maxClients)
	for {
		nc, err := ln.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			defer nc.Close()
			s.serve(ctx, nc)
		})
	}
}

func (s *FuzzingServer) log(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Log != nil {
		s.Log(format, args...)
	}
}

// serve does what one client asks for.
func (s *FuzzingServer) serve(ctx context.Context, nc net.Conn) {
	req, err := wire.ReadRequest(ctx, nc, &s.Config.Conn)
	if err != nil {
		return // no client of ours
	}
	q := req.URL.Query()
	agent := q.Get("agent")
	answer := ""
	switch req.URL.Path {
	case "/runCase":
		s.runCase(ctx, nc, req, agent, q)
		return
	case "/getCaseCount":
		answer = strconv.Itoa(len(s.cases))
	case "/getCaseInfo":
		answer, err = s.info(q)
	case "/getCaseStatus":
		answer, err = s.status(agent, q)
	case "/updateReports":
		s.busy.wait(agent)
		s.log("agent %q: writing reports to %s", agent, s.Spec.Outdir)
		err = s.Record.Write(s.Spec.Outdir)
	default:
		err = fmt.Errorf("there is no %q", req.URL.Path)
	}
	if err != nil {
		s.log("%s: %v", req.URL, err)
	}
	s.say(ctx, nc, req, answer, err)
}

// runCase plays a case with the client.
func (s *FuzzingServer) runCase(ctx context.Context, nc net.Conn, req *wire.Request, agent string, q url.Values) {
	c, err := s.find(q)
	switch {
	case err == nil && agent == "":
		err = errors.New("runCase needs agent=NAME")
	case err == nil && s.Spec.Excluded(agent, c.Number):
		s.log("agent %q: case %s is left out", agent, c.Number)
		s.say(ctx, nc, req, "", nil)
		return
	}
	if err != nil {
		s.log("%s: %v", req.URL, err)
		s.say(ctx, nc, req, "", err)
		return
	}
	s.busy.add(agent, 1)
	defer s.busy.add(agent, -1)
	res, err := conform.Play(ctx, s.Config, c.Case, nc, req)
	if err == nil {
		s.Record.Add(agent, c.Number, res)
		s.log("agent %q: case %s (%s): %s %s", agent, c.Number, c.ID, res.Verdict, res.Reason)
	}
}

// find gives the case that a query names.
func (s *FuzzingServer) find(q url.Values) (Numbered, error) {
	if number := q.Get("casetuple"); number != "" {
		for _, c := range s.cases {
			if c.Number == number {
				return c, nil
			}
		}
		return Numbered{}, fmt.Errorf("case %q is not among those chosen", number)
	}
	n, err := strconv.Atoi(q.Get("case"))
	if err != nil || n < 1 || n > len(s.cases) {
		return Numbered{}, fmt.Errorf("case %q is not from 1 to %d", q.Get("case"), len(s.cases))
	}
	return s.cases[n-1], nil
}

func (s *FuzzingServer) info(q url.Values) (string, error) {
	c, err := s.find(q)
	if err != nil {
		return "", err
	}
	return asJSON(map[string]string{"id": c.Number, "description": c.What}), nil
}

func (s *FuzzingServer) status(agent string, q url.Values) (string, error) {
	c, err := s.find(q)
	if err != nil {
		return "", err
	}
	s.busy.wait(agent)
	behavior, ok := s.Record.Behavior(agent, c.Number)
	if !ok {
		return "", fmt.Errorf("case %s was not run by %q", c.Number, agent)
	}
	return asJSON(map[string]string{"behavior": behavior}), nil
}

func asJSON(v map[string]string) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error() // strings always are JSON
	}
	return string(b)
}

// say opens the connection, sends text if there is any, and closes it: with 1008 for
// what was asked wrongly.
func (s *FuzzingServer) say(ctx context.Context, nc net.Conn, req *wire.Request, text string, wrong error) {
	l, err := req.Accept(ctx, nc, &s.Config.Conn)
	if err != nil {
		return // it was answered
	}
	nc.SetDeadline(time.Now().Add(max(s.Config.Timeout, time.Second)))
	if text != "" {
		l.WriteFrame(l.Frame(frame.Text, []byte(text)))
	}
	code, reason := frame.NormalClosure, ""
	if wrong != nil {
		code, reason = frame.PolicyViolation, wrong.Error()
	}
	l.WriteFrame(l.Frame(frame.Close, frame.AppendClose(nil, code, reason)))
	for { // until its Close (§7.1.1), whatever it says before
		f, err := l.ReadFrame(1 << 20)
		var violation *frame.Violation
		if err != nil && !errors.As(err, &violation) || f.Opcode == frame.Close || errors.Is(err, io.EOF) {
			return
		}
	}
}
