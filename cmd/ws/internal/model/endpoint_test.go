package model

import (
	"bytes"
	"errors"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/frame/session"
	"rfc6455/testdata"
)

// An endpoint is this module's own machine, without a socket: it echoes.
type endpoint struct {
	receiver *session.Receiver
	sender   *session.Sender
}

func newEndpoint(s *Setting) *endpoint {
	cfg := session.Config{Role: s.Role, NextKey: func() frame.MaskKey { return frame.MaskKey{1, 2, 3, 4} }, Limits: session.Limits{
		Message: 1 << 30, Fragments: 1 << 30, ControlBurst: 1 << 30,
	}}
	if s.Limits.Message > 0 {
		cfg.Limits.Message = s.Limits.Message
	}
	if s.Limits.Fragments > 0 {
		cfg.Limits.Fragments = s.Limits.Fragments
	}
	if s.Limits.Burst > 0 {
		cfg.Limits.ControlBurst = s.Limits.Burst
	}
	if s.Deflate != nil {
		cfg.Inflater = deflate.NewDecompressor(s.Deflate.Window(s.Role.Peer()))
		cfg.Deflater = deflate.NewCompressor(s.Deflate.Window(s.Role))
	}
	return &endpoint{session.NewReceiver(cfg), session.NewSender(cfg)}
}

// feed gives what the endpoint answers.
func (e *endpoint) feed(p []byte) []byte {
	for ev := range e.receiver.Feed(bytes.Clone(p)) {
		if ev.Opcode == frame.Text || ev.Opcode == frame.Binary {
			e.sender.Echo(ev) // refused after a Close
		}
		e.sender.React(ev, false)
	}
	if err := e.receiver.Err(); err != nil {
		e.sender.Fail(err)
	}
	out := bytes.Clone(e.sender.Output())
	e.sender.Wrote(len(out))
	return out
}

// live plays a case with the endpoint and gives what was observed.
func (e *endpoint) live(c *Case, o *Observer) *Observed {
	for _, p := range c.Writes(c.Bytes()) {
		o.Feed(e.feed(p))
	}
	if e.sender.State() != session.Open || !c.fenced() {
		o.End(true)
	}
	o.Seen.Late = true // all is there
	return &o.Seen
}

// settings are some that a target can have.
func settings() (all []Setting) {
	for _, role := range []frame.Role{frame.Server, frame.Client} {
		for _, p := range []*testdata.Parameters{nil, {}, {ServerNoContextTakeover: true, ClientNoContextTakeover: true}, {ServerMaxWindowBits: 9, ClientMaxWindowBits: 10}} {
			all = append(all, Setting{Role: role, Deflate: p}, Setting{Role: role, Deflate: p, Limits: testdata.Limits{Message: 2000, Fragments: 20, Burst: 30}})
		}
	}
	return all
}

// TestConformingEndpoint shows that what an endpoint does that obeys the RFC strictly
// is never called a deviation, alone and on a connection that goes on.
func TestConformingEndpoint(t *testing.T) {
	cases := uint64(400)
	if testing.Short() {
		cases = 100
	}
	for i, s := range settings() {
		var covered Coverage
		var e *endpoint
		var o *Observer
		for n := range cases {
			if e == nil {
				e, o = newEndpoint(&s), NewObserver(&s)
			}
			c := Generate(s, uint64(i), n)
			o.Next()
			variants := Predict(&c, 0)
			covered.Add(&c, &variants[0])
			if verdict, d := Judge(&c, variants, e.live(&c, o), 0); verdict != Holds {
				f := Find{Case: c, Seen: o.Seen, Deviation: Deviation{Text: "none"}}
				if d != nil {
					f.Deviation = *d
				}
				t.Fatalf("setting %d, verdict %d: %.3000s", i, verdict, f.Script())
			}
			if variants[0].End != Open || !c.GoesOn() {
				e, o = nil, nil
			}
		}
		if missing := covered.Missing(Reachable(&s)); len(missing) > 0 && !testing.Short() {
			t.Errorf("setting %d: %d cases never broke %q", i, cases, missing)
		}
	}
}

