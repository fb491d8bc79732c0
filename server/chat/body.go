package chat

import (
	"encoding/binary"
	"errors"
	"time"
)

// A body's first bytes: its form, the time, and how long the fields are that
// stand before the text.
const (
	bodyForm   = 1
	bodyHeader = 1 + 8 + 3
	maxField   = 255
)

// ErrBody says that bytes are not a [Body].
var ErrBody = errors.New("chat: not a message's body, form 1")

// A Body is what a room's log holds of a message: all that every format needs.
//
//	1 byte    the form, 1
//	8 bytes   Time, big-endian
//	3 bytes   the lengths of ID, From and Name
//	          ID, From, Name, and Text up to the end
type Body struct {
	Time int64  // when it was read: microseconds since 1970, UTC
	ID   []byte // of the message, given by who said it
	From []byte // the id of the member
	Name []byte // of the member, at that time
	Text []byte
}

// ParseBody reads what [Body.Append] makes, and nothing else. The fields are
// slices of p. The error is [ErrBody].
func ParseBody(p []byte) (Body, error) {
	if len(p) < bodyHeader || p[0] != bodyForm {
		return Body{}, ErrBody
	}
	id, from, name := int(p[9]), int(p[10]), int(p[11])
	b := Body{Time: int64(binary.BigEndian.Uint64(p[1:]))}
	p = p[bodyHeader:]
	if len(p) < id+from+name {
		return Body{}, ErrBody
	}
	b.ID, p = p[:id:id], p[id:]
	b.From, p = p[:from:from], p[from:]
	b.Name, b.Text = p[:name:name], p[name:len(p):len(p)]
	return b, nil
}

// Append appends b for a log. ID, From and Name must be of at most 255 bytes each,
// as everything is that this package lets through.
func (b Body) Append(dst []byte) []byte {
	return appendBody(dst, b.Time, b.ID, b.From, b.Name, b.Text)
}

// AppendBody appends the body of what from says at that time.
func (m Say) AppendBody(dst []byte, from Member, at time.Time) []byte {
	return appendBody(dst, at.UnixMicro(), m.ID, from.ID, from.Name, m.Text)
}

func appendBody[T string | []byte](dst []byte, at int64, id, from, name, text T) []byte {
	if max(len(id), len(from), len(name)) > maxField {
		panic("chat: field of a body is over 255 bytes")
	}
	dst = append(dst, bodyForm)
	dst = binary.BigEndian.AppendUint64(dst, uint64(at))
	dst = append(dst, byte(len(id)), byte(len(from)), byte(len(name)))
	dst = append(dst, id...)
	dst = append(dst, from...)
	dst = append(dst, name...)
	return append(dst, text...)
}

// BodyBytes is how long the body of a text of n bytes is at most, for whoever
// sets a log's limits.
func BodyBytes(n int) int { return bodyHeader + maxField*3 + n }
