package load

import (
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// alone gives a client without a connection, the only sender of a run.
func alone(size int) *client {
	p := Default()
	p.Size, p.Rate = size, 1
	r := newRun(p)
	c := &client{run: r, tally: r.tallies[0], streams: make([]stream, 1)}
	senders := []*client{c}
	r.stage.Store(&senders)
	return c
}

// TestTakeJudges shows what becomes of arrivals that nobody can have sent.
func TestTakeJudges(t *testing.T) {
	c := alone(64)
	c.issued.Store(2)
	take := func(p probe) { c.take(session.Event{Opcode: frame.Text, Payload: c.run.shape.message(p)}) }
	take(probe{0, 0, 0})
	take(probe{0, 1, 1 << 44}) // due in the future
	take(probe{0, 2, 0})       // not sent yet
	take(probe{1, 0, 0})       // no such sender
	take(probe{rollCall, 0, 0})
	take(probe{0, 0, 0})
	take(probe{0, 1, 0})
	got := c.tally.counts
	if want := (counts{received: 2, damaged: 3, duplicate: 1, gotBytes: 6 * 64}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if !c.heard.Load() || c.run.present.Load() != 1 || c.received.Load() != 2 {
		t.Errorf("heard %t, present %d, received %d", c.heard.Load(), c.run.present.Load(), c.received.Load())
	}
}

// write takes a message as a connection would.
func write(frame.Opcode, []byte) error { return nil }

func TestMessageAllocates(t *testing.T) {
	c := alone(64)
	n := int64(0)
	b := c.run.shape.message(probe{})
	got := testing.AllocsPerRun(1000, func() {
		if err := c.send(0, write); err != nil {
			t.Fatal(err)
		}
		c.run.shape.write(b, probe{0, n, 0})
		c.take(session.Event{Opcode: frame.Text, Payload: b})
		n++
	})
	if got != 0 || c.received.Load() != n {
		t.Errorf("%g allocations, %d of %d received", got, c.received.Load(), n)
	}
}

func BenchmarkMessage(b *testing.B) {
	b.ReportAllocs()
	c := alone(64)
	n := int64(0)
	m := c.run.shape.message(probe{})
	for b.Loop() {
		c.send(0, write)
		c.run.shape.write(m, probe{0, n, 0})
		c.take(session.Event{Opcode: frame.Text, Payload: m})
		n++
	}
}
