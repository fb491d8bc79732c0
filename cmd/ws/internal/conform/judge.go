package conform

import (
	"fmt"
	"slices"
	"strings"

	"rfc6455/frame"
)

// spacious is a message that any endpoint should be able to take, in bytes; one that
// is longer may be refused as too big (§10.4), unless the target's limit is known.
const spacious = 16 << 10

// As many as any endpoint should take; over that it may have a limit (§10.4).
const (
	fewFragments = 1000 // in one message
	fewPings     = 100  // at once
)

// judge says what a trace is worth. It is a function of its arguments.
func (p *plan) judge(t *trace, cfg *Config) outcome {
	if t.broken == frame.ErrCloseCode && p.strict != "" && p.end.Violation == frame.ErrCloseCode {
		return lax("answered with the code: %s", p.strict)
	}
	if t.broken != nil {
		return failed("the target's own frames: %v", t.broken)
	}
	want := p.messages()
	if cfg.NoEcho {
		want = nil
	}
	switch p.end.State {
	case "open":
		return p.judgeOpen(t, want, cfg)
	case "closed":
		return p.judgeClosed(t, want)
	}
	return p.judgeFailed(t, want, cfg)
}

// judgeOpen is for streams that break no rule, or one of ours: everything is answered.
func (p *plan) judgeOpen(t *trace, want []string, cfg *Config) outcome {
	o := p.judgeAnswers(t, want, cfg)
	if o.verdict == Fail && p.strict != "" && len(want) > 0 {
		return lax("%s: %s", o.reason, p.strict)
	}
	return o
}

// judgeAnswers holds what came of a stream against what has to.
func (p *plan) judgeAnswers(t *trace, want []string, cfg *Config) outcome {
	largest, _ := p.size()
	missing := len(t.messages) < len(want)
	switch {
	case missing && t.code == frame.MessageTooBig && cfg.mayRefuse(largest):
		return lax("refused %d bytes with 1009: limits are the target's to choose (§10.4)", largest)
	case missing && t.code == frame.MessageTooBig:
		return failed("refused %d bytes with 1009, and says that it takes more", largest)
	case missing && t.code == frame.PolicyViolation && p.fragments() > fewFragments:
		return lax("refused a message in %d fragments with 1008: limits are the target's to choose (§10.4)", p.fragments())
	case p.strict != "" && t.shut() && !t.probed && len(p.pongs()) > fewPings:
		return lax("refused %d Pings at once: limits are the target's to choose (§10.4)", len(p.pongs()))
	case !t.probed && !t.inFrame && t.close != "":
		return failed("ended what breaks no rule: %s", t.close)
	case !t.probed && !t.inFrame && t.over:
		return failed("dropped a connection that breaks no rule")
	case t.inFrame && t.shut():
		return failed("did not wait for the rest of a frame that breaks no rule")
	}
	o := compare(t.messages, want)
	if o.verdict == Fail {
		return o
	}
	if !t.probed && !t.inFrame {
		return failed("a last Ping was not answered (§5.5.2)")
	}
	if o := p.judgePongs(t.pongs); o.verdict != Pass {
		return o
	}
	if t.late {
		return lax("answered only when more had come: a Ping is to be answered as soon as is practical (§5.5.2), and a message when it is whole")
	}
	return passed("")
}

// compare holds what came back against what was sent.
func compare(got, want []string) outcome {
	for i, m := range want {
		if i >= len(got) {
			return failed("%d of %d messages did not come back; the first is %.80s", len(want)-i, len(want), m)
		}
		if got[i] != m {
			return failed("message %d came back as %.80s and was %.80s", i+1, got[i], m)
		}
	}
	if len(got) > len(want) {
		return failed("%.80s came, and was not sent", got[len(want)])
	}
	return passed("")
}

// judgePongs compares the Pongs with those of the script. Several Pings may be
// answered by one Pong, to the last of them (§5.5.3), where they came together; a Pong
// that nobody asked for is legal (§5.5.3).
func (p *plan) judgePongs(got []string) outcome {
	if slices.Equal(got, p.pongs()) {
		return passed("")
	}
	needed := 0 // of got are used up
	recent := false
	for _, b := range p.batches {
		if len(b.pongs) == 0 {
			continue
		}
		n := len(subsequence(got[needed:], b.pongs))
		last := b.pongs[len(b.pongs)-1]
		i := slices.Index(got[min(needed+max(n-1, 0), len(got)):], last)
		switch {
		case n == len(b.pongs):
		case i < 0:
			return failed("no %.80s in answer to its Ping (§5.5.2); Pongs that came: %s", last, list(got))
		default:
			recent = true
		}
		needed = min(len(got), needed+n)
	}
	if recent {
		return lax("answered only the most recent Ping (§5.5.3)")
	}
	return lax("sent Pongs that nobody asked for (§5.5.3): %s", list(got))
}

// subsequence gives the longest beginning of want that is in got, in order.
func subsequence(got, want []string) []string {
	n := 0
	for _, g := range got {
		if n < len(want) && g == want[n] {
			n++
		}
	}
	return want[:n]
}

func list(all []string) string {
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(some(all), ", ")
}

// judgeClosed is for a Close of ours, which has to be answered (§5.5.1).
func (p *plan) judgeClosed(t *trace, want []string) outcome {
	answered := t.close != ""
	if !answered && p.strict != "" && t.over {
		return lax("dropped the connection instead of answering the Close: %s", p.strict)
	}
	code, _, _ := strings.Cut(strings.TrimPrefix(p.close, "close "), " ")
	switch {
	case !answered && t.over:
		return failed("ended TCP without a Close in answer to ours (§5.5.1)")
	case !answered:
		return failed("did not answer a Close (§5.5.1)")
	case len(t.after) > 0:
		return failed("sent %s after its Close (§5.5.1)", strings.Join(t.after, ", "))
	case t.left && p.role == frame.Server:
		return failed("did not end TCP after the closing handshake (§5.5.1)")
	}
	if o := compare(t.messages, want); o.verdict == Fail && len(t.messages) >= len(want) || len(t.messages) < len(want) && !slices.Equal(t.messages, want[:len(t.messages)]) {
		return o
	}
	if len(t.messages) < len(want) {
		return lax("answered the Close before the messages that came before it: nothing asks an endpoint to send more after a Close came (§5.5.1)")
	}
	if o := p.judgePongs(t.pongs); o.verdict != Pass {
		return o
	}
	return p.judgeAnswer(t, code)
}

// judgeAnswer compares the code of a Close that answers ours.
func (p *plan) judgeAnswer(t *trace, code string) outcome {
	got := fmt.Sprint(uint16(t.code))
	if t.code == frame.NoStatus {
		got = "none"
	}
	want := code
	if p.close == "close" {
		want = "none"
	}
	if got == want || p.strict != "" && t.code != frame.ProtocolError {
		return passed("")
	}
	if p.strict == "" && (t.code == frame.ProtocolError || t.code == frame.InvalidPayload) {
		return failed("answered with %s a Close that breaks no rule (§7.4.2)", t.close)
	}
	return lax("answered with %s: an endpoint typically echoes the code (§5.5.1)", t.close)
}
