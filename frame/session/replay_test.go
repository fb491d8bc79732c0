package session_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/frame/session"
	"rfc6455/testdata"
)

// scriptKey masks what a client of ours sends: the key of the notation.
var scriptKey = frame.MaskKey{0x37, 0xfa, 0x21, 0x3d}

// An endpoint lives through a script: our Receiver and Sender, and the peer's
// ends of the compression.
type endpoint struct {
	r *session.Receiver
	s *session.Sender

	packer   *deflate.Compressor   // the peer's
	unpacker *deflate.Decompressor // the peer's
	sending  frame.Opcode          // of the message that is sent in fragments

	events, frames []frame.Frame // since the last comparison
	output         []byte        // not parsed yet

	buffer []byte // what is read from a socket goes here; nil: the stream itself is fed
}

func newEndpoint(script testdata.Session, buffer []byte, memory session.Memory) *endpoint {
	cfg := session.Config{
		Role:    script.Role,
		InPlace: buffer != nil,
		Memory:  memory,
		Limits: session.Limits{
			Message:      script.Limits.Message,
			Fragments:    script.Limits.Fragments,
			ControlBurst: script.Limits.Burst,
		},
		NextKey: func() frame.MaskKey { return scriptKey },
	}
	e := &endpoint{buffer: buffer}
	if p := script.Deflate; p != nil {
		cfg.Deflater = deflate.NewCompressor(p.Window(script.Role))
		cfg.Inflater = deflate.NewDecompressor(p.Window(script.Role.Peer()))
		e.packer = deflate.NewCompressor(p.Window(script.Role.Peer()))
		e.unpacker = deflate.NewDecompressor(p.Window(script.Role))
	}
	e.r, e.s = session.NewReceiver(cfg), session.NewSender(cfg)
	return e
}

// replay lives through a script, its stream in pieces of size bytes, read into a
// buffer if there is one.
func replay(script testdata.Session, size int, buffer []byte) error {
	return newEndpoint(script, buffer, nil).live(script, size)
}

func (e *endpoint) live(script testdata.Session, size int) error {
	var in []byte
	var want expectation
	for _, step := range script.Steps {
		if step.Kind.IsExpectation() {
			want.add(step)
			continue
		}
		if want.at != "" {
			e.feed(in, size)
			if err := e.compare(&want); err != nil {
				return err
			}
			in = nil
		}
		if step.Kind != testdata.Do && step.Kind != testdata.Refused {
			in = e.appendInput(in, step)
			continue
		}
		e.feed(in, size)
		in = nil
		if err := e.want(step); err != nil {
			return err
		}
	}
	e.feed(in, size)
	if err := e.compare(&want); err != nil {
		return err
	}
	return e.checkEnd(script.End)
}

// appendInput appends what the peer sends in a step.
func (e *endpoint) appendInput(in []byte, step testdata.Step) []byte {
	if step.Kind.IsExpectation() {
		return in
	}
	for range step.Times {
		if step.Kind == testdata.Raw {
			in = append(in, step.Raw...)
			continue
		}
		f := step.Frame
		if step.Kind == testdata.Packed {
			f.RSV1, f.Payload = true, e.packer.Append(nil, f.Payload)
			f.Length = int64(len(f.Payload))
		}
		for f := range testdata.Fragments(f, step.Split) {
			in = f.AppendWire(in)
		}
	}
	return in
}

// feed feeds a stream in pieces of size bytes, and reacts and fails as a
// connection does.
func (e *endpoint) feed(in []byte, size int) {
	if size == 0 {
		size = max(1, len(in))
	}
	for len(in) > 0 {
		var piece []byte
		if e.buffer == nil {
			piece = in[:min(size, len(in)):min(size, len(in))]
		} else {
			piece = e.read(in, size)
		}
		in = in[len(piece):]
		for ev := range e.r.Feed(piece) {
			e.events = append(e.events, eventFrame(ev))
			e.s.React(ev, false)
		}
		if err := e.r.Err(); err != nil {
			e.s.Fail(err)
		}
	}
	e.drain()
}

// read reads as a socket is read: into the Receiver's space, or else into the
// one buffer that there is.
func (e *endpoint) read(in []byte, size int) []byte {
	space := e.r.Space()
	if len(space) == 0 {
		space = e.buffer
	}
	return space[:copy(space[:min(size, len(space))], in)]
}

func (e *endpoint) drain() {
	out := e.s.Output()
	e.output = append(e.output, out...)
	e.s.Wrote(len(out))
}

// eventFrame gives the frame that ev would be, alone and unmasked.
func eventFrame(ev session.Event) frame.Frame {
	p := bytes.Clone(ev.Payload)
	if ev.Opcode == frame.Close {
		p = frame.AppendClose(nil, ev.Code, ev.Reason)
	}
	return frame.Frame{Header: frame.Header{Fin: true, Opcode: ev.Opcode, Length: int64(len(p))}, Payload: p}
}

