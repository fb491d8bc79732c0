package fuzz

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// A plain is a small parser of its own, right but for the fault that it is given.
// It keeps what is not a whole frame yet and starts over with each Feed.
type plain struct {
	cfg    Config
	fault  string
	buf    []byte
	events []string
	err    error
	closed bool

	text  []byte
	op    frame.Opcode
	count int
	pings int
	waste []byte // what was declared
}

func (p *plain) Trace() string { return trace(p.events, p.err, p.closed) }

func (p *plain) Feed(b []byte) {
	if p.fault == "keeps the piece" && len(p.buf) == 0 {
		p.buf = b
	} else {
		p.buf = append(p.buf, b...)
	}
	for p.err == nil && (!p.closed || p.fault == "reads on after Close") && p.step() {
	}
}

// is tells the fault that is planted.
func (p *plain) is(fault string) bool { return p.fault == fault }

// step takes one frame, or judges the beginning of one.
func (p *plain) step() bool {
	h, n, err := frame.ParseHeader(p.buf)
	if p.is("takes long lengths") && err == frame.ErrLengthNotMinimal {
		f, _, whole := readFigure(p.buf, true)
		if !whole {
			return false
		}
		h = frame.Header{Fin: f.fin, RSV1: f.rsv1, RSV2: f.rsv2, RSV3: f.rsv3, Opcode: f.opcode, Masked: f.mask, Key: f.key, Length: int64(f.length)}
		n, err = f.size, nil
	}
	if v, ok := err.(*frame.Violation); ok && !(p.is("judges late") && len(p.buf) < 4) {
		p.err = v
		return false
	}
	if err != nil {
		return false
	}
	if p.is("125 and 126 are one") && h.Length == 126 {
		h.Length = 125
	}
	if p.err = p.judge(h); p.err != nil {
		return false
	}
	if p.is("makes what is declared") {
		p.waste = make([]byte, h.Length)
	}
	have := min(h.Length, int64(len(p.buf)-n))
	payload := p.unmask(h, p.buf[n:][:have])
	if !h.Opcode.IsControl() && (h.Opcode == frame.Text || p.op == frame.Text && h.Opcode == frame.Continuation) {
		p.judgeText(payload, h.Fin && have == h.Length)
	}
	if p.err != nil || have < h.Length {
		return false
	}
	p.buf = p.buf[n+int(have):]
	p.take(h, payload)
	return true
}

func (p *plain) unmask(h frame.Header, b []byte) []byte {
	payload := append([]byte(nil), b...)
	if p.is("mask starts over in the piece") && len(b) > 5 && int64(len(b)) < h.Length {
		h.Key.XOR(payload[:5])
		h.Key.XOR(payload[5:])
		return payload
	}
	h.Key.XOR(payload)
	return payload
}

func (p *plain) judge(h frame.Header) error {
	data := !h.Opcode.IsControl()
	switch {
	case (h.RSV1 || h.RSV2 || h.RSV3) && !p.is("ignores RSV"):
		return frame.ErrReservedBits
	case p.cfg.Role == frame.Server && !h.Masked && !p.is("takes unmasked"):
		return frame.ErrNotMasked
	case p.cfg.Role == frame.Client && h.Masked && !p.is("takes masked"):
		return frame.ErrMasked
	case h.Opcode == frame.Continuation && p.count == 0:
		if p.is("continues nothing") {
			return nil
		}
		return frame.ErrNothingToContinue
	case data && h.Opcode != frame.Continuation && p.count > 0 && !p.is("begins inside"):
		return frame.ErrNotContinued
	case data && p.count+1 > cmp.Or(p.cfg.Limits.Fragments, 131072) && !p.is("fragments without end"):
		return frame.ErrTooManyFragments
	case data && h.Length > p.limit():
		return frame.ErrMessageTooBig
	case !data && h.Opcode != frame.Close:
		if p.pings+1 > cmp.Or(p.cfg.Limits.ControlBurst, 1000) && !p.is("pings without end") {
			return frame.ErrControlFlood
		}
	}
	return nil
}

// limit is what a data frame may still bring.
func (p *plain) limit() int64 {
	limit := cmp.Or(p.cfg.Limits.Message, 1<<20)
	switch {
	case p.is("limit of each frame"):
		return limit
	case p.is("limit off by one"):
		return limit - int64(len(p.text)) + 1
	}
	return limit - int64(len(p.text))
}

func (p *plain) judgeText(payload []byte, last bool) {
	text := append(p.text[:len(p.text):len(p.text)], payload...)
	switch {
	case p.is("no UTF-8 check"), p.is("text judged at its end") && !last:
		return
	case p.is("text judged by frame"):
		if !utf8.Valid(payload) {
			p.err = frame.ErrTextNotUTF8
		}
		return
	}
	good, torn := judgeText(text)
	if p.is("takes surrogates") && strings.Contains(string(text), "\xed\xa0\x80") {
		good = true
	}
	if !good || last && torn != nil {
		p.err = frame.ErrTextNotUTF8
	}
}

func (p *plain) take(h frame.Header, payload []byte) {
	if !h.Opcode.IsControl() {
		p.takeData(h, payload)
		return
	}
	if h.Opcode == frame.Close {
		if _, _, p.err = frame.ParseClose(payload); p.is("any close code") && p.err == frame.ErrCloseCode {
			p.err = nil
		}
		if p.err != nil {
			return
		}
		p.closed = true
	}
	if p.is("control ends a message") {
		p.text, p.count = nil, 0
	}
	if h.Opcode != frame.Close {
		p.pings++
	}
	p.event(h.Opcode, payload)
}

