package conform

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/handshake"
	"rfc6455/testdata"
)

// saw makes a trace of lines in the notation, and of words: eof, reset, open, left,
// probed, late, in-frame, in-message, after.
func saw(t *testing.T, lines ...string) *trace {
	t.Helper()
	seen := &trace{probe: `pong "conform"`}
	for _, line := range lines {
		switch line {
		case "eof":
			seen.over = true
		case "reset":
			seen.over, seen.reset = true, true
		case "open":
		case "left":
			seen.left = true
		case "probed":
			seen.probed = true
		case "late":
			seen.late = true
		case "in-frame":
			seen.inFrame, seen.waiting = true, true
		case "in-message":
			seen.waiting = true
		case "after":
			seen.after = []string{`text "late"`}
		default:
			f, err := frame.ParseFrame(line, frame.Server)
			if err != nil {
				t.Fatal(err)
			}
			ev := session.Event{Opcode: f.Opcode, Payload: f.Payload}
			if f.Opcode == frame.Close {
				ev.Code, ev.Reason, _ = frame.ParseClose(f.Payload)
			}
			seen.event(ev, false)
		}
	}
	return seen
}

// planFor finds a script of testdata.
func planFor(t *testing.T, id string) *plan {
	t.Helper()
	known.Do(func() {
		for _, p := range scripted(t, frame.Server) {
			forServers[p.id] = p
		}
	})
	if forServers[id] == nil {
		t.Fatalf("no script %s", id)
	}
	return forServers[id]
}

var (
	known      sync.Once
	forServers = map[string]*plan{}
)

// scripted gives the plans of all scripts for targets of role that can be played.
func scripted(t *testing.T, role frame.Role) (plans []*plan) {
	t.Helper()
	all, err := testdata.Sessions()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Role != role {
			var ok bool
			if s, ok = forClient(s); !ok || role == frame.Server {
				continue
			}
		}
		if p, err := newPlan(s); err == nil {
			plans = append(plans, p)
		}
	}
	return plans
}

