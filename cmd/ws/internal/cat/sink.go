package cat

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// A Sink takes the messages that come, each with its time since the beginning.
type Sink interface {
	Take(at time.Duration, ev session.Event) error
}

// Raw writes payloads as they are: a text is a line, a binary message has nothing
// behind it.
type Raw struct{ W io.Writer }

// Take writes a payload.
func (r Raw) Take(_ time.Duration, ev session.Event) error {
	p := ev.Payload
	if ev.Opcode == frame.Text {
		p = append(bytes.Clone(p), '\n')
	}
	_, err := r.W.Write(p)
	return err
}

// Screen writes for a terminal: control characters of a text cannot reach it, and a
// binary message stands in the notation.
type Screen struct {
	W    io.Writer
	Mark string // before each message, which tells it from what is typed
}

// Take writes a message.
func (s Screen) Take(_ time.Duration, ev session.Event) error {
	b := []byte(s.Mark)
	if ev.Opcode == frame.Text {
		b = AppendVisible(b, string(ev.Payload))
	} else {
		b = ev.AppendText(b)
	}
	_, err := s.W.Write(append(b, '\n'))
	return err
}

// AppendVisible appends text for a terminal. What would steer it - ESC and all other
// control characters, and those that turn the direction of writing - is escaped as
// in a Go string; line feeds and tabs stay.
func AppendVisible(b []byte, text string) []byte {
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && n == 1:
			b = fmt.Appendf(b, `\x%02x`, text[0])
		case r == '\n' || r == '\t' || isVisible(r):
			b = append(b, text[:n]...)
		default:
			quoted := strconv.QuoteRune(r)
			b = append(b, quoted[1:len(quoted)-1]...)
		}
		text = text[n:]
	}
	return b
}

// isVisible says whether r may go to a terminal. The joiners are part of words and
// of emoji in many scripts, and harmless.
func isVisible(r rune) bool {
	const nonJoiner, joiner = '\u200C', '\u200D'
	return unicode.IsGraphic(r) || r == nonJoiner || r == joiner
}

// Numbered writes each payload to a file of its own.
type Numbered struct {
	Pattern string // with one %d, for numbers from 1
	n       int
}

// Take writes a file.
func (f *Numbered) Take(_ time.Duration, ev session.Event) error {
	f.n++
	return os.WriteFile(strings.Replace(f.Pattern, "%d", strconv.Itoa(f.n), 1), ev.Payload, 0o644)
}
