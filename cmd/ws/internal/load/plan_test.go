package load

import (
	"math"
	"testing"
	"time"
)

// TestPlanError shows every limit's text.
func TestPlanError(t *testing.T) {
	for want, change := range map[string]func(*Plan){
		"": func(p *Plan) { p.Conns, p.Inflight, p.Rate = MaxConns, MaxInflight, 0 },
		`-mode is "chat": allowed is echo or broadcast`:                                                                func(p *Plan) { p.Mode = "chat" },
		"-conns is 0: allowed is 1 to 20,000":                                                                          func(p *Plan) { p.Conns = 0 },
		"-conns is 20001: allowed is 1 to 20,000":                                                                      func(p *Plan) { p.Conns = MaxConns + 1 },
		"-senders is 11: allowed is 1 to 10":                                                                           func(p *Plan) { p.Senders = 11 },
		"-rate is -1: allowed is 0 to 1,000,000":                                                                       func(p *Plan) { p.Rate = -1 },
		"-rate is NaN: allowed is 0 to 1,000,000":                                                                      func(p *Plan) { p.Rate = math.NaN() },
		"-inflight is 0: allowed is 1 to 1,000":                                                                        func(p *Plan) { p.Inflight = 0 },
		"-inflight is 2: allowed is 1, but in mode echo without a rate":                                                func(p *Plan) { p.Inflight, p.Rate = 2, 1 },
		"-size is 26: allowed is 27 to 67,108,864":                                                                     func(p *Plan) { p.Size = MinSize - 1 },
		"-count is -1: allowed is 0 to 1,000,000,000":                                                                  func(p *Plan) { p.Count = -1 },
		"-time is 0s: allowed is 1ms to 1h0m0s":                                                                        func(p *Plan) { p.Time = 0 },
		"-ramp is -1s: allowed is 0s to 10m0s":                                                                         func(p *Plan) { p.Ramp = -time.Second },
		"-wait is 2m0s: allowed is 1ms to 1m0s":                                                                        func(p *Plan) { p.Wait = 2 * time.Minute },
		`-template is "x": allowed is a text with one {} in it, as in 'prefix {}'`:                                     func(p *Plan) { p.Template = "x" },
		"-size is 1048576: allowed is up to 536,870 with -conns 2000 (1,073,741,824 bytes together)":                   func(p *Plan) { p.Conns, p.Size = 2000, 1<<20 },
		"-senders is 1000: allowed is up to 200 with -conns 20000 (4,000,000 streams are counted apart)":               func(p *Plan) { p.Mode, p.Conns, p.Senders = Broadcast, 20_000, 1000 },
		"-conns is 10: allowed is up to 0, as the system allows 20 open files: raise that with `ulimit -n 42`":         func(p *Plan) { p.OpenFiles = 20 },
		"-conns is 2000: allowed is up to 992, as the system allows 1024 open files: raise that with `ulimit -n 2032`": func(p *Plan) { p.OpenFiles, p.Conns = 1024, 2000 },
		"-inflight is 9: allowed is up to 8 with -size 32768: more than 262,144 bytes under way could make both sides wait for the other to read": func(p *Plan) {
			p.Inflight, p.Size = 9, 32<<10
		},
	} {
		p := Default()
		change(&p)
		got := ""
		if err := p.Check(); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if _, err := Run(t.Context(), Plan{}, nil); err == nil {
		t.Error("the zero plan was run")
	}
}

// TestSchedule shows that what is due and when agree, for rates of all sizes.
func TestSchedule(t *testing.T) {
	for _, rate := range []float64{0.1, 1, 3, 7.5, 1000, 333_333, MaxRate} {
		p := Plan{Rate: rate}
		for _, d := range []time.Duration{0, 1, time.Millisecond, time.Second, time.Minute, MaxTime} {
			n := p.messages(d)
			if n > 0 && p.due(n-1) >= int64(d)+1 {
				t.Errorf("rate %g: message %d is due at %d, after %d", rate, n-1, p.due(n-1), d)
			}
			if p.due(n) < int64(d)-1 {
				t.Errorf("rate %g: message %d is due at %d, before %d", rate, n, p.due(n), d)
			}
		}
	}
	p := Plan{Rate: 1000, Count: 5}
	if n := p.messages(time.Second); n != 5 {
		t.Errorf("%d messages, want Count", n)
	}
}

func TestOpenFiles(t *testing.T) {
	if n := OpenFiles(); n > 0 && n < 3 {
		t.Errorf("%d open files", n)
	}
}