func TestJudge(t *testing.T) {
	const bad, good = "fragmentation/text-inside-text", "data/text-0"
	for _, tt := range []struct {
		id    string
		want  Verdict
		saw   string
		about string // of the reason
	}{
		{good, Pass, `text; probed`, ""},
		{good, Pass, `text; probed; close 1000; eof`, ""},
		{good, Fail, `probed`, "did not come back"},
		{good, Fail, `binary; probed`, "came back as binary"},
		{good, Fail, `text "x"; probed`, "came back as"},
		{good, Fail, `text; text; probed`, "was not sent"},
		{good, Fail, `text`, "last Ping"},
		{good, Fail, `close 1002; eof`, "ended what breaks no rule"},
		{good, Fail, `eof`, "dropped"},
		{good, Fail, `close 1009; eof`, "says that it takes more"},
		{"size/text-65536", StrictOnly, `close 1009; eof`, "§10.4"},

		{"data/half-a-frame", Pass, `in-frame`, ""},
		{"data/half-a-frame", Fail, `in-frame; eof`, "did not wait"},
		{"data/half-a-frame", Fail, `text "Hello"; in-frame`, "was not sent"},

		{"control/ping-text", Pass, `pong "Hello, world!"; probed`, ""},
		{"control/ping-text", Fail, `pong "hello"; probed`, "in answer to its Ping"},
		{"control/ping-text", Fail, `pong; probed`, "in answer to its Ping"},
		{"control/ping-text", Fail, `probed`, "in answer to its Ping"},
		{"control/ping-text", StrictOnly, `pong; pong "Hello, world!"; probed`, "nobody asked for"},
		{"control/ten-pings", StrictOnly, `pong "payload-9"; probed`, "most recent"},
		{"control/ten-pings", StrictOnly, `pong "payload-0"; pong "payload-9"; probed`, "most recent"},
		{"control/ten-pings", Fail, `pong "payload-0"; probed`, "payload-9"},
		{"control/pong-unsolicited", StrictOnly, `pong; probed`, "nobody asked for"},
		{"fragmentation/ping-between", StrictOnly, `pong "ping payload"; text "fragment1fragment2"; probed; late`, "as soon as"},
		{"fragmentation/five-with-pings", Fail, `pong "pongme 2!"; text "fragment1fragment2fragment3fragment4fragment5"; probed`, "pongme 1!"},

		{bad, Pass, `close 1002; eof`, ""},
		{bad, Pass, `close 1002; reset`, ""},
		{bad, StrictOnly, `eof`, "without a Close"},
		{bad, StrictOnly, `close 1008; eof`, "should with 1002"},
		{bad, StrictOnly, `close; eof`, "should with 1002"},
		{bad, Fail, `close 1000; eof`, "something else"},
		{bad, Fail, `close 1001; eof`, "something else"},
		{bad, Fail, `close 1009; eof`, "something else"},
		{bad, Fail, `close 1002; left`, "left TCP open"},
		{bad, Fail, `close 1002; after; eof`, "after its Close"},
		{bad, Fail, `text "fragment2"; probed`, "went on"},
		{bad, Fail, `text "fragment1fragment2"; close 1002; eof`, "not valid"},
		{bad, Fail, `probed`, "went on"},
		{bad, Fail, `open`, "did nothing"},
		{bad, Fail, `in-message`, "did nothing"},
		{"reserved/rsv2-after-text", Pass, `text "Hello, world!"; close 1002; eof`, ""},
		{"reserved/rsv2-after-text", StrictOnly, `close 1002; eof`, "before it had answered"},
		{"reserved/rsv2-after-text", Fail, `text "Hello, world!"; pong; close 1002; eof`, "not valid"},

		{"utf8/fail-fast-fragment", StrictOnly, `in-message`, "waits for the rest"},
		{"utf8/fail-fast-fragment", Pass, `close 1007; eof; in-message`, ""},
		{"utf8/fail-fast-fragment", Fail, `text "x"; in-message`, "went on"},
		{"utf8/bad-whole", StrictOnly, `close 1002; eof`, "should with 1007"},
		{"length/16-for-125", StrictOnly, `text "*"*125; probed`, "takes it"},
		{"length/16-for-125", Fail, `text "*"*126; probed`, "went on"},
		{"length/16-early", StrictOnly, `in-frame`, "waits for the rest"},
		{"masking/text-unmasked", Fail, `text "Hello"; probed`, "not masked"},
		{"limits/two-gib-declared", Pass, `in-frame`, "waits for the rest"},
		{"limits/fragments-empty", Pass, `probed; in-message`, "waits for the rest"},
		{"limits/flood-of-pongs", Pass, `probed`, "takes it"},
		{"length/top-bit", StrictOnly, `close 1009; eof`, "too big"},
		{"control/ping-length-not-minimal", StrictOnly, `pong "a"; probed`, "takes it"},
		{"limits/many-small-fragments", StrictOnly, `close 1008; eof`, "65536 fragments"},
		{"limits/many-small-fragments", Fail, `close 1002; eof`, "ended what breaks no rule"},
		{"limits/thousand-pings", StrictOnly, `pong "a"; eof`, "refused 1000 Pings"},
		{"control/ten-pings", Fail, `eof`, "dropped"},
		{"limits/order-before-size", Pass, `close 1002; eof; in-frame`, ""},

		{"closing/code-alone", Pass, `close 1000; eof`, ""},
		{"closing/code-alone", StrictOnly, `close 1001; eof`, "echoes the code"},
		{"closing/code-alone", StrictOnly, `close; eof`, "echoes the code"},
		{"closing/code-alone", Fail, `eof`, "without a Close"},
		{"closing/code-alone", Fail, `open`, "did not answer"},
		{"closing/code-alone", Fail, `close 1000; left`, "did not end TCP"},
		{"closing/code-alone", Fail, `close 1000; after; eof`, "after its Close"},
		{"closing/reason", Pass, `close 1000 "Hello World!"; eof`, ""},
		{"closing/empty", Pass, `close 1000; eof`, ""},
		{"closing/text-then-close", Pass, `text "Hello World!"; close 1000; eof`, ""},
		{"closing/text-then-close", StrictOnly, `close 1000; eof`, "before the messages"},
		{"closing/text-then-close", Fail, `text "hello"; close 1000; eof`, "came back as"},
		{"closing/then-ping", StrictOnly, `pong; close 1000; eof`, "nobody asked for"},
		{"closecode/valid-3000", Fail, `close 1002; eof`, "breaks no rule"},
		{"closecode/valid-1012", StrictOnly, `close 1002; eof`, "echoes"},
		{"closecode/valid-1010", Pass, `close 1010; eof`, ""},
		{"closecode/invalid-1005", Fail, `close 1000; eof`, "something else"},
		{"closecode/invalid-5000", StrictOnly, `close 1000; eof`, "undefined"},
		{"closecode/invalid-with-bad-reason", Pass, `close 1007; eof`, ""},

		{"deflate/cut-after-3", StrictOnly, `text "He"; probed`, "takes it"},
		{"deflate/no-bytes", StrictOnly, `text; binary "x"; probed`, "§7.2.3.6"},
		{"deflate/final-block-then-takeover", StrictOnly, `text "Hello"; close 1007; eof`, "RFC 1951"},
		{"deflate/final-block-then-more", Fail, `text "Hello"; close 1007; eof`, "ended what breaks no rule"},
		{"deflate/final-block-then-more", Fail, `text "Hello"; text; text; probed`, "came back as"},
		{"deflate/garbage", Fail, `text "x"; probed`, "went on"},
		{"deflate/takeover-not-agreed", StrictOnly, `text "Hello"; text "Hello"; probed`, "takes it"},
	} {
		p := planFor(t, tt.id)
		seen := saw(t, strings.Split(tt.saw, "; ")...)
		if p.deflate != nil {
			seen.agreed = handshake.DeflateParams{Enabled: true, ClientNoContextTakeover: p.deflate.ClientNoContextTakeover}
		}
		o := p.judge(seen, &Config{})
		if o.verdict != tt.want || !strings.Contains(o.reason, tt.about) {
			t.Errorf("%s, %s: %s %q, want %s %q", tt.id, tt.saw, o.verdict, o.reason, tt.want, tt.about)
		}
	}
}

