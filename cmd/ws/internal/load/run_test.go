package load

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

const textOpcode = frame.Text

// plan gives a plan for a server of a test: it ends by its Count.
func plan(url string, change func(*Plan)) Plan {
	p := Default()
	p.URL, p.Conns, p.Time, p.Wait = url, 4, MaxTime, 2*time.Second
	change(&p)
	return p
}

func mustRun(t *testing.T, p Plan) *Result {
	t.Helper()
	res, err := Run(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.Expected != res.Received+res.Lost+res.Cut {
		t.Errorf("expected %d is not received %d + lost %d + cut %d", res.Expected, res.Received, res.Lost, res.Cut)
	}
	if res.Latency.Count() != uint64(res.Received) {
		t.Errorf("%d latencies of %d messages", res.Latency.Count(), res.Received)
	}
	return res
}

// A tallied is what the tests compare of a Result.
type tallied struct {
	Sent, Expected, Received, Lost, Reordered, Duplicate, Damaged, Stray, Foreign, Unsent, Cut int64
}

func talliedOf(r *Result) tallied {
	return tallied{r.Sent, r.Expected, r.Received, r.Lost, r.Reordered, r.Duplicate, r.Damaged, r.Stray, r.Foreign, r.Unsent, r.Cut}
}

// TestEchoCounts lets servers lose, double and reorder one message in ten, and
// demands exact counts.
func TestEchoCounts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault fault
		want  tallied
	}{
		"sound":   {sound, tallied{Sent: 400, Expected: 400, Received: 400}},
		"lossy":   {every(10, drop), tallied{Sent: 400, Expected: 400, Received: 360, Lost: 40}},
		"twofold": {every(10, twice), tallied{Sent: 400, Expected: 400, Received: 400, Duplicate: 40}},
		"reorder": {every(7, hold), tallied{Sent: 400, Expected: 400, Received: 400, Reordered: 4 * 14}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res := mustRun(t, plan(echo(t, tt.fault), func(p *Plan) { p.Rate, p.Count = 2000, 400 }))
			if got := talliedOf(res); got != tt.want {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
			if (len(res.Deviations()) > 0) != (name != "sound") {
				t.Errorf("deviations: %q", res.Deviations())
			}
		})
	}
}

