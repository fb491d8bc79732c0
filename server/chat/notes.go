package chat

import "strconv"

// A Note is a message about who is in a room, for everybody who is in it:
// [Joined], [Left], [Renamed] or [Members].
type Note interface {
	Append(b []byte) []byte
	note()
}

// Joined says that somebody came.
type Joined struct {
	Version uint64
	Member  Member
}

// Left says that somebody went, some time after his last connection did.
type Left struct {
	Version uint64
	ID      string
}

// Renamed says that somebody has another name.
type Renamed struct {
	Version uint64
	Member  Member
}

// Members is how many are in a room and, if List is not nil, who. As a message of
// its own a list is complete; in a welcome it is the first [ListedMembers] of them.
type Members struct {
	Version uint64
	Count   int
	List    []Member
}

func (Joined) note()  {}
func (Left) note()    {}
func (Renamed) note() {}
func (Members) note() {}

// Append appends the message "joined".
func (m Joined) Append(b []byte) []byte {
	b = append(b, `{"type":"joined",`...)
	b = appendVersion(b, m.Version)
	b = m.Member.appendFields(append(b, ','))
	return append(b, '}')
}

// Append appends the message "left".
func (m Left) Append(b []byte) []byte {
	b = append(b, `{"type":"left",`...)
	b = appendVersion(b, m.Version)
	b = appendStringField(b, "id", m.ID)
	return append(b, '}')
}

// Append appends the message "renamed".
func (m Renamed) Append(b []byte) []byte {
	b = append(b, `{"type":"renamed",`...)
	b = appendVersion(b, m.Version)
	b = m.Member.appendFields(append(b, ','))
	return append(b, '}')
}

// Append appends the message "members".
func (m Members) Append(b []byte) []byte {
	b = append(b, `{"type":"members",`...)
	b = m.appendFields(b)
	return append(b, '}')
}

func (m Members) appendFields(b []byte) []byte {
	b = appendVersion(b, m.Version)
	b = appendIntField(b, "count", int64(m.Count))
	if m.List == nil {
		return b
	}
	b = append(appendField(b, "list"), '[')
	for i, who := range m.List {
		if i > 0 {
			b = append(b, ',')
		}
		b = who.append(b)
	}
	return append(b, ']')
}

func appendVersion(b []byte, v uint64) []byte {
	return strconv.AppendUint(append(b, `"version":`...), v, 10)
}
