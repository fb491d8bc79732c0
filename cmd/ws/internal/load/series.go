package load

import (
	"sync"
	"time"

	"rfc6455/cmd/ws/internal/hist"
)

// A Sample is what happened in one interval of the load.
type Sample struct {
	Sent     uint64        `json:"sent"`
	Received uint64        `json:"received"`
	P99      time.Duration `json:"p99_ns"` // the worst of those of its parts
}

const (
	firstInterval = 100 * time.Millisecond
	maxSamples    = 600 // then two become one
)

// series are the samples of a run of any length, in bounded memory.
type series struct {
	samples  []Sample
	interval time.Duration
	parts    int    // of firstInterval in an interval
	open     Sample // the interval that is not over
	have     int    // parts in it
}

// add takes the sample of one more firstInterval.
func (s *series) add(part Sample) {
	s.parts = max(s.parts, 1)
	s.interval = time.Duration(s.parts) * firstInterval
	s.open = s.open.and(part)
	if s.have++; s.have < s.parts {
		return
	}
	s.samples = append(s.samples, s.open)
	s.open, s.have = Sample{}, 0
	if len(s.samples) < maxSamples {
		return
	}
	for i := range maxSamples / 2 {
		s.samples[i] = s.samples[2*i].and(s.samples[2*i+1])
	}
	s.samples = s.samples[:maxSamples/2]
	s.parts *= 2
	s.interval *= 2
}

// busy are the samples up to the last one in which anything happened: a wait for
// what never came is no part of the load.
func (s *series) busy() []Sample {
	n := len(s.samples)
	for n > 0 && s.samples[n-1] == (Sample{}) {
		n--
	}
	return s.samples[:n]
}

func (s Sample) and(o Sample) Sample {
	return Sample{s.Sent + o.Sent, s.Received + o.Received, max(s.P99, o.P99)}
}

// The phases of a run.
const (
	phaseOpen int32 = iota
	phaseRollCall
	phaseLoad
	phaseDrain
	phaseClose
)

var phaseNames = [...]string{"opening", "roll call", "load", "draining", "closing"}

// A Status is how far a run is.
type Status struct {
	Phase        string
	Elapsed      time.Duration // of the run
	Open, Failed int           // connections
	Sent         uint64        // messages, so far
	Received     uint64
	SentRate     float64 // messages a second, lately
	ReceivedRate float64
	P99          time.Duration // lately
}

// observe samples the run until the function that it gives is called. That may be
// done twice.
func (r *run) observe(progress func(Status)) (stop func()) {
	over := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		ticker := time.NewTicker(firstInterval)
		defer ticker.Stop()
		o := observer{latency: &hist.Histogram{}}
		loading := r.loading
		for {
			select {
			case <-over:
				return
			case <-loading: // the first sample begins with the load
				ticker.Reset(firstInterval)
				loading = nil
			case <-ticker.C:
				o.look(r, progress)
			}
		}
	})
	return sync.OnceFunc(func() { close(over); watching.Wait() })
}

// An observer knows what it saw last.
type observer struct {
	counts  counts
	latency *hist.Histogram
	at      int64
}

func (o *observer) look(r *run, progress func(Status)) {
	phase, now := r.phase.Load(), r.now()
	c, latency := r.sums(nil)
	part := Sample{
		Sent: c.sent - o.counts.sent, Received: c.received - o.counts.received,
		P99: time.Duration(latency.Since(o.latency).Quantile(0.99)),
	}
	seconds := max(1e-3, time.Duration(now-o.at).Seconds())
	o.counts, o.latency, o.at = c, latency, now
	if phase == phaseLoad || phase == phaseDrain {
		r.series.add(part)
	}
	if progress != nil {
		progress(Status{
			Phase: phaseNames[phase], Elapsed: time.Duration(now),
			Open: len(r.opened.all()), Failed: total(r.opened.failed.list()) + total(r.ends.list()),
			Sent: c.sent, Received: c.received,
			SentRate: float64(part.Sent) / seconds, ReceivedRate: float64(part.Received) / seconds, P99: part.P99,
		})
	}
}
