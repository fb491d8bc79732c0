package dump

import (
	"fmt"
	"strings"

	"rfc6455/cmd/ws/internal/annotate"
)

// brief prints a line for each frame.
type brief struct{ printer }

func (v brief) begin(h *heading) {
	if h.client != "" {
		v.printf("# connection %d: client %s, server %s\n", h.number, h.client, h.server)
	} else if h.url != "" {
		v.printf("# connection to %s\n", plain(h.url))
	}
}

func (v brief) opening(h *heading, o *annotate.Opening) {
	status := "no answer"
	if len(o.Answer) > 0 {
		status = o.Answer[0]
	}
	line := fmt.Sprintf("%-8s %s  %s -> %s", number(h, 0), seconds(o.At), o.Request[0], status)
	if o.Established {
		line += ", " + agreed(o.Agreement)
	}
	for _, err := range []error{o.RequestErr, o.AnswerErr} {
		if err != nil {
			line += "; BREAKS " + strings.TrimPrefix(err.Error(), "websocket: ")
		}
	}
	v.printf("%s\n", plain(line))
}

func (v brief) frame(h *heading, f *annotate.Frame) {
	v.printf("%-8s ", number(h, f.Number))
	if h.timed {
		v.printf("%s  ", seconds(f.At))
	}
	v.printf("%s  %s", f.From, f.Frame)
	if f.Message != nil && (f.Compressed || f.Fragments > 1) {
		v.printf("  = %s%s", f.Message, how(f))
	}
	if b := f.Violation; b != nil {
		v.printf("; BREAKS %s%s", b.Reason(), answered(b))
	}
	for _, r := range f.Remarks {
		v.printf("; %s", r)
	}
	v.printf("\n")
}

func (v brief) end(h *heading, e *annotate.End) {
	all := ended(e)
	if h.timed {
		all = append([]string{closing(e)}, all...)
	}
	if len(all) > 0 {
		v.printf("# connection %d ends: %s\n", h.number, strings.Join(all, "; "))
	}
}
