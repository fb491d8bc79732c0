package frame

import (
	"encoding/binary"
	"strconv"
	"unicode/utf8"
)

// A CloseCode says why an endpoint closes (§7.4).
type CloseCode uint16

// The codes of §7.4.1 and of IANA's registry (§11.7).
const (
	NormalClosure      CloseCode = 1000
	GoingAway          CloseCode = 1001 // a server shuts down, a page is left
	ProtocolError      CloseCode = 1002
	UnsupportedData    CloseCode = 1003 // binary where only text is understood
	NoStatus           CloseCode = 1005 // never on the wire: the Close had no code
	Abnormal           CloseCode = 1006 // never on the wire: there was no Close
	InvalidPayload     CloseCode = 1007 // text that is not UTF-8, a corrupt compressed message
	PolicyViolation    CloseCode = 1008
	MessageTooBig      CloseCode = 1009
	MandatoryExtension CloseCode = 1010 // from a client only
	InternalError      CloseCode = 1011
	ServiceRestart     CloseCode = 1012
	TryAgainLater      CloseCode = 1013
	BadGateway         CloseCode = 1014
	TLSHandshake       CloseCode = 1015 // never on the wire
)

// MaxReason is what a control frame leaves for a close reason, in bytes.
const MaxReason = MaxControlPayload - 2

// String is the code's number.
func (c CloseCode) String() string { return strconv.Itoa(int(c)) }

// Receivable says whether c may be in a Close that comes in: the codes with a
// meaning of their own and those of libraries and applications, 3000-4999
// (§7.4.1, §7.4.2).
func (c CloseCode) Receivable() bool {
	switch {
	case c >= 3000 && c <= 4999:
		return true
	case c >= NormalClosure && c <= UnsupportedData, c >= InvalidPayload && c <= BadGateway:
		return true
	}
	return false
}

// Sendable says whether an endpoint of role r may send c: what is receivable,
// but 1010 is for clients only (§7.4.1).
func (c CloseCode) Sendable(r Role) bool {
	return c.Receivable() && !(c == MandatoryExtension && r == Server)
}

// ParseClose reads the payload of a Close frame (§5.5.1). An empty one is
// [NoStatus]. The error is [ErrCloseTooShort], [ErrCloseCode] or, the code being
// good, [ErrReasonNotUTF8].
func ParseClose(p []byte) (CloseCode, string, error) {
	if len(p) == 0 {
		return NoStatus, "", nil // §7.1.5
	}
	if len(p) == 1 {
		return 0, "", ErrCloseTooShort
	}
	c := CloseCode(binary.BigEndian.Uint16(p))
	if !c.Receivable() {
		return 0, "", ErrCloseCode
	}
	if !utf8.Valid(p[2:]) {
		return 0, "", ErrReasonNotUTF8
	}
	return c, string(p[2:]), nil
}

// AppendClose appends the payload of a Close frame (§5.5.1): nothing for
// [NoStatus], otherwise the code and the reason. A reason over [MaxReason] bytes
// is cut at the last rune that fits. It does not judge the code: see
// [CloseCode.Sendable].
func AppendClose(b []byte, c CloseCode, reason string) []byte {
	if c == NoStatus {
		return b
	}
	b = binary.BigEndian.AppendUint16(b, uint16(c))
	return append(b, cutReason(reason)...)
}

func cutReason(s string) string {
	if len(s) <= MaxReason {
		return s
	}
	n := MaxReason
	for n > MaxReason-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
