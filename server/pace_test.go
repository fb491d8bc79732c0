package server

import (
	"fmt"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/server/chat"
	"rfc6455/server/metrics"
)

func paced(burst int, every time.Duration) Config {
	return Config{Limits: chat.Limits{Rate: chat.Rate{Burst: burst, Every: every}}}
}

// A plain client that is too fast is made slower, and loses nothing.
func TestPlainIsPaced(t *testing.T) {
	s := serve(t, paced(3, 50*time.Millisecond))
	other, p := s.upgrade(t, "/").greeted(), s.upgrade(t, "/").greeted()
	began := time.Now()
	for n := range 9 {
		p.send(fmt.Sprintf(`text "%d"`, n))
	}
	for n := range 9 {
		p.want(fmt.Sprintf(`text "서버에서 전달: %d"`, n))
		other.want(fmt.Sprintf(`text "서버에서 전달: %d"`, n))
	}
	if took := time.Since(began); took < 6*50*time.Millisecond-time.Millisecond {
		t.Errorf("took %v", took)
	}
	p.send(`ping "p"`)
	p.want(`pong "p"`)
}

// One that keeps on is closed; the others' rate is their own.
func TestPlainFlood(t *testing.T) {
	s := serve(t, paced(3, 5*time.Millisecond))
	p := s.upgrade(t, "/").greeted()
	go p.flood(wire(`text "x"`), 1<<20)
	p.wantCloseFrame(frame.PolicyViolation)
	p.nc.Close()
	eventually(t, "it to be gone", func() bool { return s.count() == 0 })
	if got := s.Metrics.Drops.Of(metrics.Flood).Value(); got != 1 {
		t.Errorf("%d floods counted", got)
	}
	st := s.hallOf(t, chat.Lobby).room.Status()
	if said := st.Head - 1; said < 3 || said > 20*maxDelays {
		t.Errorf("%d texts were said", said)
	}
}

// Nobody is made to wait for long: he is told instead.
func TestPlainTooFast(t *testing.T) {
	s := serve(t, paced(2, time.Minute))
	p := s.upgrade(t, "/").greeted()
	p.send(`text "1"`, `text "2"`)
	p.want(`text "서버에서 전달: 1"`, `text "서버에서 전달: 2"`)
	p.send(`text "3"`)
	p.want(fmt.Sprintf(`close 1008 %q`, chat.TooFast.Text))
	p.send(`close 1008`)
	p.rest()
}

// Who is made to wait does not hold the server up when it goes down.
func TestPacedAtShutdown(t *testing.T) {
	s := serve(t, paced(1, 4900*time.Millisecond))
	p := s.upgrade(t, "/").greeted()
	p.send(`text "1"`)
	p.want(`text "서버에서 전달: 1"`)
	p.send(`text "2"`)
	began := time.Now()
	down := shutdown(t.Context(), s)
	p.wantCloseFrame(frame.GoingAway)
	p.send(`close 1001`)
	p.rest()
	if err := <-down; err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 4500*time.Millisecond {
		t.Errorf("took %v", took)
	}
}
