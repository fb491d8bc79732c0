package fuzz

import (
	"errors"
	"hash/crc32"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/frame/session"
)

// A sessionParser is this module's own Receiver as a Parser.
type sessionParser struct {
	r      *session.Receiver
	events []string
	closed bool
}

func newSessionParser(cfg Config) Parser {
	sc := session.Config{Role: cfg.Role, Limits: cfg.Limits}
	if cfg.Deflate != Plain {
		sc.Inflater = deflate.NewDecompressor(15, cfg.Deflate == Takeover)
	}
	return &sessionParser{r: session.NewReceiver(sc)}
}

func (p *sessionParser) Feed(b []byte) {
	for ev := range p.r.Feed(b) {
		p.events = append(p.events, ev.String())
		p.closed = p.closed || ev.Opcode == frame.Close
		for i := range ev.Payload {
			ev.Payload[i] = 0x5A // it is ours to change
		}
	}
}

func (p *sessionParser) Trace() string { return trace(p.events, p.r.Err(), p.closed) }

// trace puts a trace together.
func trace(events []string, err error, closed bool) string {
	end := open
	var v *frame.Violation
	switch {
	case errors.As(err, &v):
		end = failed + " " + v.ID
	case err != nil:
		end = failed + " " + err.Error() // no rule: never right
	case closed:
		end = "closed"
	}
	return strings.Join(append(events[:len(events):len(events)], end), "\n")
}

// longCase is the stream's length from which tests in -short leave one out.
const longCase = 64 << 10

func TestSessionOnCases(t *testing.T) {
	n := 0
	for id, c := range Cases() {
		n++
		t.Run(id, func(t *testing.T) {
			if len(c.In) > longCase {
				// All the splits of it are too many; whole and in packets will do.
				checkLong(t, c)
				return
			}
			Check(t, c.Config, c.In, newSessionParser)
		})
	}
	if n == 0 {
		t.Fatal("there is no case")
	}
}

func checkLong(t *testing.T, c Case) {
	ref := judge(c.Config, c.In)
	for _, n := range []int{len(c.In), 1460, 4097} {
		p := newSessionParser(c.Config)
		for _, piece := range pieces(c.In, max(n, 1)) {
			feed(p, piece)
		}
		if got := p.Trace(); !ref.agrees(got) {
			t.Errorf("pieces of %d bytes: end %q, want %q", n, got[strings.LastIndexByte(got, '\n')+1:], ref.end)
		}
	}
}

// TestSessionOnSeeds puts every seed to every kind of connection, also to those
// that it was not made for.
func TestSessionOnSeeds(t *testing.T) {
	for id, in := range Seeds() {
		t.Run(id, func(t *testing.T) {
			for _, role := range []frame.Role{frame.Server, frame.Client} {
				Check(t, Config{Role: role}, in, newSessionParser)
				Check(t, Config{Role: role, Deflate: Takeover, Limits: session.Limits{Message: 40, Fragments: 3, ControlBurst: 2}}, in, newSessionParser)
			}
		})
	}
}

// addSeeds gives a target every seed, in every configuration that it knows.
func addSeeds(f *testing.F) {
	for id, in := range Seeds() {
		f.Add(in, byte(crc32.ChecksumIEEE([]byte(id)))&^2) // as it is
	}
	for kind := range byte(32) {
		f.Add([]byte("\x00\x00\x01\x02\x00 a few choices for Stream: \x0a\x40\x80\xc0\xff\x10\xc8\x21"), kind)
	}
}

// configOf and streamOf make a connection and a stream of a target's arguments.
func configOf(kind byte) Config {
	cfg := Config{Role: frame.Role(kind & 1)}
	if kind&4 != 0 {
		cfg.Deflate = Fresh
	}
	if kind&8 != 0 {
		cfg.Deflate = Takeover
	}
	if kind&16 != 0 {
		cfg.Limits = session.Limits{Message: 1000, Fragments: 3, ControlBurst: 4}
	}
	return cfg
}

func streamOf(in []byte, kind byte) []byte {
	if kind&2 != 0 {
		return Stream(frame.Role(kind&1), in)
	}
	return in
}

// FuzzSession holds the Receiver against everything that Check knows.
func FuzzSession(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, in []byte, kind byte) {
		if stream := streamOf(in, kind); len(stream) <= maxSeed {
			Check(t, configOf(kind), stream, newSessionParser)
			Check(t, configOf(kind), stream, newSpaciousParser)
		}
	})
}

// FuzzSplits cuts long streams where the fuzzer says.
func FuzzSplits(f *testing.F) {
	for kind := range byte(32) {
		f.Add([]byte("\x10\x20\x1f\x05\x99\x43"), []byte{1, 0, 255}, kind)
	}
	for _, in := range Seeds() {
		f.Add(in, []byte{1, 7, 3}, byte(0))
	}
	f.Fuzz(func(t *testing.T, in, cuts []byte, kind byte) {
		cfg, stream := configOf(kind), streamOf(in, kind)
		p := newSessionParser(cfg)
		rest := stream
		for _, c := range cuts {
			n := min(len(rest), int(c)*int(c))
			feed(p, rest[:n])
			rest = rest[n:]
		}
		feed(p, rest)
		if got, ref := p.Trace(), judge(cfg, stream); !ref.agrees(got) {
			t.Errorf("%+v, stream %x: %s", cfg, stream, firstDifference(got, ref.trace(frame.Frame.String)))
		}
	})
}
