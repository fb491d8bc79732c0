package hunt

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"rfc6455/cmd/ws/internal/model"
	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/testdata"
)

// readAtOnce is how much is read at once, in bytes.
const readAtOnce = 64 << 10

// A link is a connection with what was sent on it. It belongs to one goroutine.
type link struct {
	wire     *wire.Link
	setting  model.Setting
	observer *model.Observer
	sent     []model.Case  // those before the current one
	finished sync.Once     // our end of TCP was sent
	written  chan struct{} // closed when the current case is, or nothing goes any more
	reset    bool          // a write was told so; to be read when written is closed
	buffer   []byte
}

// open opens a connection.
func (h *hunt) open(ctx context.Context, offer handshake.DeflateConfig) (*link, error) {
	w, err := h.Open(ctx, offer)
	h.away.Store(err != nil)
	if err != nil {
		return nil, err
	}
	h.connections.Add(1)
	s := model.Setting{Role: h.Role, Limits: h.Limits, Most: h.most, Deflate: parameters(w.Agreement.Deflate)}
	return &link{wire: w, setting: s, observer: model.NewObserver(&s), buffer: make([]byte, readAtOnce)}, nil
}

// parameters gives what was agreed as scripts have it.
func parameters(p handshake.DeflateParams) *testdata.Parameters {
	if !p.Enabled {
		return nil
	}
	return &testdata.Parameters{
		ServerNoContextTakeover: p.ServerNoContextTakeover, ClientNoContextTakeover: p.ClientNoContextTakeover,
		ServerMaxWindowBits: p.ServerMaxWindowBits, ClientMaxWindowBits: p.ClientMaxWindowBits,
	}
}

// agreedAs says whether that is what was agreed.
func (l *link) agreedAs(p *testdata.Parameters) bool {
	got := l.setting.Deflate
	return got == p || got != nil && p != nil && *got == *p
}

func (l *link) close() {
	l.wire.Close()
	l.observer.Close()
}

// An outcome is what became of a case.
type outcome struct {
	verdict   model.Verdict
	deviation *model.Deviation
	seen      model.Observed
	late      bool // it was waited for in vain
	took      time.Duration
	usable    bool // the connection can go on
	strict    model.Variant
}

// play sends a case and waits for what the target makes of it.
func (l *link) play(ctx context.Context, c *model.Case, allow model.Allow, timeout time.Duration) outcome {
	variants := model.Predict(c, allow)
	l.observer.Next()
	begun := time.Now()
	l.wire.Conn.SetDeadline(begun.Add(timeout))
	defer context.AfterFunc(ctx, func() { l.wire.Conn.SetDeadline(time.Unix(1, 0)) })()
	l.send(c, model.WantsEnd(c, variants))
	defer func() { <-l.written }()
	o := outcome{strict: variants[0]}
	for {
		o.verdict, o.deviation = model.Judge(c, variants, &l.observer.Seen, allow)
		if o.verdict != model.Pending {
			break
		}
		if l.observer.Seen.Close != nil && (l.setting.Role == frame.Client || allow&model.LateEnd != 0) {
			l.finish() // a client waits for it (§7.1.1)
		}
		l.read(ctx)
	}
	o.seen = l.observer.Seen
	o.late, o.took = o.seen.Late, time.Since(begun)
	o.usable = o.verdict == model.Holds && o.strict.End == model.Open && c.GoesOn()
	if !o.usable {
		l.wire.Conn.SetWriteDeadline(time.Unix(1, 0)) // what is still being written need not be
	}
	return o
}

// longWrite is from where on a case is written beside the reading: the target may
// not take more before its answers are taken.
const longWrite = 32 << 10

// send writes a case, and the end of TCP behind it if that is wanted.
func (l *link) send(c *model.Case, end bool) {
	l.written = make(chan struct{})
	b := c.Bytes()
	write := func() {
		defer close(l.written)
		for i, p := range c.Writes(b) {
			if i > 0 && i <= felt {
				time.Sleep(pause)
			}
			if _, err := l.wire.Write(p); err != nil {
				l.reset = errors.Is(err, syscall.ECONNRESET)
				return
			}
		}
		if end {
			l.finish()
		}
	}
	if len(b) < longWrite && len(c.Cuts) == 0 {
		write()
	} else {
		go write()
	}
}

// The first few cuts are given time in which the target can read what is there, so
// that it feels them. What is sent, and what is right, does not depend on it.
const (
	felt  = 2
	pause = 200 * time.Microsecond
)

// finish sends our end of TCP, once.
func (l *link) finish() {
	l.finished.Do(func() {
		if half, ok := l.wire.Conn.(interface{ CloseWrite() error }); ok {
			half.CloseWrite()
		}
	})
}

// read takes what comes next: bytes, the end of TCP, or the deadline.
func (l *link) read(ctx context.Context) {
	n, err := l.wire.Read(l.buffer)
	l.observer.Feed(l.buffer[:n])
	switch {
	case n > 0 || err == nil:
	case errors.Is(err, os.ErrDeadlineExceeded) || ctx.Err() != nil:
		l.observer.Seen.Late = true
	default:
		<-l.written // the system tells of a reset once: reads behind that write end in order, without what the reset ate
		l.observer.End(inOrder(err) && !l.reset)
	}
}

// inOrder tells an end of TCP from a reset. TLS can be ended by an alert alone.
func inOrder(err error) bool {
	var alert tls.AlertError
	var op *net.OpError
	return errors.Is(err, io.EOF) || errors.As(err, &alert) && !errors.As(err, &op)
}
