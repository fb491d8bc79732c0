package dump

import (
	"strings"
	"time"

	"rfc6455/cmd/ws/internal/annotate"
	"rfc6455/cmd/ws/internal/diagram"
	"rfc6455/frame"
)

const (
	drawnRows = 3    // of payload in a diagram
	indent    = "  " // of all that belongs to a heading
)

// text prints each frame with its diagram.
type text struct {
	printer
	drawing []byte // memory for diagrams
}

func (v *text) begin(h *heading) {
	switch {
	case h.client != "":
		v.printf("connection %d: client %s, server %s\n", h.number, h.client, h.server)
	case h.url != "":
		v.printf("connection to %s\n", plain(h.url))
	}
	if !h.start.IsZero() {
		v.printf(indent+"time 0 is %s\n", h.start.UTC().Format(time.RFC3339Nano))
	}
	if h.agreed != "" {
		v.printf(indent+"agreed: %s\n", plain(h.agreed))
	}
	if h.timed || h.agreed != "" {
		v.printf("\n")
	}
}

func (v *text) opening(h *heading, o *annotate.Opening) {
	for _, head := range []struct {
		sign  string
		lines []string
	}{{"> ", o.Request}, {"< ", o.Answer}} {
		for _, line := range head.lines {
			v.printf(indent+"%s%s\n", head.sign, plain(line))
		}
		if head.lines != nil {
			v.printf("\n")
		}
	}
	for _, err := range []error{o.RequestErr, o.AnswerErr} {
		if err != nil {
			v.printf(indent+"breaks: %s\n", plain(strings.TrimPrefix(err.Error(), "websocket: ")))
		}
	}
	switch {
	case o.Answer == nil:
		v.printf(indent + "no answer\n\n")
	case !o.Established:
		v.printf(indent + "refused\n\n")
	default:
		v.printf(indent+"agreed: %s\n\n", agreed(o.Agreement))
	}
}

func (v *text) frame(h *heading, f *annotate.Frame) {
	v.printf("%s %s", number(h, f.Number), f.From)
	if h.timed {
		v.printf(", %s s", seconds(f.At))
	}
	v.printf(", byte %d: %s\n\n", f.Offset, f.Frame)
	wire := f.Wire()
	v.drawing = diagram.Append(v.drawing[:0], diagram.Frame{Head: f.Head, Wire: wire, Clear: f.Payload, Payload: max(f.Length, 0)}, drawnRows, indent)
	v.Write(v.drawing)
	v.printf("\n")
	v.payload(f, wire)
	if f.Message != nil && (f.Compressed || f.Fragments > 1) {
		v.line("message", f.Message.Opcode.String()+" "+v.piece(f.Message.Payload)+how(f))
	}
	if b := f.Violation; b != nil {
		v.line("breaks", b.Reason()+answered(b))
	}
	for _, r := range f.Remarks {
		v.line("note", r)
	}
	v.printf("\n")
}

func (v *text) line(name, value string) { v.printf(indent+"%-9s %s\n", name, value) }

// payload prints key and payload.
func (v *text) payload(f *annotate.Frame, wire []byte) {
	if f.Masked && !f.HeadCut {
		v.line("key", v.hex(f.Key[:], true))
	}
	if len(f.Payload) == 0 {
		return
	}
	if f.Masked {
		v.line("masked", v.hex(wire, true))
		v.line("unmasked", v.hex(f.Payload, true))
	} else {
		v.line("payload", v.hex(f.Payload, true))
	}
	if f.Message != nil && !f.Compressed && f.Fragments <= 1 && f.Opcode != frame.Close {
		v.line("which is", v.piece(f.Payload))
	}
}

// how says how a message came.
func how(f *annotate.Frame) (s string) {
	if f.Compressed {
		s = ", inflated"
	}
	if f.Fragments > 1 {
		s += ", of " + count(f.Fragments, "frame")
	}
	return s
}

// answered says with which code a peer fails the connection (§7.4.1).
func answered(b *frame.Violation) string {
	if b.Code == frame.NoStatus {
		return ""
	}
	return ", answered by close " + b.Code.String()
}

func (v *text) end(h *heading, e *annotate.End) {
	all := ended(e)
	if h.timed {
		all = append([]string{closing(e)}, all...)
		v.printf("connection %d ends after %s s and %s", h.number, seconds(e.At), count(e.Frames, "frame"))
	} else if len(all) > 0 {
		v.printf("the end")
	}
	if len(all) > 0 {
		v.printf(": %s\n", strings.Join(all, "; "))
	}
	if h.timed {
		v.printf("\n")
	}
}
