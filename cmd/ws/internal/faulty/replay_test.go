package faulty

import (
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/handshake"
	"rfc6455/testdata"
)

// A tape is a connection whose peer has said all that it will say. It is read in
// pieces and keeps what is written.
type tape struct {
	net.Conn
	in    []byte
	piece int // bytes that are read at once
	out   []byte
	ended bool // TCP was ended in our direction
}

func (c *tape) Read(p []byte) (int, error) {
	if len(c.in) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), c.piece)], c.in)
	c.in = c.in[n:]
	return n, nil
}

func (c *tape) Write(p []byte) (int, error) {
	c.out = append(c.out, p...)
	return len(p), nil
}

func (c *tape) CloseWrite() error {
	c.ended = true
	return nil
}

func (*tape) SetReadDeadline(time.Time) error  { return nil }
func (*tape) SetWriteDeadline(time.Time) error { return nil }

// A replay is a script with an echo endpoint in place of the one that it is for.
type replay struct {
	script testdata.Session
	role   frame.Role
	fault  *Fault
	piece  int
}

// playable says whether an endpoint that wants nothing but to echo can show it:
// in scripts of compression, what the endpoint is to send it sends as an echo.
func playable(s testdata.Session) bool {
	for _, step := range s.Steps {
		own := step.Kind == testdata.Do || step.Kind == testdata.Refused
		if own && !(s.Deflate != nil && s.Steps[0].Kind == testdata.Packed) {
			return false
		}
	}
	return true
}

// mirrored says whether a server's script can be played to a client: one in which
// nothing depends on masks.
func mirrored(s testdata.Session) bool {
	for _, step := range s.Steps {
		sent := step.Kind == testdata.In || step.Kind == testdata.Packed
		if step.Kind == testdata.Raw || sent && step.Frame.Masked != s.Role.Peer().Masks() {
			return false
		}
	}
	return !strings.HasPrefix(s.ID, "masking/") && !strings.Contains(s.ID, "1010")
}

// run plays the script and says what was not as it should have been.
func (r replay) run() error {
	nc := &tape{in: r.input(), piece: r.piece}
	e := Endpoint{Fault: r.fault, Limits: Limits{Message: r.script.Limits.Message, Fragments: r.script.Limits.Fragments, Burst: r.script.Limits.Burst}}
	if e.Limits.Message == 0 {
		e.Limits.Message = 1 << 20 // what the scripts take for the default
	}
	if err := e.Echo(nc, r.role, handshake.Agreement{Deflate: r.params()}, nil); err != nil && err != errFailed && err != io.EOF {
		return err
	}
	sent, err := r.read(nc.out)
	if err != nil {
		return err
	}
	if err := r.compare(sent); err != nil {
		return err
	}
	end := r.script.End.State
	if over := end == "failed" || end == "closed"; nc.ended != over && (r.role == frame.Server || end == "failed") {
		return fmt.Errorf("TCP was ended: %t, want %t", nc.ended, over)
	}
	return nil
}

func (r replay) params() (d handshake.DeflateParams) {
	if p := r.script.Deflate; p != nil {
		d = handshake.DeflateParams{
			Enabled: true, ServerNoContextTakeover: p.ServerNoContextTakeover, ClientNoContextTakeover: p.ClientNoContextTakeover,
			ServerMaxWindowBits: p.ServerMaxWindowBits, ClientMaxWindowBits: p.ClientMaxWindowBits,
		}
	}
	return d
}

// input gives what the peer sends.
func (r replay) input() (in []byte) {
	var packer *deflate.Compressor
	if r.script.Deflate != nil {
		packer = deflate.NewCompressor(r.script.Deflate.Window(r.role.Peer()))
		defer packer.Close()
	}
	for _, step := range r.script.Steps {
		if step.Kind != testdata.In && step.Kind != testdata.Packed && step.Kind != testdata.Raw {
			continue
		}
		for range step.Times {
			in = append(in, step.Raw...)
			if step.Kind == testdata.Raw {
				continue
			}
			f := step.Frame
			f.Masked = f.Masked != (r.role != r.script.Role)
			if step.Kind == testdata.Packed {
				f.RSV1, f.Payload = true, packer.Append(nil, f.Payload)
				f.Length = int64(len(f.Payload))
			}
			for f := range testdata.Fragments(f, step.Split) {
				in = f.AppendWire(in)
			}
		}
	}
	return in
}

