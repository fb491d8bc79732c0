package conn_test

import (
	"slices"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// A diary is what a TurnHandler was told, in order.
type diary struct {
	told []string
	end  chan struct{}
}

func (d *diary) Message(c *conn.Conn, ev session.Event) {
	d.told = append(d.told, ev.String())
	c.Reply(ev)
}

func (d *diary) Turned(*conn.Conn) { d.told = append(d.told, "turned") }

func (d *diary) End(*conn.Conn) { close(d.end) }

// Turned comes once for all messages of a read, whatever else came in it; not for
// a read without one; and before End.
func TestTurned(t *testing.T) {
	ours, theirs := tcpPair(t)
	p := newPeer(t, theirs, frame.Client)
	early := wire(t, frame.Client, `text "a"`, `ping "x"`, `text "b"`, `text more "c"`)
	c := conn.New(ours, frame.Server, handshake.Agreement{}, early, nil)
	d := &diary{end: make(chan struct{})}
	c.Serve(d)
	p.want(`text "a"`, `pong "x"`, `text "b"`)
	p.send(`ping "y"`)
	p.want(`pong "y"`)
	p.send(`cont "d"`)
	p.want(`text "cd"`)
	p.send(`close 1000`)
	p.want(`close 1000`)
	<-d.end
	want := []string{`text "a"`, `text "b"`, "turned", `text "cd"`, "turned"}
	if !slices.Equal(d.told, want) {
		t.Errorf("told %q, want %q", d.told, want)
	}
}
