package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"rfc6455/cmd/ws/internal/cat"
	"rfc6455/cmd/ws/internal/cli"
	"rfc6455/cmd/ws/internal/tap"
	"rfc6455/cmd/ws/internal/transcript"
	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// A catTalk is a call of ws cat with its files.
type catTalk struct {
	*catCall
	in   io.Reader
	out  io.Writer
	err  *lockedWriter
	made []*os.File
	dump io.Writer // nil: none

	typed, shown bool // the input, the output is a terminal
}

// A lockedWriter is for several goroutines.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// prepare makes the files, so that a place where nothing can be written is found out
// before anybody is spoken to.
func (c *catCall) prepare(env *cli.Env) (*catTalk, error) {
	t := &catTalk{catCall: c, in: env.In, out: env.Out, err: &lockedWriter{w: env.Err}}
	env.Err = t.err
	t.typed, t.shown = cli.IsTerminal(env.In), cli.IsTerminal(env.Out) && c.output == ""
	if c.output != "" && !strings.Contains(c.output, "%d") {
		f, err := t.create("-o", c.output)
		if err != nil {
			return nil, err
		}
		t.out = f
	}
	if c.dump != "" {
		f, err := t.create("-dump", c.dump)
		if err != nil {
			t.close()
			return nil, err
		}
		t.dump = f
	}
	return t, nil
}

func (t *catTalk) create(flag, name string) (*os.File, error) {
	f, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("%s is %q: %w", flag, name, err)
	}
	t.made = append(t.made, f)
	return f, nil
}

// close closes the files.
func (t *catTalk) close() (err error) {
	for _, f := range t.made {
		err = errors.Join(err, f.Close())
	}
	t.made = nil
	return err
}

// An opened is a link, and where it leads.
type opened struct {
	*wire.Link
	url string
}

func (c *catCall) dial(ctx context.Context, url string, cfg *conn.Config) (*opened, error) {
	l, err := wire.Open(ctx, url, cfg)
	if err != nil {
		return nil, err
	}
	return &opened{l, url}, nil
}

// accept waits for the first client that does the opening handshake well, and closes
// ln.
func (t *catTalk) accept(ctx context.Context, ln net.Listener, url string, cfg *conn.Config) (*opened, error) {
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	defer ln.Close()
	fmt.Fprintf(t.err, "ws cat: listening on %s\n", url)
	for {
		nc, err := ln.Accept()
		if err != nil {
			return nil, err
		}
		l, err := t.shake(ctx, nc, cfg)
		if err == nil {
			return &opened{l, url}, nil
		}
		nc.Close()
		fmt.Fprintf(t.err, "ws cat: refused: %v\n", err)
		t.explain(err)
	}
}

// shake does the opening handshake with a client. A page from elsewhere, in a browser
// on this machine, must not get to write into a terminal or a pipe here (§10.2).
func (t *catTalk) shake(ctx context.Context, nc net.Conn, cfg *conn.Config) (*wire.Link, error) {
	r, err := wire.ReadRequest(ctx, nc, cfg)
	if err != nil {
		return nil, err
	}
	req, err := handshake.ParseRequest(r.Request)
	if err == nil {
		err = handshake.CheckOrigin(req, "http", req.Host, cfg.Origins)
	}
	if err == nil && req.Origin != "" && !t.target.Remote {
		err = handshake.CheckHost(req.Host, nil) // a name that leads here is no page of ours
	}
	if err != nil {
		return nil, r.Refuse(ctx, nc, err, cfg)
	}
	return r.Accept(ctx, nc, cfg)
}

// explain shows what the peer said where a handshake failed.
func (t *catTalk) explain(err error) {
	var refused *wire.RefusedError
	if !errors.As(err, &refused) {
		return
	}
	if t.verbose || len(refused.Body) == 0 {
		t.err.Write(cat.AppendHead(nil, "< ", string(refused.Head)))
	}
	t.err.Write(cat.AppendHead(nil, "< ", string(refused.Body)))
}

// talk talks on o until the connection has ended.
func (t *catTalk) talk(ctx context.Context, o *opened, cfg *conn.Config) error {
	began := time.Now()
	k := &cat.Talk{Began: began, N: t.n, Linger: t.linger, Complain: func(err error) { fmt.Fprintf(t.err, "ws cat: %v\n", err) }}
	w := &cat.Watcher{Role: o.Role, Active: k.Active}
	if t.verbose {
		w.W = t.err
		t.err.Write(t.appendHandshake(nil, o))
	}
	if err := t.begin(w, o, began); err != nil {
		return err
	}
	kept := 1 // byte: nobody looks
	if t.verbose || t.dump != nil {
		kept = t.limit
	}
	k.Tap = tap.New(o.Link, began, kept, w.Watch)
	k.Conn = conn.New(k.Tap, o.Role, o.Agreement, nil, cfg)
	k.Source, k.Sink = t.source(o.Role), t.sink()
	if t.typed {
		fmt.Fprintf(t.err, "ws cat: connected; a line is a message, Ctrl-D ends\n")
	}
	err := k.Run(ctx)
	if t.typed && err == nil {
		fmt.Fprintf(t.err, "ws cat: %s\n", strings.TrimPrefix(k.Conn.Err().Error(), "websocket: "))
	}
	return errors.Join(err, t.end(time.Since(began), k.Conn.Err()))
}

// begin writes what stands at the beginning of the output and of the transcript.
func (t *catTalk) begin(w *cat.Watcher, o *opened, began time.Time) (err error) {
	if t.dump != nil {
		w.Dump, err = transcript.NewWriter(t.dump, transcript.Header{
			Role: o.Role, URL: o.url, Time: began, Protocol: o.Agreement.Protocol, Deflate: o.Agreement.Deflate,
		})
	}
	if t.json && err == nil {
		err = cat.JSON{W: t.out}.Open(o.url, o.Agreement.Protocol, extensions(o.Agreement))
	}
	if err != nil {
		o.Close()
	}
	return err
}

// end writes what stands at the end, and closes the files.
func (t *catTalk) end(at time.Duration, ended error) (err error) {
	if t.json {
		err = cat.JSON{W: t.out}.End(at, ended)
	}
	return errors.Join(err, t.close())
}

// extensions gives what was agreed as the header says it.
func extensions(a handshake.Agreement) string {
	if !a.Deflate.Enabled {
		return ""
	}
	return transcript.Extensions(a.Deflate)
}

// appendHandshake appends both heads.
func (t *catTalk) appendHandshake(b []byte, o *opened) []byte {
	asked, answered := "> ", "< "
	if o.Role == frame.Server {
		asked, answered = answered, asked
	}
	return cat.AppendHead(cat.AppendHead(b, asked, string(o.Request)), answered, string(o.Answer))
}

func (t *catTalk) source(role frame.Role) cat.Source {
	op := frame.Text
	if t.binary {
		op = frame.Binary
	}
	switch {
	case len(t.files) > 0:
		return cat.Files(t.files, op, t.limit)
	case t.frames:
		return cat.Frames(t.in, role, t.limit)
	case t.binary:
		return cat.Whole(t.in, t.limit)
	}
	return cat.Lines(t.in, t.limit)
}

func (t *catTalk) sink() cat.Sink {
	switch {
	case t.json:
		return cat.JSON{W: t.out}
	case strings.Contains(t.output, "%d"):
		return &cat.Numbered{Pattern: t.output}
	case t.shown && t.typed:
		return cat.Screen{W: t.out, Mark: "< "}
	case t.shown:
		return cat.Screen{W: t.out}
	}
	return cat.Raw{W: t.out}
}
