package annotate

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/handshake"
	"rfc6455/testdata"
)

// A notebook is a Sink that notes what it is told, a line each.
type notebook struct {
	lines  []string
	events []string // of frames: the messages
	first  *frame.Violation
	raw    [2][]byte // headers and payloads as they came
	frames []Frame   // without what is valid only for a moment
	opened *Opening
	end    *End
}

func (n *notebook) Opening(o *Opening) {
	n.opened = o
	n.lines = append(n.lines, fmt.Sprintf("opening %t %v %v %+v", o.Established, o.RequestErr, o.AnswerErr, o.Agreement.Deflate))
}

func (n *notebook) Frame(f *Frame) {
	line := fmt.Sprintf("#%d %s @%d %s", f.Number, f.From, f.Offset, f)
	if f.Violation != nil {
		line += " breaks " + f.Violation.ID
		if n.first == nil && f.Judged {
			n.first = f.Violation
		}
	}
	if f.Message != nil {
		n.events = append(n.events, f.Message.String())
		line += " = " + f.Message.String()
	}
	if f.Compressed {
		line += ", compressed"
	}
	for _, r := range f.Remarks {
		line += "; " + r
	}
	n.lines = append(n.lines, line)
	n.raw[f.From] = append(append(n.raw[f.From], f.Head...), f.Wire()...)
	kept := *f
	kept.Message, kept.Payload, kept.Head = nil, nil, nil
	n.frames = append(n.frames, kept)
}

func (n *notebook) End(e *End) {
	n.end = e
	n.lines = append(n.lines, fmt.Sprintf("end %v, %t %t", e.Err, e.Closed[frame.Client] != nil, e.Closed[frame.Server] != nil))
}

// explain gives what one side's bytes come to, cut into pieces of n bytes.
func explain(cfg Config, from frame.Role, b []byte, n int) *notebook {
	notes := &notebook{}
	c := New(cfg, notes)
	for piece := range slices.Chunk(bytes.Clone(b), n) {
		c.Bytes(from, 0, piece)
	}
	c.Break(0, nil)
	return notes
}

// wants compares the notes with lines, of which each has to begin so.
func (n *notebook) wants(t *testing.T, lines ...string) {
	t.Helper()
	ok := len(n.lines) == len(lines)
	for i := range min(len(lines), len(n.lines)) {
		ok = ok && n.lines[i] == lines[i]
	}
	if !ok {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(n.lines, "\n\t"), strings.Join(lines, "\n\t"))
	}
}

// TestScripts holds what is found to the session scripts: the messages and the rule
// that is broken, if one is.
func TestScripts(t *testing.T) {
	sessions, err := testdata.Sessions()
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, s := range sessions {
		in, events, ok := script(s)
		if !ok {
			continue
		}
		ran++
		cfg := Config{}
		if p := s.Deflate; p != nil {
			cfg.Deflate = handshake.DeflateParams{
				Enabled: true, ServerNoContextTakeover: p.ServerNoContextTakeover, ClientNoContextTakeover: p.ClientNoContextTakeover,
				ServerMaxWindowBits: p.ServerMaxWindowBits, ClientMaxWindowBits: p.ClientMaxWindowBits,
			}
		}
		for _, n := range []int{1, 3, 1 << 20} {
			if n < 1<<20 && len(in) > 1<<14 {
				continue
			}
			notes := explain(cfg, s.Role.Peer(), in, n)
			if !slices.Equal(notes.events, events) || notes.first != s.End.Violation {
				t.Errorf("%s %s, in pieces of %d: %q and %v, want %q and %v", s.At, s.ID, n, notes.events, notes.first, events, s.End.Violation)
			}
			if got := notes.raw[s.Role.Peer()]; !bytes.HasPrefix(in, got) {
				t.Errorf("%s: the frames are %x, want %x", s.At, got, in)
			}
		}
	}
	if ran < 300 {
		t.Errorf("%d of %d scripts say what a peer alone does", ran, len(sessions))
	}
}

