package dump

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"
	"unicode/utf8"

	"rfc6455/cmd/ws/internal/annotate"
	"rfc6455/cmd/ws/internal/transcript"
	"rfc6455/frame"
	"rfc6455/handshake"
)

// jsonView prints an object a line. What it has of a kind never changes its name;
// what is unsaid is left out.
type jsonView struct {
	printer
	line bytes.Buffer
}

// put prints one object. What a terminal takes for a command is escaped, also where
// JSON does not ask for it.
func (v *jsonView) put(object any) {
	v.line.Reset()
	enc := json.NewEncoder(&v.line)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(object); err != nil {
		panic("dump: an object of ours is none of JSON: " + err.Error())
	}
	for _, r := range v.line.String() {
		if r >= 0x7F && r < 0xA0 {
			v.printf(`\u%04x`, r)
		} else {
			v.WriteRune(r)
		}
	}
}

type jsonConnection struct {
	Type       string     `json:"type"` // "connection"
	Connection int        `json:"connection"`
	Client     string     `json:"client,omitempty"`
	Server     string     `json:"server,omitempty"`
	URL        string     `json:"url,omitempty"`
	Time       *time.Time `json:"time,omitempty"`
	Agreed     string     `json:"agreed,omitempty"`
}

func (v *jsonView) begin(h *heading) {
	c := jsonConnection{Type: "connection", Connection: h.number, Client: h.client, Server: h.server, URL: h.url, Agreed: h.agreed}
	if !h.start.IsZero() {
		c.Time = &h.start
	}
	v.put(c)
}

// A jsonRule is a rule that was broken.
type jsonRule struct {
	ID      string          `json:"id"`
	Section string          `json:"section,omitempty"`
	Text    string          `json:"text"`
	Code    frame.CloseCode `json:"code,omitempty"` // that answers it
}

type jsonOpening struct {
	Type        string     `json:"type"` // "opening"
	Connection  int        `json:"connection"`
	At          float64    `json:"at"` // seconds
	Request     []string   `json:"request"`
	Answer      []string   `json:"answer,omitempty"`
	Established bool       `json:"established"`
	Subprotocol string     `json:"subprotocol,omitempty"`
	Extensions  string     `json:"extensions,omitempty"`
	Breaks      []jsonRule `json:"breaks,omitempty"`
}

func (v *jsonView) opening(h *heading, o *annotate.Opening) {
	x := jsonOpening{
		Type: "opening", Connection: h.number, At: o.At.Seconds(), Request: o.Request, Answer: o.Answer,
		Established: o.Established, Subprotocol: o.Agreement.Protocol,
	}
	if o.Agreement.Deflate.Enabled {
		x.Extensions = transcript.Extensions(o.Agreement.Deflate)
	}
	for _, err := range []error{o.RequestErr, o.AnswerErr} {
		if rule := (*handshake.Error)(nil); errors.As(err, &rule) {
			x.Breaks = append(x.Breaks, jsonRule{ID: rule.ID, Section: rule.Section, Text: rule.Text})
		}
	}
	v.put(x)
}

type jsonFrame struct {
	Type       string       `json:"type"` // "frame"
	Connection int          `json:"connection"`
	Number     int          `json:"number"`
	From       string       `json:"from"`
	At         *float64     `json:"at,omitempty"` // seconds
	Offset     int64        `json:"offset"`
	Notation   string       `json:"notation"`
	Fin        bool         `json:"fin"`
	RSV1       bool         `json:"rsv1"`
	RSV2       bool         `json:"rsv2"`
	RSV3       bool         `json:"rsv3"`
	Opcode     uint8        `json:"opcode"`
	Length     uint64       `json:"length"`
	Key        string       `json:"key,omitempty"`    // in hexadecimal, as all that follows
	Header     string       `json:"header"`           //
	Wire       string       `json:"masked,omitempty"` // the beginning of the payload as it came
	Payload    string       `json:"payload"`          // and in the clear
	Missing    int64        `json:"missing,omitempty"`
	Message    *jsonMessage `json:"message,omitempty"`
	Breaks     *jsonRule    `json:"breaks,omitempty"`
	Judged     bool         `json:"judged"`
	Remarks    []string     `json:"remarks,omitempty"`
}

// A jsonMessage is a message that is whole.
type jsonMessage struct {
	Opcode     string `json:"opcode"`
	Length     int    `json:"length"`
	Text       string `json:"text,omitempty"` // its beginning, if it is UTF-8
	Hex        string `json:"hex,omitempty"`  // else
	Compressed bool   `json:"compressed,omitempty"`
	Frames     int    `json:"frames,omitempty"`
}

func (v *jsonView) frame(h *heading, f *annotate.Frame) {
	x := jsonFrame{
		Type: "frame", Connection: h.number, Number: f.Number, From: f.From.String(), Offset: f.Offset, Notation: f.Frame.String(),
		Fin: f.Fin, RSV1: f.RSV1, RSV2: f.RSV2, RSV3: f.RSV3, Opcode: uint8(f.Opcode), Length: uint64(f.Length),
		Header: hex.EncodeToString(f.Head), Payload: v.hex(f.Payload, false), Missing: f.Missing, Judged: f.Judged, Remarks: f.Remarks,
	}
	if h.timed {
		at := f.At.Seconds()
		x.At = &at
	}
	if f.Masked {
		x.Key, x.Wire = hex.EncodeToString(f.Key[:]), v.hex(f.Wire(), false)
	}
	if b := f.Violation; b != nil {
		x.Breaks = &jsonRule{b.ID, b.Section, b.Text, b.Code}
	}
	if ev := f.Message; ev != nil {
		m := jsonMessage{Opcode: ev.Opcode.String(), Length: len(ev.Payload), Compressed: f.Compressed, Frames: f.Fragments}
		if utf8.Valid(ev.Payload) {
			m.Text = string(v.cut(ev.Payload))
		} else {
			m.Hex = v.hex(ev.Payload, false)
		}
		x.Message = &m
	}
	v.put(x)
}

type jsonEnd struct {
	Type       string     `json:"type"` // "end"
	Connection int        `json:"connection"`
	At         float64    `json:"at"` // seconds
	Frames     int        `json:"frames"`
	Client     *jsonClose `json:"client,omitempty"` // its Close
	Server     *jsonClose `json:"server,omitempty"`
	First      string     `json:"first,omitempty"` // who ended TCP first
	Partial    []string   `json:"partial,omitempty"`
	Error      string     `json:"error,omitempty"`
}

type jsonClose struct {
	Code   frame.CloseCode `json:"code"` // 1005: none was said (§7.1.5)
	Reason string          `json:"reason,omitempty"`
}

func (v *jsonView) end(h *heading, e *annotate.End) {
	x := jsonEnd{Type: "end", Connection: h.number, At: e.At.Seconds(), Frames: e.Frames}
	for _, side := range []struct {
		from frame.Role
		to   **jsonClose
	}{{frame.Client, &x.Client}, {frame.Server, &x.Server}} {
		if c := e.Closed[side.from]; c != nil {
			*side.to = &jsonClose{c.Code, c.Reason}
		}
		if e.Inside[side.from] {
			x.Partial = append(x.Partial, side.from.String())
		}
	}
	if e.First >= 0 {
		x.First = frame.Role(e.First).String()
	}
	if e.Err != nil {
		x.Error = e.Err.Error()
	}
	v.put(x)
}