// TestProbesOfStrictEndpoint shows that an endpoint that is strict needs nothing.
func TestProbesOfStrictEndpoint(t *testing.T) {
	for i, s := range settings() {
		var seen Allow
		for _, p := range Probes(s) {
			seen |= p.Allow
			cases := []*Case{&p.Case}
			if p.Also != nil {
				cases = append(cases, p.Also)
			}
			for _, c := range cases {
				if verdict, d := Judge(c, Predict(c, 0), newEndpoint(&s).live(c, NewObserver(&s)), 0); verdict != Holds {
					t.Errorf("setting %d: probe for %s: %v", i, p.Allow, d)
				}
			}
		}
		want := StrictOnly
		if s.Deflate == nil {
			want &^= CutDeflate | OldWindow
		} else if _, takeover := s.Deflate.Window(s.Role.Peer()); takeover {
			want &^= OldWindow
		}
		if seen != want {
			t.Errorf("setting %d: probes for %s, want %s", i, seen, want)
		}
	}
}

func TestBasics(t *testing.T) {
	for _, s := range settings() {
		for _, size := range []int{0, 100} {
			c := Basics(s, size)
			if verdict, d := Judge(&c, Predict(&c, 0), newEndpoint(&s).live(&c, NewObserver(&s)), 0); verdict != Holds {
				t.Errorf("%+v, %d bytes: %v", s, size, d)
			}
		}
	}
}

// A limit that an int of 32 bits does not hold is neither tried nor a small one.
func TestLargeLimit(t *testing.T) {
	g := newGenerator(Setting{Limits: testdata.Limits{Message: 1 << 32}}, 1, 1)
	if g.largest() != DefaultMost || g.limit() != 0 {
		t.Errorf("messages of up to %d bytes, limit %d", g.largest(), g.limit())
	}
}

// TestSameSeed shows that a seed and a number are all that a case depends on.
func TestSameSeed(t *testing.T) {
	s := Setting{Deflate: &testdata.Parameters{}}
	differ := 0
	for n := range uint64(100) {
		a, b, other := Generate(s, 1, n), Generate(s, 1, n), Generate(s, 2, n)
		if !same(&a, &b) || a.Torn != b.Torn {
			t.Fatalf("case %d is not twice the same", n)
		}
		if !same(&a, &other) {
			differ++
		}
	}
	if differ < 90 {
		t.Errorf("of 100 cases only %d differ with the seed", differ)
	}
}

// TestObserverInPieces shows that it does not matter how what comes is cut.
func TestObserverInPieces(t *testing.T) {
	s := Setting{Role: frame.Server}
	var in []byte
	for _, line := range []string{`text "a"`, `pong "b"`, `ping "c"`, `close 1000 "d"`, `pong "e"`, `text "f"`} {
		f, err := frame.ParseFrame(line, frame.Server)
		if err != nil {
			t.Fatal(err)
		}
		in = f.AppendWire(in)
	}
	for cut := range in {
		o := NewObserver(&s)
		o.Feed(bytes.Clone(in[:cut]))
		o.Feed(bytes.Clone(in[cut:]))
		o.End(true)
		got := &o.Seen
		if len(got.Messages) != 1 || len(got.Pongs) != 1 || got.Close == nil || got.Code != 1000 || len(got.After) != 2 || got.Stop != EOF || got.Partial {
			t.Errorf("cut at %d: %q", cut, got.Lines())
		}
	}
	for cut := 1; cut < 3; cut++ {
		o := NewObserver(&s)
		o.Feed(bytes.Clone(in[:cut]))
		o.End(false)
		if o.Seen.Stop != Reset || !o.Seen.Partial {
			t.Errorf("cut at %d: %q, partial %t", cut, o.Seen.Lines(), o.Seen.Partial)
		}
	}
	o := NewObserver(&s)
	o.Feed([]byte{0x81, 0x81, 0, 0, 0, 0, 'x'})
	if !errors.Is(o.Seen.Broken, frame.ErrMasked) {
		t.Errorf("broken %v", o.Seen.Broken)
	}
}
