package cat

import (
	"io"
	"strings"

	"rfc6455/cmd/ws/internal/tap"
	"rfc6455/cmd/ws/internal/transcript"
	"rfc6455/frame"
)

// A Watcher tells of what goes by on the wire.
type Watcher struct {
	Role   frame.Role         // ours
	W      io.Writer          // for a line on each frame; nil: none
	Dump   *transcript.Writer // nil: none
	Active func()             // called when data goes by

	line []byte
}

// Watch is the watcher of a [tap.Conn].
func (w *Watcher) Watch(c tap.Chunk) {
	if c.Data {
		w.Active()
	}
	if w.W != nil {
		w.show(c)
	}
	if w.Dump != nil {
		w.write(c)
	}
}

// show writes a line for each frame. One that stderr does not take is lost.
func (w *Watcher) show(c tap.Chunk) {
	for _, seen := range c.Frames {
		w.line = seen.AppendText(tap.AppendTime(w.line[:0], c.At, c.From, w.Role))
		w.W.Write(append(w.line, '\n'))
	}
	if c.End {
		w.line = append(tap.AppendTime(w.line[:0], c.At, c.From, w.Role), "end"...)
		if c.Err != nil {
			w.line = append(append(w.line, ": "...), c.Err.Error()...)
		}
		w.W.Write(append(w.line, '\n'))
	}
}

// write writes a chunk down. The Writer keeps its first error for who closes it.
func (w *Watcher) write(c tap.Chunk) {
	var notes []string
	for _, seen := range c.Frames {
		notes = append(notes, seen.Frame.String())
	}
	note := strings.Join(notes, "; ")
	if c.End {
		w.Dump.End(c.From, c.At, note)
		return
	}
	w.Dump.Bytes(c.From, c.At, c.Bytes, note)
}