// TestBroadcastCounts does the same where every connection gets every message.
func TestBroadcastCounts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		senders int
		fault   fault
		want    tallied
	}{
		"sound":   {3, sound, tallied{Sent: 210, Expected: 1050, Received: 1050, Foreign: 5}},
		"lossy":   {3, every(10, drop), tallied{Sent: 210, Expected: 1050, Received: 945, Lost: 105, Foreign: 5}},
		"twofold": {3, every(10, twice), tallied{Sent: 210, Expected: 1050, Received: 1050, Duplicate: 105, Foreign: 5}},
		"reorder": {1, every(8, hold), tallied{Sent: 210, Expected: 1050, Received: 1050, Reordered: 5 * 26, Foreign: 5}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res := mustRun(t, plan(broadcast(t, "서버에서 전달: ", tt.fault), func(p *Plan) {
				p.Mode, p.Conns, p.Senders, p.Rate, p.Count = Broadcast, 5, tt.senders, 1000, 210
			}))
			if got := talliedOf(res); got != tt.want {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// TestClosedLoop shows that loops go on: with messages under way at once, over what
// was lost, and up to exactly Count.
func TestClosedLoop(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		url    string
		change func(*Plan)
		want   tallied
	}{
		"inflight": {echo(t, sound), func(p *Plan) { p.Inflight, p.Count = 16, 10_000 },
			tallied{Sent: 10_000, Expected: 10_000, Received: 10_000}},
		"binary": {echo(t, sound), func(p *Plan) { p.Binary, p.Size, p.Count = true, 100_000, 100 },
			tallied{Sent: 100, Expected: 100, Received: 100}},
		"least": {echo(t, sound), func(p *Plan) { p.Size, p.Count = MinSize, 100 },
			tallied{Sent: 100, Expected: 100, Received: 100}},
		"lossy": {echo(t, every(20, drop)), func(p *Plan) { p.Conns, p.Count = 1, 30 },
			tallied{Sent: 30, Expected: 30, Received: 29, Lost: 1}},
		"broadcast": {broadcast(t, "", sound), func(p *Plan) { p.Mode, p.Senders, p.Count = Broadcast, 2, 200 },
			tallied{Sent: 200, Expected: 800, Received: 800, Foreign: 4}},
		"mistaken": {gathers(t, 10), func(p *Plan) { p.Conns, p.Inflight, p.Count = 2, 5, 10 },
			tallied{Sent: 10, Expected: 10, Received: 10, Stray: 10}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := talliedOf(mustRun(t, plan(tt.url, tt.change))); got != tt.want {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// TestStall shows that a stall is charged with all messages that were due in it:
// of 500 messages in a second, those due in the first 200 ms of a stall of 300 ms
// took at least 100 ms, and that are 100 of them.
func TestStall(t *testing.T) {
	res := mustRun(t, plan(stalls(t, 50, 300*time.Millisecond), func(p *Plan) { p.Conns, p.Rate, p.Time = 1, 500, time.Second }))
	if got := time.Duration(res.Latency.Quantile(0.81)); got < 100*time.Millisecond {
		t.Errorf("p81 is %v: the stall was left out", got)
	}
	if got := time.Duration(res.Latency.Quantile(0.99)); got < 250*time.Millisecond {
		t.Errorf("p99 is %v: the stall was left out", got)
	}
	if want := (tallied{Sent: 500, Expected: 500, Received: 500}); talliedOf(res) != want {
		t.Errorf("got %+v, want %+v", talliedOf(res), want)
	}
}

// TestUnsent shows that messages which a stuck connection never took are told.
func TestUnsent(t *testing.T) {
	release := make(chan struct{})
	url := serve(t, func(c *conn.Conn) { <-release; c.Close(frame.GoingAway, "") })
	defer close(release)
	res := mustRun(t, plan(url, func(p *Plan) {
		p.Conns, p.Size, p.Rate, p.Time, p.Wait = 1, 1<<20, 200, 500*time.Millisecond, 300*time.Millisecond
		p.Conn.CloseTimeout, p.Conn.WriteTimeout = 100*time.Millisecond, 200*time.Millisecond
	}))
	if res.Unsent == 0 || res.Sent+res.Unsent != 100 || res.Received != 0 {
		t.Errorf("sent %d, unsent %d, received %d", res.Sent, res.Unsent, res.Received)
	}
}

func TestTemplate(t *testing.T) {
	for _, tt := range []struct {
		template string
		want     tallied
	}{
		{"", tallied{Sent: 10, Expected: 40, Received: 40, Foreign: 4}},
		{"<b>{}", tallied{Sent: 10, Expected: 40, Received: 40, Foreign: 4}},
	} {
		res := mustRun(t, plan(broadcast(t, "<b>", sound), func(p *Plan) {
			p.Mode, p.Count, p.Rate, p.Template = Broadcast, 10, 1000, tt.template
		}))
		if got := talliedOf(res); got != tt.want {
			t.Errorf("template %q: got %+v, want %+v", tt.template, got, tt.want)
		}
	}
	res := mustRun(t, plan(echo(t, sound), func(p *Plan) { p.Count, p.Rate, p.Template = 10, 1000, "<b>{}" }))
	if want := (tallied{Sent: 10, Expected: 10, Lost: 10, Damaged: 10}); talliedOf(res) != want {
		t.Errorf("an echo that is not as the template says: got %+v, want %+v", talliedOf(res), want)
	}
}

// TestEndedEarly lets a server close one of four connections after ten messages:
// what it had not sent back is cut off, not lost.
func TestEndedEarly(t *testing.T) {
	var first atomic.Bool
	url := serve(t, func(c *conn.Conn) {
		n, closes := 0, first.CompareAndSwap(false, true)
		for ev := range c.Messages() {
			if n++; closes && n > 10 {
				c.StartClose(frame.TryAgainLater, "too busy")
				continue
			}
			c.Reply(ev)
		}
	})
	res := mustRun(t, plan(url, func(p *Plan) { p.Rate, p.Count = 400, 200 }))
	want := Reason{`closed by the peer, code 1013: "too busy"`, 1}
	if len(res.Ended) != 1 || res.Ended[0] != want {
		t.Errorf("ended: %v, want %v", res.Ended, want)
	}
	if res.Lost != 0 || res.Cut == 0 || res.Received != 3*50+10 || res.Sent+res.Unsent != 200 {
		t.Errorf("got %+v", talliedOf(res))
	}
}

// TestAllEnded shows that a run ends when nobody is left.
func TestAllEnded(t *testing.T) {
	url := serve(t, func(c *conn.Conn) { c.Close(frame.GoingAway, "") })
	res := mustRun(t, plan(url, func(p *Plan) { p.Rate = 1 }))
	if total(res.Ended) != 4 {
		t.Errorf("ended: %v", res.Ended)
	}
}

func TestRefused(t *testing.T) {
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) > 2 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if c, err := conn.Accept(w, r, nil); err == nil {
			for ev := range c.Messages() {
				c.Reply(ev)
			}
		}
	}))
	defer s.Close()
	res := mustRun(t, plan("ws"+strings.TrimPrefix(s.URL, "http"), func(p *Plan) { p.Conns, p.Count, p.Ramp = 5, 10, 10*time.Millisecond }))
	want := Reason{"HTTP 503 Service Unavailable", 3}
	if res.Opened != 2 || len(res.Failed) != 1 || res.Failed[0] != want {
		t.Errorf("opened %d, failed %v, want 2 and %v", res.Opened, res.Failed, want)
	}
	if d := res.Deviations(); len(d) != 1 || d[0] != "connections not usable: 3" {
		t.Errorf("deviations: %q", d)
	}
}

func TestNoServer(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	none := httptest.NewServer(http.NotFoundHandler())
	defer none.Close()
	deaf := serve(t, func(c *conn.Conn) {
		for range c.Messages() {
		}
	})
	for _, tt := range []struct {
		url  string
		mode Mode
		text string
	}{
		{"ws://" + l.Addr().String(), Echo, "connection refused"},
		{"ws" + strings.TrimPrefix(none.URL, "http"), Echo, "HTTP 404 Not Found (the path may be wrong)"},
		{deaf, Broadcast, errDeaf.Error()},
	} {
		_, err := Run(t.Context(), plan(tt.url, func(p *Plan) { p.Mode = tt.mode }), nil)
		var open *OpenError
		if !errors.As(err, &open) || open.Error() != tt.text {
			t.Errorf("%s: got %v, want %q", tt.url, err, tt.text)
		}
	}
}

// TestInterrupted shows that a run that is ended from outside gives what it has.
func TestInterrupted(t *testing.T) {
	for _, rate := range []float64{0, 500} {
		ctx, cancel := context.WithCancel(t.Context())
		statuses := 0
		res, err := Run(ctx, plan(echo(t, sound), func(p *Plan) { p.Rate = rate }), func(s Status) {
			if statuses++; s.Received > 100 {
				cancel()
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if !res.Interrupted || res.Received < 100 || res.Received != res.Sent || res.Lost != 0 || statuses == 0 {
			t.Errorf("rate %g: interrupted %t, %+v", rate, res.Interrupted, talliedOf(res))
		}
		if most := int64(MaxTime.Seconds() * rate); res.Unsent > most/10 { // a sender may be behind, but not by what was due later
			t.Errorf("%d messages count as unsent after the interruption", res.Unsent)
		}
	}
}

// TestInterruptedEarly ends runs before their load: nothing is sent then, nor due.
func TestInterruptedEarly(t *testing.T) {
	for _, rate := range []float64{0, 1000} {
		interruptEarly(t, Echo, rate)
		interruptEarly(t, Broadcast, rate)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Run(ctx, plan(echo(t, sound), func(*Plan) {}), nil)
	if err == nil || err.Error() != "interrupted" {
		t.Errorf("ended before it began: %v", err)
	}
}

func interruptEarly(t *testing.T, mode Mode, rate float64) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	res, err := Run(ctx, plan(echo(t, sound), func(p *Plan) { p.Mode, p.Rate, p.Ramp = mode, rate, MaxRamp }), func(s Status) {
		if s.Open > 0 {
			cancel()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if !res.Interrupted || res.Opened != 1 || res.Sent != 0 || len(res.Deviations()) != 0 {
		t.Errorf("%s, rate %g: opened %d, %+v, %q", mode, rate, res.Opened, talliedOf(res), res.Deviations())
	}
}

// TestRamp shows that connections are opened evenly: the last of five after four
// fifths of the ramp.
func TestRamp(t *testing.T) {
	res := mustRun(t, plan(echo(t, sound), func(p *Plan) { p.Conns, p.Ramp, p.Count = 5, 250*time.Millisecond, 1 }))
	if res.Opened != 5 || res.OpenedIn < 200*time.Millisecond || res.Handshakes.Count() != 5 {
		t.Errorf("%d opened in %v, %d times taken", res.Opened, res.OpenedIn, res.Handshakes.Count())
	}
}

// TestDeflate shows what was agreed, and that compressed messages come back whole.
func TestDeflate(t *testing.T) {
	for _, offered := range []bool{true, false} {
		cfg := &conn.Config{Deflate: handshake.DeflateConfig{Enabled: true}, Subprotocols: []string{"b"}}
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if c, err := conn.Accept(w, r, cfg); err == nil {
				for ev := range c.Messages() {
					c.Reply(ev)
				}
			}
		}))
		defer s.Close()
		res := mustRun(t, plan("ws"+strings.TrimPrefix(s.URL, "http"), func(p *Plan) {
			p.Size, p.Count = 5000, 50
			p.Conn.Deflate.Enabled, p.Conn.Subprotocols = offered, []string{"a", "b"}
		}))
		if res.Deflate != offered || res.Protocol != "b" || res.Received != 50 || res.ReceivedBytes != 50*5000 {
			t.Errorf("deflate %t, subprotocol %q, received %d, %d bytes", res.Deflate, res.Protocol, res.Received, res.ReceivedBytes)
		}
	}
}
