package chat

import (
	"time"

	"rfc6455/frame"
)

// A Refusal is the message "error": what the server did not do.
type Refusal struct {
	Code  *Code
	ID    string        // of the say that it is about; "": of none, or none that could be told
	Retry time.Duration // of TooFast: when to send it again
}

// Append appends the message "error".
func (m Refusal) Append(b []byte) []byte {
	b = append(b, `{"type":"error"`...)
	b = appendStringField(b, "code", m.Code.Name)
	if m.ID != "" {
		b = appendStringField(b, "id", m.ID)
	}
	if m.Retry > 0 {
		b = appendIntField(b, "retry_ms", ceilMillis(m.Retry))
	}
	b = appendStringField(b, "text", m.Code.Text)
	return append(b, '}')
}

// A Code says why something is refused. Its name never changes; its text is for
// people who read protocols.
type Code struct {
	Name   string
	Close  frame.CloseCode // what follows the error; 0: nothing, the connection lives
	Text   string
	Client string // what a client does
}

// Codes are all of them, in the order in which they stand below.
var Codes []*Code

func code(name string, c frame.CloseCode, text, client string) *Code {
	refusal := &Code{Name: name, Close: c, Text: text, Client: client}
	Codes = append(Codes, refusal)
	return refusal
}

// What a client may get wrong in a message.
var (
	Malformed   = code("malformed", 0, "not a message of chat.v1", "mend the program")
	UnknownType = code("unknown-type", 0, "no message of that type", "mend the program")
	BadID       = code("bad-id", 0, "id is not 16 to 64 of A-Z a-z 0-9 - _", "mend the program")
	BadName     = code("bad-name", 0, "name is not 1 to 32 visible characters", "ask for another name")
	Empty       = code("empty", 0, "text is empty", "drop the text")
	TooLong     = code("too-long", 0, "text is over the limit", "give the text back to be shortened")
	NameFixed   = code("name-fixed", 0, "name comes from the sign-in, and stays", "tell the person")
	IDUsed      = code("id-used", 0, "another text has that id", "send the text under a new id")
	TooFast     = code("rate", 0, "too much at a time", "send it again after retry_ms")
	NotTaken    = code("not-taken", frame.TryAgainLater, "the room could not take the text", "reconnect, send it again")
)

// What a client may ask for in vain on connecting.
var (
	MalformedQuery = code("malformed-query", frame.PolicyViolation, "query is malformed", "mend the program")
	BadRoom        = code("bad-room", frame.PolicyViolation, "room is not 1 to 64 visible characters", "ask for another room")
	UnfitName      = code("unfit-name", frame.PolicyViolation, "name is not up to 32 visible characters", "ask for another name")
	BadMe          = code("bad-me", frame.PolicyViolation, "me is not 32 hexadecimal digits or 22 of base64url", "make a new secret")
	RoomFull       = code("room-full", frame.TryAgainLater, "room is full", "tell the person; reconnect later")
	RoomsFull      = code("rooms-full", frame.TryAgainLater, "there are too many rooms", "tell the person; reconnect later")
	RoomAway       = code("room-away", frame.TryAgainLater, "room cannot be opened at present", "tell the person; reconnect later")
)
