package cat

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"rfc6455/cmd/ws/internal/tap"
	"rfc6455/frame"
	"rfc6455/server/conn"
)

// All is the N of a Talk that ends by its Linger alone.
const All = -1

// A Talk is what there is to say and to hear.
type Talk struct {
	Conn   *conn.Conn
	Tap    *tap.Conn // below Conn: it sends frames as they are
	Source Source
	Sink   Sink
	Began  time.Time

	N      int           // messages to take: not one more goes to Sink; or All
	Linger time.Duration // without data either way, after the end of Source: then it closes

	Complain func(error) // told of each message that is not fit to be sent; any goroutine

	active atomic.Int64  // when data went by last, since Began
	unsent atomic.Bool   // something of Source was not sent
	ending chan struct{} // Source has ended
	enough chan struct{} // N messages came
}

// Active tells that data went by.
func (t *Talk) Active() { t.active.Store(int64(time.Since(t.Began))) }

// Errors of a Talk that did not go as it should have, besides those of the
// connection and of Sink.
var (
	ErrUnsent = errors.New("not all of the input was sent")
	ErrFew    = errors.New("messages are missing")
)

// Run talks until the connection has ended. It is nil if all that there was to say
// and to hear was said and heard and the connection closed in good order; when ctx
// ends, it closes at once.
func (t *Talk) Run(ctx context.Context) error {
	t.ending, t.enough = make(chan struct{}), make(chan struct{})
	go t.send()
	var closing sync.WaitGroup
	closing.Go(func() { t.closeInTime(ctx) })
	took, err := t.receive()
	closing.Wait()
	switch end := t.Conn.Err(); {
	case err != nil:
		return err
	case !well(end):
		return end
	case t.unsent.Load():
		return ErrUnsent
	case t.N > took && ctx.Err() == nil:
		return fmt.Errorf("%w: %d of %d came", ErrFew, took, t.N)
	}
	return nil
}

// well says whether a connection ended in good order.
func well(err error) bool {
	var closed *conn.ClosedError
	if !errors.As(err, &closed) {
		return false
	}
	switch closed.Code {
	case frame.NormalClosure, frame.GoingAway, frame.NoStatus:
		return true
	}
	return false
}

// receive hands the messages to Sink until the connection has ended, and says how
// many those were.
func (t *Talk) receive() (took int, err error) {
	if t.N == 0 {
		close(t.enough)
	}
	for ev := range t.Conn.Messages() {
		if took == t.N || err != nil {
			continue
		}
		if err = t.Sink.Take(time.Since(t.Began), ev); err != nil {
			t.stop(frame.InternalError)
			continue
		}
		if took++; took == t.N {
			close(t.enough)
		}
	}
	return took, err
}

// send sends what Source has.
func (t *Talk) send() {
	defer close(t.ending)
	for m, err := range t.Source {
		if err != nil {
			t.unsent.Store(true)
			t.Complain(err)
			continue
		}
		if err := t.sendOne(m); err != nil {
			t.unsent.Store(true)
			return // the connection ended, and says why
		}
	}
}

// injectTimeout is how long a frame that is sent as it is may wait for the peer.
const injectTimeout = 10 * time.Second

func (t *Talk) sendOne(m Message) error {
	if m.Frame != nil {
		return t.Tap.Inject(*m.Frame, injectTimeout)
	}
	return t.Conn.Send(m.Opcode, m.Payload)
}

// closeInTime closes when there is nothing to wait for any more.
func (t *Talk) closeInTime(ctx context.Context) {
	select {
	case <-t.ending:
		t.Active() // the pause begins here
	case <-ctx.Done():
		t.stop(frame.GoingAway)
		return
	case <-t.Conn.Done():
		return
	}
	timer := time.NewTimer(t.Linger)
	defer timer.Stop()
	for {
		select {
		case <-t.enough:
			t.stop(frame.NormalClosure)
			return
		case <-timer.C:
			left := t.Linger - (time.Since(t.Began) - time.Duration(t.active.Load()))
			if left <= 0 {
				t.stop(frame.NormalClosure)
				return
			}
			timer.Reset(left)
		case <-ctx.Done():
			t.stop(frame.GoingAway)
			return
		case <-t.Conn.Done():
			return
		}
	}
}

// stop begins the closing handshake.
func (t *Talk) stop(code frame.CloseCode) {
	if err := t.Conn.StartClose(code, ""); err != nil {
		t.Complain(err)
	}
}
