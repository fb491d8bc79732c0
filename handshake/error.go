package handshake

import "strconv"

// An Error is a rule of the opening handshake that the peer, or the caller,
// broke. There is one variable per rule; what a function returns is that
// variable or a copy that adds the offending value, so errors.Is tells which.
// A server may make its own to refuse for its own reasons, a 503 for one.
type Error struct {
	ID      string // permanent: "key-invalid"
	Section string // "RFC 6455 §4.2.1"; empty: no clause asks for it
	Status  int    // what a server answers with; in ErrAnswerStatus what it answered; else 0
	Text    string // the rule that was broken
	Value   string // what broke it, as it came: hostile, and cut only when shown
	Fields  Fields // more header fields for the answer, Retry-After for one
}

// Errors lists every rule that this package judges, in the order of its files.
// It is not to be changed.
var Errors []*Error

// maxShown is how many bytes of a Value Error shows.
const maxShown = 128

// Error is the rule, the value that broke it and the clause, all ASCII but §:
// `websocket: Sec-WebSocket-Version is not 13: "8" (RFC 6455 §4.2.2)`.
func (e *Error) Error() string {
	s := "websocket: " + e.Text
	if e.Value != "" {
		s += ": " + strconv.QuoteToASCII(e.Value[:min(len(e.Value), maxShown)])
	}
	if e.Section != "" {
		s += " (" + e.Section + ")"
	}
	return s
}

// Is reports whether target is the same rule, whatever the value.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.ID == e.ID
}

// with gives e and the value that broke it.
func (e *Error) with(value string) *Error {
	c := *e
	c.Value = value
	return &c
}

// rule makes the variable of one rule and lists it.
func rule(id, section string, status int, text string) *Error {
	e := &Error{ID: id, Section: section, Status: status, Text: text}
	Errors = append(Errors, e)
	return e
}