// want does what the endpoint wants by itself.
func (e *endpoint) want(step testdata.Step) error {
	refused := step.Kind == testdata.Refused
	for range step.Times {
		for f := range step.Frames() {
			before := len(e.s.Output())
			err := e.send(f)
			if refused != (err != nil) {
				return fmt.Errorf("%s: %s %s: %v", step.At, step.Kind, f, err)
			}
			if refused && len(e.s.Output()) != before {
				return fmt.Errorf("%s: %s was refused, but something leaves", step.At, f)
			}
		}
	}
	e.drain()
	return nil
}

func (e *endpoint) send(f frame.Frame) error {
	switch {
	case f.Opcode == frame.Close && len(f.Payload) == 0:
		return e.s.Close(frame.NoStatus, "")
	case f.Opcode == frame.Close:
		return e.s.Close(frame.CloseCode(binary.BigEndian.Uint16(f.Payload)), string(f.Payload[2:]))
	case f.Opcode == frame.Continuation:
		return e.s.Fragment(e.sending, f.Payload, f.Fin)
	case !f.Fin:
		e.sending = f.Opcode
		return e.s.Fragment(f.Opcode, f.Payload, false)
	}
	return e.s.Send(f.Opcode, f.Payload)
}

// An expectation is what a run of event, out and unpacked lines asks for.
type expectation struct {
	events, frames []frame.Frame
	at             string // of its first line, "" if there is none
}

func (want *expectation) add(step testdata.Step) {
	if want.at == "" {
		want.at = step.At
	}
	for range step.Times {
		switch step.Kind {
		case testdata.Event:
			want.events = append(want.events, step.Frame)
		case testdata.Unpacked:
			f := step.Frame
			f.RSV1 = true
			want.frames = append(want.frames, f)
		default:
			want.frames = slices.AppendSeq(want.frames, step.Frames())
		}
	}
}

// compare compares what came since the last time, and begins anew.
func (e *endpoint) compare(want *expectation) error {
	if err := e.parseOutput(); err != nil {
		return err
	}
	if i := differ(e.events, want.events); i >= 0 {
		return fmt.Errorf("\n%s: events differ from number %d on\ngot\n%swant\n%s", want.at, i, list(e.events[i:]), list(want.events[i:]))
	}
	if i := differ(e.frames, want.frames); i >= 0 {
		return fmt.Errorf("\n%s: frames that leave differ from number %d on\ngot\n%swant\n%s", want.at, i, list(e.frames[i:]), list(want.frames[i:]))
	}
	e.events, e.frames, *want = nil, nil, expectation{}
	return nil
}

// parseOutput reads the frames of the output, in the clear.
func (e *endpoint) parseOutput() error {
	for len(e.output) > 0 {
		h, n, err := frame.ParseHeader(e.output)
		if err == nil && int64(len(e.output)-n) < h.Length {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return fmt.Errorf("output %x: %w", e.output[:min(len(e.output), 64)], err)
		}
		f := frame.Frame{Header: h, Payload: bytes.Clone(e.output[n : n+int(h.Length)])}
		e.output = e.output[n+int(h.Length):]
		if h.Masked {
			h.Key.XOR(f.Payload)
		}
		if h.RSV1 && e.unpacker != nil {
			if f.Payload, err = e.unpacker.Append(nil, f.Payload, 1<<30); err != nil {
				return fmt.Errorf("output %s: %w", f, err)
			}
			f.Length = int64(len(f.Payload))
		}
		e.frames = append(e.frames, f)
	}
	return nil
}

func (e *endpoint) checkEnd(end testdata.End) error {
	err, _ := e.r.Err().(*frame.Violation)
	if state := e.s.State().String(); state != end.State || err != end.Violation {
		return fmt.Errorf("the end is %s, %v; want %s, %v", state, e.r.Err(), end.State, end.Violation)
	}
	return nil
}

// differ gives the first place at which two lists differ, or -1.
func differ(a, b []frame.Frame) int {
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i].Header != b[i].Header || !bytes.Equal(a[i].Payload, b[i].Payload) {
			return i
		}
	}
	return -1
}

// list shows the first few frames, one a line.
func list(frames []frame.Frame) string {
	var b strings.Builder
	for i, f := range frames {
		if i == 8 {
			fmt.Fprintf(&b, "\t... and %d more\n", len(frames)-i)
			break
		}
		fmt.Fprintf(&b, "\t%s", f)
		if f.Masked {
			fmt.Fprintf(&b, " (masked with %x)", f.Key)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