// A group is what must come between two inputs: echoes and control frames, each
// in their order.
type group struct{ data, control []string }

func (g *group) add(line string, control bool) {
	if control {
		g.control = append(g.control, line)
	} else {
		g.data = append(g.data, line)
	}
}

// wanted gives what must come of the script.
func (r replay) wanted() (all []group) {
	expected := false
	for i, step := range r.script.Steps {
		if i == 0 || expected && !step.Kind.IsExpectation() {
			all = append(all, group{})
		}
		expected = step.Kind.IsExpectation()
		f := step.Frame
		control := f.Opcode.IsControl()
		if (control || step.Kind != testdata.Event) && (!control || step.Kind != testdata.Out) {
			continue
		}
		if f.Opcode == frame.Close && r.script.End.State == "failed" {
			f.Payload = frame.AppendClose(nil, r.script.End.Violation.Code, r.script.End.Violation.Reason())
		}
		for range step.Times {
			all[len(all)-1].add(f.String(), control)
		}
	}
	return all
}

// compare compares what the endpoint sent, group by group.
func (r replay) compare(sent []sentFrame) error {
	groups := r.wanted()
	for i, want := range groups {
		n := min(len(want.data)+len(want.control), len(sent))
		if i == len(groups)-1 {
			n = len(sent)
		}
		var got group
		for _, f := range sent[:n] {
			got.add(f.line, f.control)
		}
		sent = sent[n:]
		if err := same("echo", got.data, want.data); err != nil {
			return err
		}
		if err := same("frame", got.control, want.control); err != nil {
			return err
		}
	}
	return nil
}

// A sentFrame is one in the notation.
type sentFrame struct {
	line    string
	control bool
}

// read takes what the endpoint sent apart, as strictly as a peer may.
func (r replay) read(out []byte) (sent []sentFrame, err error) {
	var unpacker *deflate.Decompressor
	if r.script.Deflate != nil {
		unpacker = deflate.NewDecompressor(r.script.Deflate.Window(r.role))
		defer unpacker.Close()
	}
	for len(out) > 0 {
		h, n, err := frame.ParseHeader(out)
		if err != nil || int64(len(out)-n) < h.Length {
			return nil, fmt.Errorf("no frame: %x, %w", out[:min(16, len(out))], err)
		}
		p := out[n:][:h.Length]
		out = out[n:][h.Length:]
		if h.Masked != r.role.Masks() || h.RSV2 || h.RSV3 || !h.Fin || h.RSV1 && (unpacker == nil || h.Opcode.IsControl()) {
			return nil, fmt.Errorf("not a legal frame: %+v", h)
		}
		if h.Masked {
			h.Key.XOR(p)
		}
		if h.RSV1 {
			if p, err = unpacker.Append(nil, p, 1<<25); err != nil {
				return nil, err
			}
		}
		h.RSV1, h.Length = false, int64(len(p))
		sent = append(sent, sentFrame{frame.Frame{Header: h, Payload: p}.String(), h.Opcode.IsControl()})
	}
	return sent, nil
}

func same(what string, got, want []string) error {
	for i := range max(len(got), len(want)) {
		if i >= len(got) {
			return fmt.Errorf("%s %d is missing, want %s", what, i, want[i])
		}
		if i >= len(want) {
			return fmt.Errorf("%s %d is %s, want none", what, i, got[i])
		}
		if got[i] != want[i] {
			return fmt.Errorf("%s %d is %s, want %s", what, i, got[i], want[i])
		}
	}
	return nil
}
