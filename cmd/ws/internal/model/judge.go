package model

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"rfc6455/frame"
)

// A Verdict is what can be said of what was observed so far.
type Verdict uint8

const (
	Holds   Verdict = iota // nothing more is to be waited for
	Pending                // all as it should be, and not all there yet
	Differs                // no conforming endpoint does this
)

// A Deviation is what no variant explains.
type Deviation struct {
	Kind string // the same for the same fault: "takes not-masked"
	Text string // a sentence without a stop, with the clause
}

// Judge holds what was observed against all variants of a case. The deviation is
// that from the variant that explains most.
func Judge(c *Case, variants []Variant, o *Observed, allow Allow) (Verdict, *Deviation) {
	var why *Deviation
	pending := false
	for i := range variants {
		j := judge{c, &variants[i], o, allow}
		switch verdict, d := j.all(); {
		case verdict == Holds:
			return Holds, nil
		case verdict == Pending:
			pending = true
		case why == nil || strings.HasPrefix(why.Kind, "takes "):
			why = d
		}
	}
	if pending {
		return Pending, nil
	}
	return Differs, why
}

// A judge holds what was observed against one variant.
type judge struct {
	c     *Case
	v     *Variant
	o     *Observed
	allow Allow
}

func (j *judge) has(a Allow) bool { return j.allow&a != 0 }

func differs(kind, format string, args ...any) (Verdict, *Deviation) {
	return Differs, &Deviation{Kind: kind, Text: fmt.Sprintf(format, args...)}
}

func (j *judge) all() (Verdict, *Deviation) {
	if j.has(Codes) && j.v.End == Closed && j.o.Broken == frame.ErrCloseCode {
		return Holds, nil // it repeats a code that it takes
	}
	if b := j.o.Broken; b != nil && j.v.breaks(b) {
		return differs("takes "+b.ID, "the target sends back what it has to fail the connection for: %s (%s)", b.Text, b.Section)
	} else if b != nil {
		return differs("sends "+b.ID, "the target breaks a rule itself: %s (%s)", b.Text, b.Section)
	}
	if verdict, d := j.after(); d != nil {
		return verdict, d
	}
	if verdict, d := j.echoes(); d != nil {
		return verdict, d
	}
	if verdict, d := j.pongs(); d != nil {
		return verdict, d
	}
	if j.o.Stop == EOF && j.o.Partial && !(j.v.End == Failed && j.has(NoClose)) {
		return differs("partial", "the target ends TCP inside a frame or a message of its own (RFC 6455 §7.1.1)")
	}
	switch j.v.End {
	case Open:
		return j.open()
	case Torn:
		return j.torn()
	case Closed:
		return j.closed()
	case Failed:
		return j.failed()
	}
	if j.o.Stop != Running || j.o.Late || j.fenced() {
		return Holds, nil // of Any
	}
	return Pending, nil
}

// after looks at what stands behind the target's Close: no data (§5.5.1), and of
// what else may come only Pongs for Pings that came before the end.
func (j *judge) after() (Verdict, *Deviation) {
	for _, f := range j.o.After {
		switch {
		case !f.Opcode.IsControl():
			return differs("data-after-close", "the target sends data after its Close: %s (RFC 6455 §5.5.1)", f)
		case f.Opcode == frame.Pong && j.later(f.Payload):
			return j.more("pong-other", f.String())
		}
	}
	return Holds, nil
}

// echoes compares the messages: those that came are those that were sent, from the
// first on.
func (j *judge) echoes() (Verdict, *Deviation) {
	want := j.v.echoes
	for i, got := range j.o.Messages {
		switch {
		case i < len(want) && got == want[i]:
		case i >= len(want) && j.v.End == Any:
		case i < len(want):
			return differs("echo-other", "echo %d is %s, of a message %s (RFC 6455 §6.2)", i+1, got, want[i])
		default:
			return j.more("echo-extra", got)
		}
	}
	return Holds, nil
}

