package server

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime/debug"
	"sync/atomic"
	"time"

	"rfc6455/frame"
	"rfc6455/server/admit"
	"rfc6455/server/conn"
	"rfc6455/server/metrics"
)

// A visit is a connection, whatever it is here for: how it came, what it carried
// and why it ended.
type visit struct {
	conn *conn.Conn // these two first: a broadcast needs nothing else
	sent struct{ messages, bytes atomic.Uint64 }

	server *Server
	pass   *admit.Pass
	client *netip.Addr   // for whom a proxy asks; nil: the peer
	since  time.Duration // from the server's start

	read traffic // the reader's

	prev, next *visit // among the visitors; under Server.mu

	late    atomic.Int32  // twice how often it has not caught up; odd: it has ended
	verdict atomic.Uint32 // the code that we began to close with, and a reason<<16
}

// traffic is what went one way: messages, and bytes of their payloads when read, of
// their frames when sent.
type traffic struct{ messages, bytes uint64 }

// add adds a message of so many bytes.
func (t *traffic) add(bytes int) {
	t.messages++
	t.bytes += uint64(bytes)
}

// come begins the visit of a connection that was let in.
func (v *visit) come(s *Server, a arrival) {
	v.server, v.conn, v.pass, v.client = s, a.conn, a.pass, a.client
	v.since = time.Since(s.started)
}

// stripe is where the metrics count what this connection reads and sends: as good as
// random.
func (v *visit) stripe() uint32 { return uint32(v.since >> 4) }

// A reason says why we ended a connection, besides a broken rule or a deadline.
type reason uint32

const (
	unblamed reason = iota
	overflow
	flood
	notText
	tooLong
	fault
)

// reasons are their names in the metrics.
var reasons = [...]string{"", metrics.Overflow, metrics.Flood, metrics.Binary, frame.ErrMessageTooBig.ID, metrics.Panic}

// close sends a Close, if none was sent before, and remembers why.
func (v *visit) close(code frame.CloseCode, text string, why reason) {
	v.verdict.CompareAndSwap(0, uint32(why)<<16|uint32(code))
	v.conn.StartClose(code, text) // no news to one that has ended
}

// judged gives the close code that the connection ended with (§7.1.5), the peer's if
// that came first, and for what it was dropped, if it was.
func (v *visit) judged() (frame.CloseCode, string) {
	said := v.verdict.Load()
	code, why := frame.CloseCode(said), reasons[said>>16]
	err := v.conn.Err()
	if closed, ok := errors.AsType[*conn.ClosedError](err); ok {
		if closed.ByPeer || code == 0 {
			code = closed.Code
		}
		return code, why
	}
	if v, ok := errors.AsType[*frame.Violation](err); ok {
		return v.Code, v.ID
	}
	for _, deadline := range deadlines {
		if why == "" && errors.Is(err, deadline.err) {
			why = deadline.reason
		}
	}
	return frame.Abnormal, why
}

// deadlines are those that connections end by.
var deadlines = []struct {
	err    error
	reason string
}{
	{conn.ErrPongTimeout, metrics.PongTimeout},
	{conn.ErrWriteTimeout, metrics.WriteTimeout},
	{conn.ErrCloseTimeout, metrics.CloseTimeout},
}

// countRead counts messages that were read.
func (v *visit) countRead(t traffic) {
	v.read.messages += t.messages
	v.read.bytes += t.bytes
	v.server.Metrics.Received(v.stripe(), t.messages, t.bytes)
}

// countSent counts what went out, for this connection alone: the room tells of what
// went to many for all at once.
func (v *visit) countSent(t traffic) {
	v.sent.messages.Add(t.messages)
	v.sent.bytes.Add(t.bytes)
}

// countAnswers counts messages that went to this connection alone.
func (v *visit) countAnswers(t traffic) {
	v.countSent(t)
	v.server.Metrics.Sent(v.stripe(), t.messages, t.bytes)
}

// countAnswer counts one, by its payload.
func (v *visit) countAnswer(payload int) { v.countAnswers(traffic{1, uint64(frameLen(payload))}) }

// frameLen is how many bytes the frame of a payload has.
func frameLen(payload int) int { return frame.Header{Length: int64(payload)}.Len() + payload }

// lag counts a connection that has not taken all that it was offered; catchUp, that
// is called once for each, that it has. Either may come first, and both too late.
func (v *visit) lag() {
	if v.late.Add(2)&1 == 0 {
		v.server.Metrics.Lagging.Add(1)
	}
}

func (v *visit) catchUp() {
	if v.late.Add(-2)&1 == 0 {
		v.server.Metrics.Lagging.Add(-1)
	}
}

// stopLagging ends the count.
func (v *visit) stopLagging() {
	v.server.Metrics.Lagging.Add(-int64(v.late.Or(1) >> 1))
}

// guard, deferred where a connection's own code begins, keeps a fault of ours to
// that connection: it is closed with 1011 (§7.4.1), and the others live.
func (v *visit) guard() {
	p := recover()
	if p == nil {
		return
	}
	v.server.log.Error("panic in a connection", v.about("panic", fmt.Sprint(p), "stack", string(debug.Stack()))...)
	v.close(frame.InternalError, "internal error", fault)
}

// about says in a log whose connection it is.
func (v *visit) about(more ...any) []any {
	about := []any{"remote", v.conn.NetConn().RemoteAddr().String()}
	if v.client != nil {
		about = append(about, "client", v.client.String())
	}
	return append(about, more...)
}
