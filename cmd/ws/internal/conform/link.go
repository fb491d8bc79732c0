package conform

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"sync"
	"time"

	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/frame/session"
	"rfc6455/handshake"
)

// readAtOnce is how much is read at once.
const readAtOnce = 64 << 10

// unlimited are the limits for what a target sends: a case bounds that by its time.
var unlimited = session.Limits{Message: 1 << 30, Fragments: math.MaxInt, ControlBurst: math.MaxInt32, ControlPerSecond: 1 << 20}

// A link is a connection with the target after the opening handshake. One goroutine
// sends and waits; one of its own reads.
type link struct {
	nc     net.Conn
	role   frame.Role // ours
	agreed handshake.DeflateParams
	log    *transcript
	keys   func() frame.MaskKey
	packer *deflate.Compressor
	early  []byte // what came with the handshake

	out     boundary
	noEcho  bool // data is not looked at
	changed chan struct{}
	done    chan struct{} // the reader has ended

	mu   sync.Mutex
	seen trace
	last time.Time // something came or went
}

// newLink begins to read. With noEcho data that come are not looked at.
func newLink(c *line, keys func() frame.MaskKey, noEcho bool) *link {
	l := &link{noEcho: noEcho, nc: c.Conn, role: c.role, agreed: c.agreed, log: c.log, keys: keys, early: c.early, last: time.Now(),
		changed: make(chan struct{}, 1), done: make(chan struct{})}
	if c.agreed.Enabled {
		l.packer = deflate.NewCompressor(wire.Window(c.agreed, c.role))
	}
	go l.read(newReceiver(c.role, c.agreed), c.early)
	return l
}

// newReceiver judges what the peer of an endpoint of role sends.
func newReceiver(role frame.Role, agreed handshake.DeflateParams) *session.Receiver {
	cfg := session.Config{Role: role, Limits: unlimited}
	if agreed.Enabled {
		cfg.Inflater = deflate.NewDecompressor(wire.Window(agreed, role.Peer()))
	}
	return session.NewReceiver(cfg)
}

// read looks at what comes until TCP ends.
func (l *link) read(r *session.Receiver, early []byte) {
	defer close(l.done)
	defer r.Close()
	l.take(r, early)
	b := make([]byte, readAtOnce)
	for {
		n, err := l.nc.Read(b)
		l.take(r, b[:n])
		if err != nil {
			l.mu.Lock()
			l.seen.over, l.seen.reset = true, !errors.Is(err, io.EOF)
			l.mu.Unlock()
			l.wake()
			return
		}
	}
}

func (l *link) take(r *session.Receiver, p []byte) {
	if len(p) == 0 {
		return
	}
	l.log.bytes(false, p)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = time.Now()
	if l.seen.close == "" {
		p = l.seen.feed(r, p, l.noEcho)
	}
	if l.seen.close != "" {
		l.seen.behind(p)
	}
	if err := r.Err(); err != nil && l.seen.broken == nil {
		l.seen.broken = err
	}
	l.wake()
}

// feed takes what came, up to a Close, and gives what stands behind that.
func (t *trace) feed(r *session.Receiver, p []byte, noEcho bool) []byte {
	for ev := range r.Feed(p) {
		t.event(ev, noEcho)
		if t.close != "" {
			break
		}
	}
	return r.Rest()
}

// event takes what the target said.
func (t *trace) event(ev session.Event, noEcho bool) {
	s := ev.String()
	switch ev.Opcode {
	case frame.Text, frame.Binary:
		if !noEcho {
			t.messages = append(t.messages, s)
		}
	case frame.Ping:
		t.pings = append(t.pings, string(ev.Payload))
	case frame.Pong:
		if t.probe != "" && s == t.probe {
			t.probed = true
		} else {
			t.pongs = append(t.pongs, s)
		}
	case frame.Close:
		t.close, t.code = s, ev.Code
	}
}

// behind takes what comes behind the Close, which the Receiver discards (§1.4).
func (t *trace) behind(p []byte) {
	if len(p) > 0 && len(t.after) == 0 {
		lines, _ := frames(p, true)
		for _, l := range lines[:min(len(lines), 4)] {
			t.after = append(t.after, l.Text)
		}
	}
}

func (l *link) wake() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// send writes bytes as they are. That the target does not take them shows in what it
// does, so there is no error.
func (l *link) send(ctx context.Context, b []byte) {
	l.log.bytes(true, b)
	l.out.pass(b)
	if d, ok := ctx.Deadline(); ok {
		l.nc.SetWriteDeadline(d)
	}
	l.nc.Write(b)
	l.mu.Lock()
	l.last = time.Now()
	l.mu.Unlock()
}

// frame sends a legal frame.
func (l *link) frame(ctx context.Context, op frame.Opcode, payload []byte) {
	f := frame.Frame{Header: frame.Header{Fin: true, Opcode: op, Length: int64(len(payload))}, Payload: payload}
	if l.role.Masks() {
		f.Masked, f.Key = true, l.keys()
	}
	l.send(ctx, f.AppendWire(nil))
}

// await waits until what holds, the connection has ended, or nothing has come or gone
// for idle. The target's Pings are answered meanwhile (§5.5.2).
func (l *link) await(ctx context.Context, idle time.Duration, what func(*trace) bool) bool {
	timer := time.NewTimer(idle)
	defer timer.Stop()
	for {
		l.mu.Lock()
		ok, over, rest := what(&l.seen), l.seen.ended(), idle-time.Since(l.last)
		pings := l.seen.pings
		l.seen.pings = nil
		l.mu.Unlock()
		if !l.out.inFrame() {
			for _, p := range pings {
				l.frame(ctx, frame.Pong, []byte(p))
			}
		}
		if ok || over || rest <= 0 {
			return ok
		}
		timer.Reset(rest)
		select {
		case <-l.changed:
		case <-timer.C:
		case <-ctx.Done():
			return false
		}
	}
}

// touch makes waiting begin anew.
func (l *link) touch() {
	l.mu.Lock()
	l.last = time.Now()
	l.mu.Unlock()
}

// trace gives what was seen so far.
func (l *link) trace() *trace {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.seen
	t.agreed, t.inFrame, t.waiting = l.agreed, l.out.inFrame(), l.out.inFrame() || l.out.message
	return &t
}

// end closes TCP and waits for the reader.
func (l *link) end() {
	l.nc.Close()
	<-l.done
	if l.packer != nil {
		l.packer.Close()
	}
}

// finish tells the target that nothing more comes, where TCP can say that.
func (l *link) finish() {
	if half, ok := l.nc.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
}

// pass moves a boundary over bytes of the stream.
func (b *boundary) pass(p []byte) {
	for len(p) > 0 && !b.nonsense {
		if b.payload > 0 {
			n := min(b.payload, int64(len(p)))
			b.payload, p = b.payload-n, p[n:]
			continue
		}
		had := len(b.head)
		b.head = append(b.head, p[:min(len(p), frame.MaxHeaderLen-had)]...)
		f, n, err := wire.ParseHeader(b.head)
		if err != nil {
			return
		}
		p, b.head = p[n-had:], b.head[:0]
		b.payload, b.nonsense = f.Length, f.Length < 0
		if !f.Opcode.IsControl() {
			b.message = !f.Fin
		}
	}
}
