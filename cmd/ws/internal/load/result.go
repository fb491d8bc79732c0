package load

import (
	"time"

	"rfc6455/cmd/ws/internal/hist"
)

// A Result is what a run found.
type Result struct {
	Plan        Plan
	Interrupted bool // ctx ended it
	Inexact     bool // a stream had more than MaxGaps gaps: see there

	Opened     int            // connections that could be used
	Failed     []Reason       // handshakes, and connections that heard nothing
	Ended      []Reason       // connections, before their time
	Handshakes hist.Histogram // ns, from dialling to the 101, of each
	OpenedIn   time.Duration  // all of them
	Protocol   string         // the subprotocol in use
	Deflate    bool           // permessage-deflate is in use

	Seconds   float64 // from the load's start to its end, without draining
	Senders   int
	Sent      int64
	Unsent    int64 // due, and never sent
	Expected  int64 // arrivals: Sent, times the connections in mode broadcast
	Received  int64 // arrivals, each message once on each connection
	Lost      int64
	Cut       int64 // had not come when their connection ended before its time
	Reordered int64 // of Received: came after a later one
	Duplicate int64 // arrivals beyond the first
	Damaged   int64 // arrivals whose mark is ours and whose rest is not, or that nobody sent
	Stray     int64 // mode echo: arrivals of what another connection sent
	Foreign   int64 // arrivals that are not ours: greetings, other people's

	SentBytes, ReceivedBytes uint64 // payloads before compression, without frame headers

	Latency  hist.Histogram // ns, from when a message was due
	Lag      hist.Histogram // ns, from when a message was due until its sending began: a part of Latency
	Samples  []Sample
	Interval time.Duration // of each sample
}

func (r *run) result(interrupted bool) *Result {
	res := &Result{
		Plan: r.plan, Interrupted: interrupted,
		Opened: len(r.opened.clients), Failed: r.opened.failed.list(), Ended: r.ends.list(),
		Handshakes: r.opened.latency, OpenedIn: time.Duration(r.opened.last),
		Seconds: time.Duration(r.end - r.start).Seconds(),
		Samples: r.series.busy(), Interval: r.series.interval,
	}
	agreed := r.opened.clients[0].conn.Agreed()
	res.Protocol, res.Deflate = agreed.Protocol, agreed.Deflate.Enabled
	sums, latency := r.sums(&res.Lag)
	res.Latency = *latency
	res.Reordered, res.Duplicate = int64(sums.late), int64(sums.duplicate)
	res.Damaged, res.Stray, res.Foreign = int64(sums.damaged), int64(sums.stray), int64(sums.foreign)
	res.SentBytes, res.ReceivedBytes = sums.sentBytes, sums.gotBytes
	r.balance(res)
	return res
}

// balance finds out what became of every message that was sent.
func (r *run) balance(res *Result) {
	senders := *r.stage.Load()
	res.Senders = len(senders)
	for _, s := range senders {
		res.Sent += s.sent()
	}
	if r.plan.Rate > 0 {
		res.Unsent = max(0, r.total.Load()-res.Sent)
	}
	for _, c := range r.opened.clients {
		for i := range c.streams {
			from := c
			if r.plan.Mode == Broadcast {
				from = senders[i]
			}
			res.settle(&c.streams[i], from.sent(), c.ended.Load())
		}
		res.Received += c.received.Load()
	}
}

// settle counts what came of one stream, and what did not.
func (res *Result) settle(s *stream, sent int64, ended bool) {
	res.Expected += sent
	res.Inexact = res.Inexact || s.inexact()
	rest := max(0, sent-s.next)
	if ended {
		res.Cut += rest
	} else {
		res.Lost += rest
	}
	res.Lost += s.missing()
}

// Deviations says in words what was not as it should be; nothing if all was.
func (res *Result) Deviations() (list []string) {
	note := func(what string, n int64) {
		if n > 0 {
			list = append(list, what+": "+grouped(n))
		}
	}
	note("connections not usable", int64(total(res.Failed)))
	note("connections that ended before their time", int64(total(res.Ended)))
	note("messages due and not sent", res.Unsent)
	note("messages lost", res.Lost)
	note("messages cut off by the end of their connection", res.Cut)
	note("messages reordered", res.Reordered)
	note("messages duplicated", res.Duplicate)
	note("messages damaged", res.Damaged)
	note("messages of other connections, as if the server broadcast", res.Stray)
	return list
}
