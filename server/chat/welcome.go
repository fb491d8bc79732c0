package chat

// A Welcome is the first message that a client gets.
type Welcome struct {
	You     Member
	Fixed   bool // your name: nobody can take another one
	Room    string
	Members Members
	Limits  Limits
	Head    Position // of the last message there is; for display, not to resume from
}

// Append appends the message "welcome".
func (m Welcome) Append(b []byte) []byte {
	b = append(b, `{"type":"welcome","you":`...)
	b = m.You.appendFields(append(b, '{'))
	if m.Fixed {
		b = append(appendField(b, "fixed"), "true"...)
	}
	b = append(b, '}')
	b = appendStringField(b, "room", m.Room)
	b = append(appendField(b, "members"), '{')
	b = m.Members.appendFields(b)
	b = append(b, '}')
	b = m.Limits.append(appendField(b, "limits"))
	b = appendPosition(appendField(b, "head"), m.Head)
	return append(b, '}')
}

// A Resync says that what follows does not join onto what the client has.
type Resync struct {
	Reason   Verdict  // one that Resyncs
	Position Position // the client's from now on: before the first message that follows
}

// Append appends the message "resync".
func (m Resync) Append(b []byte) []byte {
	b = append(b, `{"type":"resync"`...)
	b = appendStringField(b, "reason", m.Reason.String())
	b = appendPosition(appendField(b, "position"), m.Position)
	return append(b, '}')
}

// Live says that history is over.
type Live struct{}

// Append appends the message "live".
func (Live) Append(b []byte) []byte { return append(b, `{"type":"live"}`...) }

// An Ack answers a say that the room's log holds already.
type Ack struct {
	ID       string
	Position Position // where it stands
}

// Append appends the message "ack".
func (m Ack) Append(b []byte) []byte {
	b = append(b, `{"type":"ack"`...)
	b = appendStringField(b, "id", m.ID)
	b = appendPosition(appendField(b, "position"), m.Position)
	return append(b, '}')
}

// A Pong answers a ping.
type Pong struct{}

// Append appends the message "pong".
func (Pong) Append(b []byte) []byte { return append(b, `{"type":"pong"}`...) }

func (m Member) append(b []byte) []byte {
	b = append(b, '{')
	b = m.appendFields(b)
	return append(b, '}')
}

// appendFields appends the fields of m for an object that may have others.
func (m Member) appendFields(b []byte) []byte {
	b = appendString(append(b, `"id":`...), m.ID)
	return appendStringField(b, "name", m.Name)
}
