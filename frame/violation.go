package frame

// A Violation is a rule that a peer broke. There is one variable per rule; an
// error that comes from here is always one of them, so == tells which.
type Violation struct {
	ID      string    // permanent: "reserved-opcode"
	Section string    // "RFC 6455 §5.2"
	Code    CloseCode // the close code that answers it, §7.4.1
	Text    string    // the rule that was broken
}

// Error is the rule and its clause:
// "websocket: control frame is fragmented (RFC 6455 §5.5)".
func (v *Violation) Error() string { return "websocket: " + v.Reason() }

// Reason is what a Close says about v:
// "control frame is fragmented (RFC 6455 §5.5)". It fits a control frame.
func (v *Violation) Reason() string { return v.Text + " (" + v.Section + ")" }

// Rules on one header alone, judged by [ParseHeader].
var (
	ErrReservedOpcode    = rule("reserved-opcode", "RFC 6455 §5.2", ProtocolError, "opcode is reserved")
	ErrControlFragmented = rule("control-fragmented", "RFC 6455 §5.5", ProtocolError, "control frame is fragmented")
	ErrControlTooLong    = rule("control-too-long", "RFC 6455 §5.5", ProtocolError, "control frame over 125 bytes")
	ErrLengthNotMinimal  = rule("length-not-minimal", "RFC 6455 §5.2", ProtocolError, "payload length is not in its shortest form")
	ErrLengthTopBit      = rule("length-top-bit", "RFC 6455 §5.2", ProtocolError, "64-bit payload length has its top bit set")
)

// Rules on a close payload, judged by [ParseClose].
var (
	ErrCloseTooShort = rule("close-too-short", "RFC 6455 §5.5.1", ProtocolError, "close payload has one byte")
	ErrCloseCode     = rule("close-code", "RFC 6455 §7.4", ProtocolError, "close code may not be on the wire")
	ErrReasonNotUTF8 = rule("reason-not-utf8", "RFC 6455 §5.5.1", InvalidPayload, "close reason is not UTF-8")
)

// Rules on a header within its connection, judged by package session.
var (
	ErrReservedBits      = rule("reserved-bits", "RFC 6455 §5.2", ProtocolError, "RSV bit without an extension that defines it")
	ErrCompressedNotHead = rule("compressed-not-first", "RFC 7692 §6.1", ProtocolError, "RSV1 on a frame that does not begin a message")
	ErrNotMasked         = rule("not-masked", "RFC 6455 §5.1", ProtocolError, "client frame is not masked")
	ErrMasked            = rule("masked", "RFC 6455 §5.1", ProtocolError, "server frame is masked")
	ErrNothingToContinue = rule("nothing-to-continue", "RFC 6455 §5.4", ProtocolError, "continuation without a message to continue")
	ErrNotContinued      = rule("not-continued", "RFC 6455 §5.4", ProtocolError, "new message inside a fragmented one")
)

// Rules on a message, judged by package session.
var (
	ErrTextNotUTF8      = rule("text-not-utf8", "RFC 6455 §8.1", InvalidPayload, "text is not UTF-8")
	ErrDeflateCorrupt   = rule("deflate-corrupt", "RFC 7692 §7.2.2", InvalidPayload, "compressed message is corrupt")
	ErrDeflateTruncated = rule("deflate-truncated", "RFC 7692 §7.2.2", InvalidPayload, "compressed message ends early")
)

// Limits of ours (§10.4), judged by package session or, where they need a clock
// or a budget, by the endpoint's shell.
var (
	ErrMessageTooBig    = rule("message-too-big", "RFC 6455 §10.4", MessageTooBig, "message is over the limit")
	ErrTooManyFragments = rule("too-many-fragments", "RFC 6455 §10.4", PolicyViolation, "message has too many fragments")
	ErrControlFlood     = rule("control-flood", "RFC 6455 §10.4", PolicyViolation, "too many control frames")
	ErrMessageTooSlow   = rule("message-too-slow", "RFC 6455 §10.4", PolicyViolation, "message arrives too slowly")
	ErrMemoryShort      = rule("memory-short", "RFC 6455 §10.4", TryAgainLater, "no memory for the message at present")
)

// Violations lists all rules: each is a variable of this package, Err and a name.
var Violations []*Violation

func rule(id, section string, code CloseCode, text string) *Violation {
	v := &Violation{ID: id, Section: section, Code: code, Text: text}
	Violations = append(Violations, v)
	return v
}
