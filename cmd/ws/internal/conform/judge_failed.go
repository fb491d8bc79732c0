package conform

import (
	"fmt"
	"slices"
	"strings"

	"rfc6455/frame"
)

// judgeFailed is for streams that break a rule: the target has to fail the connection
// (§7.1.7). What it does of that it must: nothing of what comes after the fault counts,
// and TCP ends. A Close with an appropriate code it only should send.
func (p *plan) judgeFailed(t *trace, want []string, cfg *Config) outcome {
	switch {
	case len(t.after) > 0:
		return failed("sent %s after its Close (§5.5.1)", strings.Join(t.after, ", "))
	case t.shut():
		return p.judgeEnd(t, want, cfg)
	case p.isLimit() && t.waiting && p.onlyBefore(t, want):
		return passed("waits for the rest: " + p.strict)
	case p.strict != "" && t.waiting && p.onlyBefore(t, want):
		return lax("waits for the rest: %s", p.strict)
	}
	if r := p.relax(t.agreed); r.known && (r.anything || p.took(t, r, cfg)) {
		if p.isLimit() {
			return passed("takes it: " + p.strict)
		}
		return lax("takes it: %s", p.strict)
	}
	if p.end.Violation == frame.ErrCloseCode {
		return failed("neither failed the connection nor answered a Close: %s", p.rule())
	}
	if p.onlyBefore(t, want) && !t.probed {
		return failed("did nothing about it: %s", p.rule())
	}
	return failed("went on: %s; what came: %s", p.rule(), list(append(slices.Clone(t.messages), t.pongs...)))
}

// isLimit says that the script is about a limit of ours (§10.4): to have a larger one
// is as good.
func (p *plan) isLimit() bool {
	v := p.end.Violation
	return v == frame.ErrMessageTooBig || v == frame.ErrTooManyFragments || v == frame.ErrControlFlood
}

// rule is the rule that the script's stream breaks.
func (p *plan) rule() string {
	v := p.end.Violation
	return fmt.Sprintf("%s (%s)", v.Text, v.Section)
}

// onlyBefore says that nothing came but answers to what stands before the fault.
func (p *plan) onlyBefore(t *trace, want []string) bool {
	return isBeginning(t.messages, want) && isBeginning(t.pongs, p.pongs())
}

func isBeginning(got, want []string) bool {
	return len(got) <= len(want) && slices.Equal(got, want[:len(got)])
}

// took says that the target made of the stream what it is without the rule.
func (p *plan) took(t *trace, r relaxed, cfg *Config) bool {
	if cfg.NoEcho {
		return true
	}
	pongs := isBeginning(t.pongs, r.pongs) || len(subsequence(r.pongs, t.pongs)) == len(t.pongs)
	return slices.Equal(t.messages, r.messages) && pongs
}

// judgeEnd is for a target that ended the connection, in which way ever.
func (p *plan) judgeEnd(t *trace, want []string, cfg *Config) outcome {
	v := p.end.Violation
	if !p.onlyBefore(t, want) {
		if r := p.relax(t.agreed); !r.known || !(r.anything || p.took(t, r, cfg)) {
			return failed("answered to what is not valid: %s; what came: %s", p.rule(), list(append(slices.Clone(t.messages), t.pongs...)))
		}
	}
	if o := p.judgeCode(t, v); o.verdict != Pass {
		return o
	}
	switch {
	case t.left && p.role == frame.Server:
		return failed("left TCP open after failing the connection (§7.1.7)")
	case len(t.messages) < len(want) || len(t.pongs) < len(p.pongs()):
		return lax("failed the connection before it had answered to what came before the fault: %s", p.rule())
	}
	return passed("")
}

// closeCodes are other codes than the rule's with which an endpoint may say what was
// wrong: "appropriate" is all that is asked (§7.1.7), and §7.4.1 describes them
// broadly. 1000 and 1001 say that nothing was wrong.
var closeCodes = map[frame.CloseCode][]frame.CloseCode{
	frame.ProtocolError:   {frame.UnsupportedData, frame.InvalidPayload, frame.PolicyViolation, frame.InternalError, frame.NoStatus},
	frame.InvalidPayload:  {frame.ProtocolError, frame.UnsupportedData, frame.PolicyViolation, frame.InternalError, frame.NoStatus},
	frame.MessageTooBig:   {frame.ProtocolError, frame.PolicyViolation, frame.InternalError, frame.TryAgainLater, frame.NoStatus},
	frame.PolicyViolation: {frame.ProtocolError, frame.MessageTooBig, frame.InternalError, frame.TryAgainLater, frame.NoStatus},
	frame.TryAgainLater:   {frame.PolicyViolation, frame.MessageTooBig, frame.InternalError, frame.NoStatus},
}

// judgeCode is for the code with which the target failed the connection.
func (p *plan) judgeCode(t *trace, v *frame.Violation) outcome {
	switch {
	case t.close == "":
		return lax("dropped the connection without a Close, which it should send (§7.1.7): %s", p.rule())
	case t.code == v.Code:
		return passed("")
	case p.strict != "" && isBoth(p.strict) && (t.code == frame.ProtocolError || t.code == frame.InvalidPayload):
		return passed("")
	case p.end.Violation == frame.ErrCloseCode && p.strict != "":
		return lax("answered with %s: %s", t.close, p.strict)
	case v == frame.ErrTooManyFragments && t.code == frame.MessageTooBig:
		return passed("with 1009: which limit it is, is the target's to say (§10.4)")
	case v == frame.ErrLengthTopBit && t.code == frame.MessageTooBig:
		return lax("failed the connection with 1009: as a number without a sign it is too big: %s", p.rule())
	case slices.Contains(closeCodes[v.Code], t.code):
		return lax("failed the connection with %s and should with %v (§7.4.1): %s", t.close, v.Code, p.rule())
	}
	return failed("failed the connection with %s, which says something else than %v (§7.4.1): %s", t.close, v.Code, p.rule())
}

// isBoth says that a script breaks two rules.
func isBoth(strict string) bool { return strings.HasPrefix(strict, "both rules") }

// mayRefuse says whether a message of n bytes may be too big for the target.
func (c *Config) mayRefuse(n int) bool {
	if c.Message > 0 {
		return int64(n) > c.Message
	}
	return n > spacious
}