// TestJudgeOwnCode lets a target echo a code of which the RFC says nothing.
func TestJudgeOwnCode(t *testing.T) {
	for id, want := range map[string]Verdict{"closecode/invalid-5000": StrictOnly, "closecode/invalid-1005": Fail} {
		seen := saw(t, "eof")
		seen.broken = frame.ErrCloseCode
		if o := planFor(t, id).judge(seen, &Config{}); o.verdict != want {
			t.Errorf("%s: %s %q, want %s", id, o.verdict, o.reason, want)
		}
	}
}

// TestBehindClose sees what a target sends behind its Close, in the same read and in
// the next.
func TestBehindClose(t *testing.T) {
	stream := []byte{0x88, 0x02, 0x03, 0xe8, 0x8a, 0x01, 'a'}
	for cut := range stream {
		l := &link{log: newTranscript(), changed: make(chan struct{}, 1)}
		r := newReceiver(frame.Client, handshake.DeflateParams{})
		l.take(r, bytes.Clone(stream[:cut]))
		l.take(r, bytes.Clone(stream[cut:]))
		if t0 := l.trace(); t0.close != "close 1000" || len(t0.after) == 0 {
			t.Errorf("cut after %d: %q, behind it %q", cut, t0.close, t0.after)
		}
		r.Close()
	}
}

// TestJudgeBroken shows that what the target itself sends wrongly counts first.
func TestJudgeBroken(t *testing.T) {
	seen := saw(t, "text", "probed")
	seen.broken = frame.ErrMasked
	if o := planFor(t, "data/text-0").judge(seen, &Config{}); o.verdict != Fail || !strings.Contains(o.reason, "is masked") {
		t.Errorf("got %s %q", o.verdict, o.reason)
	}
}

// TestJudgeNoEcho shows that without an echo data are of no meaning, and all else is.
func TestJudgeNoEcho(t *testing.T) {
	cfg := &Config{NoEcho: true}
	for saw1, want := range map[string]Verdict{"close 1002; eof": Pass, "probed": Fail, "close 1000; eof": Fail} {
		if o := planFor(t, "reserved/rsv2-after-text").judge(saw(t, strings.Split(saw1, "; ")...), cfg); o.verdict != want {
			t.Errorf("%s: %s %q", saw1, o.verdict, o.reason)
		}
	}
}

// TestMayRefuse shows that a limit that is known is held to.
func TestMayRefuse(t *testing.T) {
	p := planFor(t, "size/text-65536")
	for limit, want := range map[int64]Verdict{0: StrictOnly, 1000: StrictOnly, 65536: Fail} {
		if o := p.judge(saw(t, "close 1009", "eof"), &Config{Message: limit}); o.verdict != want {
			t.Errorf("limit %d: %s %q", limit, o.verdict, o.reason)
		}
	}
}

// TestPlans shows that the judgement passes what a script itself says.
func TestPlans(t *testing.T) {
	for _, role := range []frame.Role{frame.Server, frame.Client} {
		plans := scripted(t, role)
		for _, p := range plans {
			if o := p.judge(p.ideal(t), &Config{}); o.verdict != Pass {
				t.Errorf("%s as its script says: %s %q", p.id, o.verdict, o.reason)
			}
		}
		if len(plans) < 350 {
			t.Errorf("%v: only %d scripts are played", role, len(plans))
		}
	}
}

// ideal is what a target does that does all that the script says.
func (p *plan) ideal(t *testing.T) *trace {
	seen := saw(t)
	seen.messages, seen.pongs = p.messages(), p.pongs()
	switch p.end.State {
	case "open":
		seen.probed = true
	case "closed":
		seen.close, seen.over = p.close, true
		f, err := frame.ParseFrame(p.close, p.role)
		if err != nil {
			t.Fatal(err)
		}
		seen.code, _, _ = frame.ParseClose(f.Payload)
	default:
		seen.close, seen.code, seen.over = "close", p.end.Violation.Code, true
	}
	return seen
}
