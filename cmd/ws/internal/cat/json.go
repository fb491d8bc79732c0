package cat

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/server/conn"
)

// JSON writes one object on a line for each thing that happens.
type JSON struct{ W io.Writer }

// A record is what one line of JSON can say.
type record struct {
	Event      string  `json:"event"` // open, message, close or end
	Time       float64 `json:"time"`  // in seconds since the opening handshake
	URL        string  `json:"url,omitempty"`
	Protocol   string  `json:"subprotocol,omitempty"`
	Extensions string  `json:"extensions,omitempty"`
	Type       string  `json:"type,omitempty"`   // of a message: text or binary
	Text       *string `json:"text,omitempty"`   // its payload
	Base64     *[]byte `json:"base64,omitempty"` // or so, of a binary one
	Code       int     `json:"code,omitempty"`   // of a close; without one it is 1005
	Reason     string  `json:"reason,omitempty"`
	ByPeer     bool    `json:"by_peer,omitempty"` // the peer began it
	Error      string  `json:"error,omitempty"`   // why there was no close
}

// Open writes what was agreed with whom.
func (j JSON) Open(url, protocol, extensions string) error {
	return j.write(record{Event: "open", URL: url, Protocol: protocol, Extensions: extensions})
}

// Take writes a message.
func (j JSON) Take(at time.Duration, ev session.Event) error {
	r := record{Event: "message", Time: at.Seconds(), Type: ev.Opcode.String()}
	if ev.Opcode == frame.Text {
		text := string(ev.Payload)
		r.Text = &text
	} else {
		r.Base64 = &ev.Payload
	}
	return j.write(r)
}

// End writes how the connection ended.
func (j JSON) End(at time.Duration, err error) error {
	r := record{Event: "end", Time: at.Seconds()}
	var closed *conn.ClosedError
	if errors.As(err, &closed) {
		r.Event, r.Code, r.Reason, r.ByPeer = "close", int(closed.Code), closed.Reason, closed.ByPeer
	} else if err != nil {
		r.Error = err.Error()
	}
	return j.write(r)
}

func (j JSON) write(r record) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		return err
	}
	_, err := j.W.Write(escape(b.Bytes()))
	return err
}

// escape escapes what JSON lets stand and a terminal may act on.
func escape(line []byte) []byte {
	b := make([]byte, 0, len(line))
	for len(line) > 0 {
		r, n := utf8.DecodeRune(line)
		if r == '\n' || isVisible(r) {
			b = append(b, line[:n]...)
		} else {
			for _, unit := range utf16.AppendRune(nil, r) {
				b = appendUnit(b, unit)
			}
		}
		line = line[n:]
	}
	return b
}

// appendUnit appends \u and four digits.
func appendUnit(b []byte, unit uint16) []byte {
	digits := strconv.FormatUint(uint64(unit)|1<<16, 16)
	return append(append(b, `\u`...), digits[1:]...)
}
