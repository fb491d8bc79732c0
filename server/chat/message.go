package chat

// A Message is a text of somebody, as it stands at its place in the room's log.
// It is the only message that is encoded on the way of every text, once for all
// members.
type Message struct {
	Position Position
	Body     Body
}

// Append appends the message "message".
func (m Message) Append(b []byte) []byte {
	b = append(b, `{"type":"message","position":`...)
	b = appendPosition(b, m.Position)
	b = append(b, `,"id":`...)
	b = appendString(b, m.Body.ID)
	b = append(b, `,"from":{"id":`...)
	b = appendString(b, m.Body.From)
	b = append(b, `,"name":`...)
	b = appendString(b, m.Body.Name)
	b = append(b, `},"text":`...)
	b = appendText(b, m.Body.Text)
	b = appendIntField(b, "time", m.Body.Time/1000)
	return append(b, '}')
}
