package session

import "rfc6455/frame"

// An Event is what a peer said: a whole message (Text, Binary), reassembled and
// inflated (§6.2), or a control frame (Ping, Pong, Close).
type Event struct {
	Opcode  frame.Opcode    // never Continuation
	Payload []byte          // valid, and the receiver's to change, until the next event; what is appended goes elsewhere
	Code    frame.CloseCode // of a Close; NoStatus if it had none (§7.1.5)
	Reason  string          // of a Close (§7.1.6)

	framed *[]byte // Payload with the free bytes before it; nil: there are none
}

// String is the event in the notation of [frame.Frame]: `text "Hello"`.
func (ev Event) String() string { return string(ev.AppendText(nil)) }

// AppendText appends what [Event.String] gives.
func (ev Event) AppendText(b []byte) []byte {
	f := frame.Frame{Header: frame.Header{Fin: true, Opcode: ev.Opcode, Length: int64(len(ev.Payload))}, Payload: ev.Payload}
	return f.AppendText(b)
}
