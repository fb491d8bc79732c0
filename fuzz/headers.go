package fuzz

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"rfc6455/frame"
)

// maxHeaderLook is how many bytes a header's parser is shown, from the header's
// first on.
const maxHeaderLook = 32

// Headers makes parsers of a function that reads headers and nothing else; what a
// connection needs besides, the oracle does. parse gets the bytes that are there,
// from a header's first on, and whatever follows it, up to 32 in all. It gives the
// header and its length in bytes; no length, or io.ErrUnexpectedEOF, if there are
// too few bytes to tell; an error that no further byte could mend as soon as there
// is one: a [frame.Violation], or any other, whose rule is then not compared.
//
// It judges what a header says alone (§5.2, §5.5): minimal lengths, the top bit,
// reserved opcodes, the form of control frames. Masks, RSV bits and the order of
// frames are the oracle's.
func Headers(parse func(b []byte) (h frame.Header, n int, err error)) func(Config) Parser {
	return func(cfg Config) Parser { return &headerParser{cfg: cfg, parse: parse} }
}

// A headerParser reads everything again whenever it is asked.
type headerParser struct {
	cfg   Config
	parse func([]byte) (frame.Header, int, error)
	in    []byte
	fault string // what parse did that can be no header
}

func (p *headerParser) Feed(b []byte) { p.in = append(p.in, b...) }

func (p *headerParser) Trace() string {
	o := judgeBy(p.figure, p.cfg, p.in)
	if p.fault != "" {
		return died + " " + p.fault
	}
	return o.trace(frame.Frame.String)
}

// figure has parse read a header.
func (p *headerParser) figure(in []byte, _ bool) (f figure, broken *frame.Violation, whole bool) {
	in = bytes.Clone(in[:min(len(in), maxHeaderLook)])
	h, n, err := p.parse(in[:len(in):len(in)])
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), err == nil && n == 0:
		return f, nil, false
	case errors.As(err, &broken):
		return f, broken, false
	case err != nil:
		return f, new(frame.Violation), false // one without a name
	case n < 0 || n > len(in):
		p.fault = fmt.Sprintf("header of %d bytes, where %d are left", n, len(in))
		return f, nil, false
	}
	f = figure{fin: h.Fin, rsv1: h.RSV1, rsv2: h.RSV2, rsv3: h.RSV3, opcode: h.Opcode, mask: h.Masked, key: h.Key, size: n}
	f.length = uint64(h.Length)
	return f, nil, true
}