func (p *plain) takeData(h frame.Header, payload []byte) {
	if h.Opcode != frame.Continuation {
		p.op = h.Opcode
	}
	p.count++
	p.text = append(p.text, payload...)
	if h.Fin {
		p.event(p.op, p.text)
		p.text, p.count = nil, 0
	}
}

func (p *plain) event(op frame.Opcode, payload []byte) {
	if p.is("drops empty messages") && len(payload) == 0 {
		return
	}
	if p.is("one event too many") && op == frame.Pong {
		p.events = append(p.events, "ping")
	}
	if p.is("panics at 127") && len(payload) == 127 {
		panic("127")
	}
	p.events = append(p.events, Event(op, payload))
}

// A recorder is a test that keeps what is reported.
type recorder struct {
	testing.TB
	reports []string
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.reports = append(r.reports, fmt.Sprintf(format, args...))
}

// faultStreams are what the faults are looked for with: short seeds, and what
// they do not have.
func faultStreams() [][]byte {
	const short = 300
	var streams [][]byte
	for _, in := range Seeds() {
		if len(in) <= short {
			streams = append(streams, in)
		}
	}
	for n := range 64 {
		seed := binary.BigEndian.AppendUint64(nil, uint64(n)*0x9E3779B97F4A7C15)
		seed = binary.BigEndian.AppendUint64(seed, uint64(n)*0xD1B54A32D192ED03)
		if in := Stream(frame.Role(n&1), seed); len(in) <= maxSeed {
			streams = append(streams, in)
		}
	}
	return streams
}

// faultConfigs are the connections that they are looked for on.
var faultConfigs = []Config{
	{},
	{Role: frame.Client},
	{Limits: session.Limits{Message: 100, Fragments: 3, ControlBurst: 2}},
}

// findFault gives the first report about a parser.
func findFault(t *testing.T, streams [][]byte, new func(Config) Parser) string {
	for _, cfg := range faultConfigs {
		for _, in := range streams {
			rec := &recorder{TB: t}
			Check(rec, cfg, in, new)
			if len(rec.reports) > 0 {
				return strings.Join(rec.reports, "\n")
			}
		}
	}
	return ""
}

// TestCheckFindsFaults plants faults, each of which was made by somebody, and
// demands that Check reports them.
func TestCheckFindsFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("the kit itself")
	}
	streams := faultStreams()
	if got := findFault(t, streams, func(c Config) Parser { return &plain{cfg: c} }); got != "" {
		t.Fatalf("without a fault: %s", got)
	}
	for _, fault := range []string{
		"mask starts over in the piece", "125 and 126 are one", "no UTF-8 check", "text judged at its end",
		"text judged by frame", "takes surrogates", "takes unmasked", "takes masked", "ignores RSV", "limit of each frame",
		"limit off by one", "fragments without end", "pings without end", "continues nothing", "begins inside",
		"takes long lengths", "any close code", "control ends a message", "reads on after Close", "keeps the piece",
		"drops empty messages", "one event too many", "panics at 127", "judges late",
	} {
		t.Run(fault, func(t *testing.T) {
			got := findFault(t, streams, func(c Config) Parser { return &plain{cfg: c, fault: fault} })
			if got == "" {
				t.Fatal("not reported")
			}
			if strings.HasPrefix(fault, "panics") && !strings.Contains(got, "fuzz: panic: 127") {
				t.Errorf("reported as something else: %s", got)
			}
		})
	}
}

// TestCheckNamesTheProperty looks at each kind of report.
func TestCheckNamesTheProperty(t *testing.T) {
	big := frame.Frame{Header: frame.Header{Fin: true, Opcode: frame.Binary, Masked: true, Length: 1 << 20}}.AppendWire(nil)
	torn := frame.Frame{Header: frame.Header{Fin: true, Opcode: frame.Text, Masked: true, Length: 20}, Payload: []byte("bad \xff and not whole")}.AppendWire(nil)
	for _, tt := range []struct {
		fault string
		in    []byte
		want  string
	}{
		{"takes unmasked", []byte{0x81, 0x00}, "fuzz: oracle: line 1 is \"text \\\"\\\"\", want \"failed not-masked\""},
		{"makes what is declared", big, "fuzz: bounds: "},
		{"text judged at its end", torn, "fuzz: prefix of 11 bytes: line 1 is \"open\", want \"failed text-not-utf8\""},
	} {
		rec := &recorder{TB: t}
		Check(rec, Config{}, tt.in, func(c Config) Parser { return &plain{cfg: c, fault: tt.fault} })
		if got := strings.Join(rec.reports, "\n"); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q in it", tt.fault, got, tt.want)
		}
	}
}

// TestLaxity shows that what the RFC lets be is let be, and only where asked for.
func TestLaxity(t *testing.T) {
	if testing.Short() {
		t.Skip("the kit itself")
	}
	streams := faultStreams()
	for _, tt := range []struct {
		fault string
		allow Laxity
	}{{"takes long lengths", LongLengths}, {"text judged at its end", LateText}} {
		new := func(c Config) Parser { return &plain{cfg: c, fault: tt.fault} }
		for _, in := range streams {
			rec := &recorder{TB: t}
			Check(rec, Config{Allow: tt.allow}, in, new)
			if len(rec.reports) > 0 {
				t.Errorf("%s, allowed: %s", tt.fault, rec.reports[0])
				break
			}
		}
	}
}
