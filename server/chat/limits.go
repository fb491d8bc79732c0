package chat

import (
	"cmp"
	"time"
)

const (
	DefaultText = 4096 // bytes of UTF-8 that a text has at most
	History     = 50   // messages, the last ones, that a client begins with which resumes nothing
)

// Limits are what a client must keep to; a welcome tells them.
type Limits struct {
	Text int  // bytes of a text; 0: [DefaultText]
	Rate Rate // of what a connection sends; zero: none
}

func (l Limits) text() int { return cmp.Or(l.Text, DefaultText) }

// FrameBytes is the limit of a message on the wire, over which a connection is
// failed with 1009: a text whose every byte is escaped as \u0000, and room for the
// rest.
func (l Limits) FrameBytes() int64 { return 6*int64(l.text()) + 1<<10 }

// append appends l as an object.
func (l Limits) append(b []byte) []byte {
	b = append(b, `{"text":`...)
	b = appendInt(b, l.text())
	b = appendIntField(b, "name", MaxName)
	if l.Rate.Every > 0 {
		b = appendIntField(b, "burst", int64(l.Rate.burst()))
		b = appendIntField(b, "refill_ms", ceilMillis(l.Rate.Every))
	}
	return append(b, '}')
}

// ceilMillis never tells somebody to come too early.
func ceilMillis(d time.Duration) int64 {
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}