// more names what came beyond what was to come.
func (j *judge) more(kind, got string) (Verdict, *Deviation) {
	switch j.v.End {
	case Failed:
		b := j.v.Broken[0]
		return differs("takes "+b.ID, "the target goes on after what it has to fail the connection for: %s (%s); it sends %s", b.Text, b.Section, got)
	case Closed:
		return differs("goes-on-after-close", "the target answers what came after a Close: %s (RFC 6455 §5.5.1)", got)
	case Torn:
		return differs("unfinished", "the target delivers what is not whole: %s (RFC 6455 §6.2)", got)
	}
	return differs(kind, "the target sends %s, which nothing asked for (RFC 6455 §6.1)", got)
}

// pongs compares the Pongs: each answers a Ping, in order; some may have none
// (§5.5.3).
func (j *judge) pongs() (Verdict, *Deviation) {
	want := j.v.pongs
	for _, got := range j.o.Pongs {
		i := slices.Index(want, got)
		switch {
		case i >= 0 && j.has(PongOrder):
			want = slices.Concat(want[:i], want[i+1:])
		case i >= 0:
			want = want[i+1:]
		case j.v.End == Any || j.has(UnaskedPong):
		case j.laterPong(got):
			return j.more("pong-other", got)
		default:
			return differs("pong-other", "the target sends %s, and no Ping had that payload, or none that is left (RFC 6455 §5.5.3)", got)
		}
	}
	return Holds, nil
}

// later says whether a Ping with that payload stands where the stream ended, or
// behind.
func (j *judge) later(payload []byte) bool {
	at := 0
	for _, u := range j.c.Units {
		if at >= j.v.At && u.Raw == nil && u.Frame.Opcode == frame.Ping && bytes.Equal(u.Frame.Payload, payload) {
			return true
		}
		at += len(u.append(nil))
	}
	return false
}

// laterPong is later for a line of the notation.
func (j *judge) laterPong(line string) bool {
	f, err := frame.ParseFrame(line, frame.Server)
	if err != nil { // it is shortened
		return j.v.End == Failed || j.v.End == Closed
	}
	return j.later(f.Payload)
}

// fenced says whether the case's last Ping was answered.
func (j *judge) fenced() bool {
	p, ok := j.c.Fence()
	pong := frame.Frame{Header: frame.Header{Fin: true, Opcode: frame.Pong, Length: int64(len(p))}, Payload: p}
	return ok && slices.Contains(j.o.Pongs, pong.String())
}

// ended says how the target ended what it had to go on with.
func (j *judge) ended() (Verdict, *Deviation) {
	switch {
	case j.o.Close != nil:
		return differs(fmt.Sprintf("refuses %d", j.o.Code), "the target ends a connection on which all was legal, with %s", *j.o.Close)
	case j.o.Stop == EOF:
		return differs("drops", "the target ends TCP without a Close, and all was legal (RFC 6455 §7.1.1)")
	}
	return differs("resets", "the target resets TCP, and all was legal (RFC 6455 §7.1.1)")
}

func (j *judge) open() (Verdict, *Deviation) {
	want := j.v.echoes
	missing := len(want) - len(j.o.Messages)
	switch {
	case !j.c.fenced():
		return j.torn() // the end of TCP follows, between two frames
	case j.o.Close != nil || j.o.Stop != Running:
		return j.ended()
	case missing == 0 && j.fenced():
		return Holds, nil
	case !j.o.Late:
		return Pending, nil
	case missing > 0 && j.fenced():
		return differs("echo-missing", "of %d messages %d were not echoed: the next is %s (RFC 6455 §6.2)", len(want), missing, want[len(j.o.Messages)])
	case missing > 0:
		return differs("silent", "the target stops answering: of %d messages %d were not echoed, and the last Ping was not answered (RFC 6455 §5.5.2)", len(want), missing)
	}
	return differs("pong-missing", "the last Ping was not answered (RFC 6455 §5.5.2)")
}

func (j *judge) torn() (Verdict, *Deviation) {
	switch {
	case j.o.Stop != Running:
		return Holds, nil
	case !j.o.Late:
		return Pending, nil
	}
	return differs("half-open", "the target leaves TCP open when its peer has ended it (RFC 6455 §7.1.1)")
}

