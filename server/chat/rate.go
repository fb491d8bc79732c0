package chat

import "time"

// A Rate is a token bucket's: how many tokens it holds, and how long one takes to
// come back. The zero Rate is no limit.
type Rate struct {
	Burst int           // 1 to 1,000,000; 0: 1
	Every time.Duration // up to an hour; 0: no limit
}

func (r Rate) burst() int { return max(r.Burst, 1) }

// textPerToken is how many bytes of text one token is good for.
const textPerToken = DefaultText

// TextTokens is what a text of n bytes costs: a token for each 4 KiB, begun ones
// too, so that one bucket limits messages and bytes. All other messages cost 1.
func TextTokens(n int) int { return 1 + max(n-1, 0)/textPerToken }

// patience is how often a client may be refused before it is one that keeps on:
// who waits as he is told to is hardly ever refused twice.
var patience = Rate{Burst: 30, Every: time.Second}

// A Grant is a bucket's answer.
type Grant uint8

// The grants.
const (
	Granted   Grant = iota
	Refused         // TooFast; the bucket is as before
	Exhausted       // refused over and over: close with 1008
)

// A Bucket counts what one connection sends. The zero Bucket is full. It takes the
// same memory however full it is: the time at which it will be full again.
type Bucket struct{ full, patient time.Time }

// Take takes n tokens, never more than the burst, and says, if they are not there,
// in how long they will be.
func (b *Bucket) Take(now time.Time, r Rate, n int) (Grant, time.Duration) {
	wait := take(&b.full, now, r, n)
	switch {
	case wait == 0:
		return Granted, 0
	case take(&b.patient, now, patience, 1) > 0:
		return Exhausted, wait
	}
	return Refused, wait
}

// take moves the time at which the bucket is full, and gives 0, unless it would lie
// further away than a whole burst takes.
func take(full *time.Time, now time.Time, r Rate, n int) (wait time.Duration) {
	if r.Every <= 0 {
		return 0
	}
	from := now
	if full.After(now) {
		from = *full
	}
	to := from.Add(time.Duration(min(n, r.burst())) * r.Every)
	if wait := to.Sub(now) - time.Duration(r.burst())*r.Every; wait > 0 {
		return wait
	}
	*full = to
	return 0
}
