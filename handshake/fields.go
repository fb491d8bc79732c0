package handshake

import (
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Fields are header fields that were found fit to be written, in the order of
// their names. Only [NewFields] makes them, so that no CR, LF or NUL can reach
// the wire. The zero value is none. They are comparable.
type Fields struct{ lines string }

// Rules on header fields that the caller adds.
var (
	ErrFieldName     = rule("field-name", "RFC 9110 §5.1", 0, "header field's name is not a token")
	ErrFieldReserved = rule("field-reserved", "RFC 6455 §4.1", 0, "header field belongs to the handshake itself")
	ErrFieldValue    = rule("field-value", "RFC 9110 §5.5", 0, "header field's value has a control character")
)

// reserved are the fields that the handshake writes itself, or that would
// promise a body. All of Sec-WebSocket-* is, too.
var reserved = []string{
	"Allow", "Connection", "Content-Length", "Content-Type", "Host", "Origin",
	"Trailer", "Transfer-Encoding", "Upgrade", "X-Content-Type-Options",
}

// NewFields checks header fields that are to be added to a request, an
// acceptance or a refusal. Its errors are the rules named field-*.
func NewFields(h http.Header) (Fields, error) {
	var b []byte
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if !isToken(name) {
			return Fields{}, ErrFieldName.with(name)
		}
		canonical := http.CanonicalHeaderKey(name)
		if slices.Contains(reserved, canonical) || strings.HasPrefix(canonical, "Sec-Websocket-") {
			return Fields{}, ErrFieldReserved.with(name)
		}
		for _, value := range h[name] {
			if strings.ContainsFunc(value, isControl) {
				return Fields{}, ErrFieldValue.with(value)
			}
			b = appendField(b, name, strings.Trim(value, " \t"))
		}
	}
	return Fields{string(b)}, nil
}

// all gives name and value of every field.
func (f Fields) all() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for line := range strings.SplitSeq(f.lines, "\r\n") {
			name, value, ok := strings.Cut(line, ": ")
			if ok && !yield(name, value) {
				return
			}
		}
	}
}

// appendField appends one header line.
func appendField(b []byte, name, value string) []byte {
	b = append(append(b, name...), ": "...)
	return append(append(b, value...), "\r\n"...)
}

// isControl reports what no field value may hold; a tab may stand in one.
func isControl(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }
