package chat

// A Request is what a client sends: a [Say], a [Rename] or a [Ping].
type Request interface {
	Append(b []byte) []byte
	request()
}

// Limits of a message's id, in characters of base64url's alphabet.
const (
	MinID = 16
	MaxID = 64
)

// A Say gives a text to everybody in the room.
type Say struct {
	ID   string // made at random by the client, kept when it sends the text again
	Text string
}

// A Rename changes the member's name, for all of its connections.
type Rename struct{ Name string }

// A Ping asks for a pong: scripts in pages cannot send the protocol's own.
type Ping struct{}

func (Say) request()    {}
func (Rename) request() {}
func (Ping) request()   {}

// Append appends the message "say".
func (m Say) Append(b []byte) []byte {
	b = append(b, `{"type":"say"`...)
	b = appendStringField(b, "id", m.ID)
	b = appendStringField(b, "text", m.Text)
	return append(b, '}')
}

// Append appends the message "name".
func (m Rename) Append(b []byte) []byte {
	b = append(b, `{"type":"name"`...)
	b = appendStringField(b, "name", m.Name)
	return append(b, '}')
}

// Append appends the message "ping".
func (Ping) Append(b []byte) []byte { return append(b, `{"type":"ping"}`...) }
