package conform

import (
	"fmt"
	"time"

	"rfc6455/frame"
)

// A Verdict is what became of a case.
type Verdict string

// The verdicts: see the package's comment.
const (
	Pass       Verdict = "pass"
	StrictOnly Verdict = "strict-only"
	Fail       Verdict = "fail"
	Skipped    Verdict = "skipped"
)

// Verdicts are all of them.
var Verdicts = []Verdict{Pass, StrictOnly, Fail, Skipped}

// An Ending is how a connection ended.
type Ending string

// The ways in which a connection ends.
const (
	NoEnd   Ending = ""        // there was none, or we ended it
	Clean   Ending = "clean"   // Close went both ways, then TCP ended
	Dropped Ending = "dropped" // TCP ended without a Close from the target
	Left    Ending = "left"    // the target left TCP open where it had to end it
)

// A Result is what came of one case.
type Result struct {
	Case    *Case
	Verdict Verdict
	Reason  string // of anything but a pass; a pass may have a remark
	Began   time.Time
	Took    time.Duration
	Lines   []Line          // what went over the wire, in order
	Close   frame.CloseCode // in the target's Close; 0: there was none
	Ending  Ending
}

// A Line is a frame, a head of HTTP or an end of TCP on the wire.
type Line struct {
	At   time.Duration // since the case began
	Ours bool          // we sent it
	Text string        // in the notation
	Hex  string        // its first bytes
}

// An outcome is a result in the making.
type outcome struct {
	verdict Verdict
	reason  string
	log     *transcript // of the connection that counts
	close   frame.CloseCode
	ending  Ending
}

func passed(reason string) outcome { return outcome{verdict: Pass, reason: reason} }
func lax(format string, args ...any) outcome {
	return outcome{verdict: StrictOnly, reason: fmt.Sprintf(format, args...)}
}
func failed(format string, args ...any) outcome {
	return outcome{verdict: Fail, reason: fmt.Sprintf(format, args...)}
}
func skipped(format string, args ...any) outcome {
	return outcome{verdict: Skipped, reason: fmt.Sprintf(format, args...)}
}

// Results are what came of a run.
type Results struct {
	Target string     // its URL, or the command
	Role   frame.Role // of the target
	Began  time.Time
	Took   time.Duration
	All    []Result // in the order of the cases
	Died   []string // IDs of the cases under way when the target died; else none
}

// Count says how many cases have verdict v.
func (r *Results) Count(v Verdict) (n int) {
	for i := range r.All {
		if r.All[i].Verdict == v {
			n++
		}
	}
	return n
}