// script gives what the peer sends in a script and what must come of it, if that
// depends on the peer alone.
func script(s testdata.Session) (in []byte, events []string, ok bool) {
	if s.Limits != (testdata.Limits{}) || s.Strict != "" && s.End.Violation == nil {
		return nil, nil, false
	}
	var c *deflate.Compressor
	if s.Deflate != nil {
		c = deflate.NewCompressor(s.Deflate.Window(s.Role.Peer()))
		defer c.Close()
	}
	for _, step := range s.Steps {
		for range max(1, step.Times) {
			switch step.Kind {
			case testdata.Do:
				return nil, nil, false
			case testdata.Raw:
				in = append(in, step.Raw...)
			case testdata.Packed, testdata.In:
				f := step.Frame
				if step.Kind == testdata.Packed {
					f.RSV1, f.Payload = true, c.Append(nil, f.Payload)
					f.Length = int64(len(f.Payload))
				}
				for part := range testdata.Fragments(f, step.Split) {
					in = part.AppendWire(in)
				}
			case testdata.Event:
				events = append(events, step.Frame.String())
			}
		}
	}
	return in, events, len(in) < 1<<20 && (s.End.Violation == nil || s.End.Violation.Code != frame.PolicyViolation && s.End.Violation != frame.ErrMessageTooBig)
}

// bytesOf gives frames in the notation as they go over the wire.
func bytesOf(t *testing.T, from frame.Role, frames ...string) (b []byte) {
	t.Helper()
	for _, s := range frames {
		f, err := frame.ParseFrame(s, from)
		if err != nil {
			t.Fatal(err)
		}
		b = f.AppendWire(b)
	}
	return b
}

func TestViolationsGoOn(t *testing.T) {
	explain(Config{}, frame.Server, bytesOf(t, frame.Server, `ping "a"`, `text masked "b"`, `cont "c"`, `op3 len16 "d"`), 1<<20).wants(t,
		`#1 server @0 ping "a" = ping "a"`,
		`#2 server @3 text "b" breaks masked`,
		`#3 server @10 cont "c"; judged by itself alone: an earlier frame fails the connection`,
		`#4 server @13 op3 len16 "d" breaks reserved-opcode; judged by itself alone: an earlier frame fails the connection`,
		`end <nil>, false false`)
}

func TestAfterClose(t *testing.T) {
	explain(Config{}, frame.Client, bytesOf(t, frame.Client, `close 1000 "bye"`, `text key=01020304 "b"`, `ping key=02020304`, `close key=03030303 1000`), 1).wants(t,
		`#1 client @0 close 1000 "bye" = close 1000 "bye"`,
		`#2 client @11 text "b" breaks data-after-close`,
		`#3 client @18 ping; what follows a Close is discarded (RFC 6455 §1.4)`,
		`#4 client @24 close 1000; what follows a Close is discarded (RFC 6455 §1.4)`,
		`end <nil>, true false`)
}

func TestRemarks(t *testing.T) {
	explain(Config{}, frame.Client, bytesOf(t, frame.Client, `text more "a"`, `cont "b"`), 2).wants(t,
		`#1 client @0 text more "a"`,
		`#2 client @7 cont "b" = text "ab"; the key is that of the frame before, and should be fresh (RFC 6455 §5.3)`,
		`end <nil>, false false`)
	explain(Config{}, frame.Server, bytesOf(t, frame.Server, `close 1010`), 1).wants(t,
		`#1 server @0 close 1010 = close 1010; code 1010 is not for a server to send (RFC 6455 §7.4.1)`,
		`end <nil>, false true`)
	explain(Config{}, frame.Server, append(bytesOf(t, frame.Server, `text len=0x8000000000000001`), "rest"...), 5).wants(t,
		`#1 server @0 text len=9223372036854775809 "" breaks length-top-bit; no frame is this long: what follows cannot be told apart`,
		`end <nil>, false false`)
}

// TestCloseOfTheFailed counts the Close behind a violation, if it can be read.
func TestCloseOfTheFailed(t *testing.T) {
	for close, want := range map[string]bool{`close 1002 "why"`: true, `close`: true, `close "x"`: false, `close 1005`: false, `close len=3 1000`: false} {
		notes := explain(Config{}, frame.Server, bytesOf(t, frame.Server, `cont "c"`, close), 3)
		if got := notes.end.Closed[frame.Server]; (got != nil) != want || want && got.Code != frame.ProtocolError && got.Code != frame.NoStatus {
			t.Errorf("%s: %+v", close, got)
		}
	}
}

// TestPartial ends streams inside frames and headers.
func TestPartial(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"\x81", `#1 server @0 text ""; the header never became whole`},
		{"\x83", `#1 server @0 op3 breaks reserved-opcode; the header never became whole`},
		{"\x81\x7e\x00", `#1 server @0 text ""; the header never became whole`},
		{"\x82\x05Hel", `#1 server @0 binary len=5 "Hel"; 2 bytes of the payload never came`},
	} {
		notes := explain(Config{}, frame.Server, []byte(tt.in), 1)
		notes.wants(t, tt.want, `end <nil>, false false`)
		if !notes.end.Inside[frame.Server] || string(notes.raw[frame.Server]) != tt.in {
			t.Errorf("%q: %+v, %q", tt.in, notes.end, notes.raw)
		}
	}
}

