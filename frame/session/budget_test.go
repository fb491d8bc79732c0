package session_test

import (
	"bytes"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// spend feeds Pings until one is refused, and says how many passed.
func spend(t *testing.T, r *session.Receiver, most int) (n int) {
	t.Helper()
	ping := wire(t, frame.Client, `ping "x"`)
	for range most {
		n += len(events(r, bytes.Clone(ping)))
	}
	return n
}

// TestControlBudget lets time pass: a burst at once, then so many a second, and
// never more than a burst however long it was quiet (§10.4).
func TestControlBudget(t *testing.T) {
	for _, tt := range []struct {
		name  string
		quiet time.Duration // after a whole burst
		want  int           // frames that pass then
	}{
		{"no time", 0, 0},
		{"not enough for one", 249 * time.Millisecond, 0},
		{"one", 250 * time.Millisecond, 1},
		{"almost two", 499 * time.Millisecond, 1},
		{"a second", time.Second, 4},
		{"all but one", 2250 * time.Millisecond, 9},
		{"full", 2500 * time.Millisecond, 10},
		{"more than full", time.Hour, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const start = int64(1e15)
			b := new(session.Budget)
			r := session.NewReceiver(session.Config{Limits: session.Limits{ControlBurst: 10, ControlPerSecond: 4}, Control: b})
			r.Tick(start)
			if n := spend(t, r, 10); n != 10 || r.Err() != nil {
				t.Fatalf("burst: %d frames, %v", n, r.Err())
			}
			r.Tick(start + int64(tt.quiet))
			if n := spend(t, r, tt.want+1); n != tt.want || r.Err() != frame.ErrControlFlood {
				t.Errorf("%d frames, %v; want %d and then %v", n, r.Err(), tt.want, frame.ErrControlFlood)
			}
		})
	}
}

// TestControlBudgetOutlivesReceiver hands the Budget from one Receiver to the
// next, as a connection does that was at rest: nothing is forgiven.
func TestControlBudgetOutlivesReceiver(t *testing.T) {
	cfg := session.Config{Limits: session.Limits{ControlBurst: 3, ControlPerSecond: 1}, Control: new(session.Budget)}
	for i := range 3 {
		r := session.NewReceiver(cfg)
		r.Tick(1e15)
		if n := spend(t, r, 1); n != 1 {
			t.Errorf("receiver %d: %d frames, want 1", i, n)
		}
	}
	if r := session.NewReceiver(cfg); spend(t, r, 1) != 0 || r.Err() != frame.ErrControlFlood {
		t.Errorf("the fourth frame: %v", r.Err())
	}
}

// TestControlBudgetCountsPingsAndPongs holds that a Close is free, and data too.
func TestControlBudgetCountsPingsAndPongs(t *testing.T) {
	r := session.NewReceiver(session.Config{Limits: session.Limits{ControlBurst: 2}})
	in := wire(t, frame.Client, `ping`, `text "a"`, `pong`, `text "b"`, `close 1000`)
	if got := events(r, in); len(got) != 5 || r.Err() != nil {
		t.Errorf("%q, %v", got, r.Err())
	}
	r = session.NewReceiver(session.Config{Limits: session.Limits{ControlBurst: 2}})
	if got := events(r, wire(t, frame.Client, `pong`, `ping`, `pong`)); len(got) != 2 || r.Err() != frame.ErrControlFlood {
		t.Errorf("%q, %v", got, r.Err())
	}
}

func TestControlBudgetIsLargeByDefault(t *testing.T) {
	r := session.NewReceiver(session.Config{})
	r.Tick(1)
	if n := spend(t, r, session.DefaultControlBurst+1); n != session.DefaultControlBurst {
		t.Errorf("%d frames at once, want %d", n, session.DefaultControlBurst)
	}
	r = session.NewReceiver(session.Config{})
	for i := range 3 * session.DefaultControlBurst {
		r.Tick(1 + int64(i)*int64(time.Second)/session.DefaultControlPerSecond)
		if spend(t, r, 1) != 1 {
			t.Fatalf("frame %d at the long run's pace: %v", i, r.Err())
		}
	}
}