func (j *judge) closed() (Verdict, *Deviation) {
	asked := j.v.Events[len(j.v.Events)-1]
	code, _, _ := frame.ParseClose(asked.Payload) // it is legal, or its code open to debate
	switch {
	case j.o.Close == nil && j.o.Stop == Reset && j.trailing():
		return Holds, nil // the reset may have eaten the Close
	case j.o.Close == nil && j.o.Stop != Running:
		return differs("close-unanswered", "the target ends TCP without an answer to %s (RFC 6455 §5.5.1)", asked)
	case j.o.Close == nil && j.o.Late:
		return differs("close-unanswered", "the target does not answer %s (RFC 6455 §5.5.1)", asked)
	case j.o.Close == nil:
		return Pending, nil
	case j.o.Code != code && refusal(j.o.Code):
		return differs(fmt.Sprintf("refuses %d", j.o.Code), "the target refuses %s with %s (RFC 6455 §7.4)", asked, *j.o.Close)
	case j.o.Code != code && len(asked.Payload) > 0 && code.Sendable(j.c.Setting.Role) && !j.has(OwnCode):
		return differs("close-code", "the target answers %s by %s: it should repeat the code (RFC 6455 §5.5.1)", asked, *j.o.Close)
	}
	return j.stopped()
}

// refusal tells the codes that say that something was wrong.
func refusal(code frame.CloseCode) bool {
	return code == frame.ProtocolError || code == frame.InvalidPayload || code == frame.PolicyViolation || code == frame.MessageTooBig
}

func (j *judge) failed() (Verdict, *Deviation) {
	b := j.v.Broken[0]
	switch {
	case j.o.Close == nil && j.o.Stop == Reset && j.trailing():
		return Holds, nil
	case j.o.Close == nil && j.o.Stop != Running && j.has(NoClose):
		return Holds, nil
	case j.o.Close == nil && j.o.Stop != Running:
		return differs("no-close "+b.ID, "the target ends TCP without a Close for it: %s (%s, §7.1.7)", b.Text, b.Section)
	case j.o.Close == nil && j.o.Late:
		return differs("takes "+b.ID, "the target does not fail the connection: %s (%s)", b.Text, b.Section)
	case j.o.Close == nil:
		return Pending, nil
	case !slices.Contains(j.codes(), j.o.Code) && !j.has(OtherCode):
		return differs("code "+b.ID, "the target fails the connection with %s, not with %d: %s (%s)", *j.o.Close, b.Code, b.Text, b.Section)
	}
	return j.stopped()
}

// codes are those with which the target may fail the connection.
func (j *judge) codes() (all []frame.CloseCode) {
	for _, b := range j.v.Broken {
		all = append(all, b.Code)
		switch b {
		case frame.ErrDeflateCorrupt, frame.ErrDeflateTruncated:
			all = append(all, frame.ProtocolError) // RFC 7692 names no code
		case frame.ErrReasonNotUTF8:
			all = append(all, frame.ProtocolError) // a reason is no message (§7.4.1)
		case frame.ErrLengthTopBit:
			all = append(all, frame.MessageTooBig) // it is that, too
		case frame.ErrTooManyFragments, frame.ErrControlFlood:
			all = append(all, frame.MessageTooBig)
		}
	}
	return all
}

// stopped demands that TCP ends after the Closes.
func (j *judge) stopped() (Verdict, *Deviation) {
	switch {
	case j.o.Stop != Running:
		return Holds, nil
	case !j.o.Late:
		return Pending, nil
	}
	return differs("tcp-open", "the target leaves TCP open after its Close (RFC 6455 §7.1.1)")
}

// trailing says whether bytes followed the frame that ended the stream.
func (j *judge) trailing() bool {
	end := 0
	for _, u := range j.c.Units {
		if end > j.v.At {
			return true
		}
		end += len(u.append(nil))
	}
	return false
}

// WantsEnd says whether the end of TCP is to be sent behind a case: nothing else
// tells the target that no more comes.
func WantsEnd(c *Case, variants []Variant) bool {
	for i := range variants {
		if variants[i].End == Torn || variants[i].End == Open && !c.fenced() {
			return true
		}
	}
	return false
}