func TestCompressed(t *testing.T) {
	params := handshake.DeflateParams{Enabled: true, ClientNoContextTakeover: true}
	for _, from := range []frame.Role{frame.Server, frame.Client} {
		c := deflate.NewCompressor(wire.Window(params, from))
		var in []byte
		for i := range 2 {
			f := frame.Frame{Header: frame.Header{RSV1: true, Opcode: frame.Text, Masked: from.Masks(), Key: frame.MaskKey{byte(i)}}}
			f.Payload = c.Append(nil, []byte("Hello, Hello, Hello"))
			f.Length = int64(len(f.Payload))
			for part := range testdata.Fragments(f, 4) {
				part.Key[3] = byte(len(in)) // fresh
				in = part.AppendWire(in)
			}
			in = frame.Header{Fin: true, Masked: from.Masks(), Key: frame.MaskKey{1, 2, 3, byte(len(in))}}.Append(in)
		}
		c.Close()
		notes := explain(Config{Deflate: params}, from, in, 7)
		if want := []string{`text "Hello, Hello, Hello"`, `text "Hello, Hello, Hello"`}; !slices.Equal(notes.events, want) || notes.first != nil {
			t.Errorf("from the %s: %q, %v", from, notes.events, notes.lines)
		}
		last := notes.frames[len(notes.frames)-1]
		if !last.Compressed || last.Fragments < 2 {
			t.Errorf("the last frame is %+v", last)
		}
	}
}

func TestLimits(t *testing.T) {
	long := bytesOf(t, frame.Server, `binary "*"*5000`, `text "b"`)
	notes := explain(Config{Message: 1000}, frame.Server, long, 64)
	if f := notes.frames[0]; !f.Limit || f.Violation != nil || len(notes.events) != 0 || len(notes.frames) != 2 {
		t.Errorf("over Message: %q", notes.lines)
	}
	memory := &Memory{Limit: 3000}
	notes = explain(Config{Memory: memory}, frame.Server, long, 64)
	if f := notes.frames[0]; !f.Limit || f.Violation != nil || len(notes.frames) != 2 {
		t.Errorf("over Memory: %q", notes.lines)
	}
	if memory.held != 0 {
		t.Errorf("%d bytes are not given back", memory.held)
	}
}

// FuzzConversation takes any bytes of both sides, in any pieces: what is said does not
// depend on the pieces, and no byte is lost or made up.
func FuzzConversation(f *testing.F) {
	f.Add([]byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58\x88\x80\x00\x00\x00\x00"), []byte("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\x88\x02\x03\xe8"), byte(1), false)
	f.Add([]byte(request), []byte(answer+"\x81\x05Hello"), byte(7), true)
	f.Fuzz(func(t *testing.T, client, server []byte, n byte, opening bool) {
		cfg := Config{Opening: opening, Deflate: handshake.DeflateParams{Enabled: n%2 == 0}, Message: 5000}
		run := func(n int) *notebook {
			notes := &notebook{}
			c := New(cfg, notes)
			for piece := range slices.Chunk(bytes.Clone(client), n) {
				c.Bytes(frame.Client, time.Second, piece)
			}
			for piece := range slices.Chunk(bytes.Clone(server), n) {
				c.Bytes(frame.Server, time.Second, piece)
			}
			c.End(frame.Client, time.Second)
			c.End(frame.Server, time.Second)
			return notes
		}
		whole, pieces := run(1<<20), run(int(n)+1)
		if !opening {
			for from, in := range [][]byte{frame.Server: server, frame.Client: client} {
				if !bytes.HasPrefix(in, whole.raw[from]) && !slices.ContainsFunc(whole.frames, func(f Frame) bool { return f.Limit }) {
					t.Errorf("frames of %x for %x", whole.raw[from], in)
				}
			}
		}
		slices.Sort(whole.lines)
		slices.Sort(pieces.lines)
		if !slices.Equal(whole.lines, pieces.lines) {
			t.Errorf("whole\n\t%s\nin pieces of %d\n\t%s", strings.Join(whole.lines, "\n\t"), int(n)+1, strings.Join(pieces.lines, "\n\t"))
		}
	})
}
