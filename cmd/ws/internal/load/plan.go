package load

import (
	"fmt"
	"math"
	"strings"
	"time"

	"rfc6455/frame"
	"rfc6455/server/conn"
)

// Limits of a [Plan].
const (
	MaxConns         = 20_000
	MaxSenders       = 1_000 // in mode broadcast
	MaxRate          = 1_000_000
	MaxInflight      = 1_000
	MaxSize          = 64 << 20
	MaxCount         = 1_000_000_000
	MaxTime          = time.Hour
	MaxRamp          = 10 * time.Minute
	MaxWait          = time.Minute
	MaxStreams       = 4_000_000 // senders times connections: what is counted apart
	MaxHeld          = 1 << 30   // connections times size: bytes that may have to be held at once
	MaxInflightBytes = 256 << 10 // in flight times size: what sockets hold while nobody reads
)

// A Mode says what a server does with a message.
type Mode string

const (
	Echo      Mode = "echo"      // sends it back to its sender
	Broadcast Mode = "broadcast" // sends it to every connection, its sender too
)

// A Plan says what load to put on which server. [Default] is a good one but for its
// URL.
type Plan struct {
	URL       string        // ws: or wss:
	Conn      conn.Config   // how to open connections; its limits are set by Run
	Mode      Mode          // what the server does
	Conns     int           // connections
	Senders   int           // of them send, in mode broadcast; in mode echo all do
	Rate      float64       // messages a second, of all senders together; 0: a closed loop
	Inflight  int           // closed loop, mode echo: messages under way at once for each sender
	Size      int           // of a message, in bytes
	Binary    bool          // binary messages instead of text
	Time      time.Duration // of the load
	Ramp      time.Duration // over which the connections are opened; 0: as fast as they can be
	Count     int64         // messages of all senders together, then the load ends; 0: Time alone ends it
	Wait      time.Duration // after the last arrival, until what has not come counts as lost
	Template  string        // how the server passes a message on, {} standing for it; empty: found out
	OpenFiles uint64        // open files that the system allows; 0: unknown
}

// Default is the plan that flags start from.
func Default() Plan {
	return Plan{
		Mode: Echo, Conns: 10, Senders: 1, Inflight: 1, Size: 64,
		Time: 10 * time.Second, Wait: 2 * time.Second,
	}
}

// A PlanError says which part of a Plan is not allowed, and what would be.
type PlanError struct {
	Name    string // of the flag: "conns"
	Value   string
	Allowed string
}

func (e *PlanError) Error() string {
	return fmt.Sprintf("-%s is %s: allowed is %s", e.Name, e.Value, e.Allowed)
}

// Check says whether p is within the limits: nil, or a *PlanError.
func (p *Plan) Check() error {
	for _, err := range []*PlanError{
		oneOf("mode", p.Mode, Echo, Broadcast),
		within("conns", p.Conns, 1, MaxConns),
		within("senders", p.Senders, 1, min(MaxSenders, p.Conns)),
		within("rate", p.Rate, 0, MaxRate),
		within("inflight", p.Inflight, 1, MaxInflight),
		within("size", p.Size, MinSize, MaxSize),
		within("count", p.Count, 0, MaxCount),
		between("time", p.Time, time.Millisecond, MaxTime),
		between("ramp", p.Ramp, 0, MaxRamp),
		between("wait", p.Wait, time.Millisecond, MaxWait),
		p.checkTemplate(),
		p.checkTogether(),
		p.checkFiles(),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func oneOf(name string, v Mode, allowed ...Mode) *PlanError {
	var names []string
	for _, a := range allowed {
		if v == a {
			return nil
		}
		names = append(names, string(a))
	}
	return &PlanError{name, fmt.Sprintf("%q", string(v)), strings.Join(names, " or ")}
}

func within[N int | int64 | float64](name string, v, least, most N) *PlanError {
	if v >= least && v <= most { // false for a NaN
		return nil
	}
	return &PlanError{name, fmt.Sprint(v), fmt.Sprintf("%v to %s", least, grouped(int64(most)))}
}

func between(name string, v, least, most time.Duration) *PlanError {
	if v >= least && v <= most {
		return nil
	}
	return &PlanError{name, v.String(), fmt.Sprintf("%v to %v", least, most)}
}

func (p *Plan) checkTemplate() *PlanError {
	if p.Template == "" || strings.Count(p.Template, hole) == 1 {
		return nil
	}
	return &PlanError{"template", fmt.Sprintf("%q", p.Template), "a text with one " + hole + " in it, as in 'prefix " + hole + "'"}
}

// checkTogether judges what is allowed alone but not together.
func (p *Plan) checkTogether() *PlanError {
	switch held := int64(p.Conns) * int64(p.Size); {
	case held > MaxHeld:
		return &PlanError{"size", fmt.Sprint(p.Size),
			fmt.Sprintf("up to %s with -conns %d (%s bytes together)", grouped(MaxHeld/int64(p.Conns)), p.Conns, grouped(MaxHeld))}
	case p.Mode == Broadcast && p.Conns*p.Senders > MaxStreams:
		return &PlanError{"senders", fmt.Sprint(p.Senders),
			fmt.Sprintf("up to %d with -conns %d (%s streams are counted apart)", MaxStreams/p.Conns, p.Conns, grouped(MaxStreams))}
	case p.Inflight == 1:
		return nil
	case p.Mode == Broadcast || p.Rate > 0:
		return &PlanError{"inflight", fmt.Sprint(p.Inflight), "1, but in mode echo without a rate"}
	case p.Inflight*p.Size > MaxInflightBytes:
		return &PlanError{"inflight", fmt.Sprint(p.Inflight),
			fmt.Sprintf("up to %d with -size %d: more than %s bytes under way could make both sides wait for the other to read",
				max(1, MaxInflightBytes/p.Size), p.Size, grouped(MaxInflightBytes))}
	}
	return nil
}

// sparedFiles are open files that are no connections: the standard ones, the
// runtime's poller, a report.
const sparedFiles = 32

func (p *Plan) checkFiles() *PlanError {
	need := uint64(p.Conns) + sparedFiles
	if p.OpenFiles == 0 || need <= p.OpenFiles {
		return nil
	}
	return &PlanError{"conns", fmt.Sprint(p.Conns),
		fmt.Sprintf("up to %d, as the system allows %d open files: raise that with `ulimit -n %d`",
			max(0, int64(p.OpenFiles)-sparedFiles), p.OpenFiles, need)}
}

// grouped writes n with its thousands set apart: 20,000.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// opcode is how messages are sent.
func (p *Plan) opcode() frame.Opcode {
	if p.Binary {
		return frame.Binary
	}
	return frame.Text
}

// messages is how many are due before d has passed: one at the start, none at the
// end, and no more than Count.
func (p *Plan) messages(d time.Duration) int64 {
	due := int64(math.Ceil(p.Rate * d.Seconds()))
	if p.Count > 0 {
		due = min(due, p.Count)
	}
	return due
}

// due is when message k of all senders together is due after the load's start, in
// nanoseconds.
func (p *Plan) due(k int64) int64 { return int64(float64(k) * 1e9 / p.Rate) }
