package dump

import (
	"bufio"
	"context"
	"errors"
	"io"

	"rfc6455/cmd/ws/internal/annotate"
)

// A Result counts what was found.
type Result struct {
	Kind    Kind
	Conns   int // connections with an opening handshake, or one
	Frames  int
	Broken  int // frames and handshakes that break a rule
	BadEnds int // connections that did not end as they should, or not followed to their end
	Over    int // frames over a limit of ours

	Packets int // of a capture
	Others  int // TCP connections without an opening handshake
}

// Good says whether all was as it should be.
func (r Result) Good() bool { return r.Broken == 0 && r.BadEnds == 0 && r.Over == 0 && r.Conns > 0 }

// Deviations says what was not as it should be.
func (r Result) Deviations() (all []string) {
	if r.Broken > 0 {
		all = append(all, count(r.Broken, "broken rule"))
	}
	if r.BadEnds > 0 {
		all = append(all, count(r.BadEnds, "bad end"))
	}
	if r.Over > 0 {
		all = append(all, count(r.Over, "frame")+" over a limit")
	}
	return all
}

// A dump is one run.
type dump struct {
	Options
	ctx    context.Context
	result Result
	view   view
	memory annotate.Memory
}

// Run reads r to its end, or until ctx is done, and prints what is in it. With an
// error Result counts what came before; [ErrKind] says that nothing was read.
func Run(ctx context.Context, r io.Reader, w io.Writer, o Options) (Result, error) {
	out := bufio.NewWriter(w)
	in := bufio.NewReaderSize(flusher{r, out}, peekLen)
	d := &dump{Options: o, ctx: ctx, view: newView(out, o)}
	if d.result.Kind = o.Kind; o.Kind == Any {
		var err error
		if d.result.Kind, err = kindOf(in); err != nil {
			return d.result, err
		}
	}
	read := map[Kind]func(io.Reader) error{Hex: d.hex, Raw: d.raw, Transcript: d.transcript, Capture: d.capture}
	err := read[d.result.Kind](in)
	if flushed := out.Flush(); !errors.Is(err, flushed) {
		err = errors.Join(err, flushed)
	}
	return d.result, err
}

// A flusher prints what is known before it waits for more: who looks at a capture
// while it is made wants to see it.
type flusher struct {
	io.Reader
	out *bufio.Writer
}

func (f flusher) Read(p []byte) (int, error) {
	if err := f.out.Flush(); err != nil {
		return 0, err
	}
	return f.Reader.Read(p)
}

// stopped says why the run is to end early.
func (d *dump) stopped() error { return context.Cause(d.ctx) }
