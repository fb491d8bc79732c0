package model

import (
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/testdata"
)

// parse gives frames in the notation, with semicolons between, as units.
func parse(t *testing.T, lines string, from frame.Role) (all []Unit) {
	t.Helper()
	for line := range strings.SplitSeq(lines, "; ") {
		if line == "" {
			continue
		}
		f, err := frame.ParseFrame(line, from)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, Unit{Frame: f})
	}
	return all
}

// observe gives what is observed when a target sends frames and then, by the last
// word, ends TCP (eof, reset) or is silent (late, or nothing yet).
func observe(t *testing.T, s *Setting, answer string) *Observed {
	t.Helper()
	o := NewObserver(s)
	frames, how, _ := strings.Cut(answer, " | ")
	for _, u := range parse(t, frames, s.Role) {
		o.Feed(u.append(nil))
	}
	switch how {
	case "eof":
		o.End(true)
	case "reset":
		o.End(false)
	case "late":
		o.Seen.Late = true
	case "":
	default:
		t.Fatalf("%q is no way to end", how)
	}
	return &o.Seen
}

// TestJudge holds answers against what was sent. A case without a Ping at its end is
// one without a fence.
func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		sent, answer, allow string
		want                string // "holds", "pending", or the kind of deviation
	}{
		// Legal to the end.
		{`text "a"; ping "f"`, `text "a"; pong "f"`, "", "holds"},
		{`text "a"; ping "f"`, `pong "f"; text "a"`, "", "holds"},
		{`text "a"; ping "f"`, `pong "f"`, "", "pending"},
		{`text "a"; ping "f"`, `text "a"`, "", "pending"},
		{`text "a"; ping "f"`, `text more "a"; ping "x"; cont; pong "f"`, "", "holds"},
		{`text "a"; ping "f"`, `text "b"; pong "f"`, "", "echo-other"},
		{`text "a"; ping "f"`, `binary "a"; pong "f"`, "", "echo-other"},
		{`text "a"; ping "f"`, `text "a"; text "a"`, "", "echo-extra"},
		{`text "a"; text "b"; ping "f"`, `text "b"; text "a"`, "", "echo-other"},
		{`text "a"; ping "f"`, `pong "f" | late`, "", "echo-missing"},
		{`text "a"; ping "f"`, `text "a" | late`, "", "pong-missing"},
		{`text "a"; ping "f"`, ` | late`, "", "silent"},
		{`text "a"; ping "f"`, `text "a" | eof`, "", "drops"},
		{`text "a"; ping "f"`, `text "a" | reset`, "", "resets"},
		{`text "a"; ping "f"`, `close 1002 | eof`, "", "refuses 1002"},
		{`text "a"; ping "f"`, `text masked "a"`, "", "sends masked"},
		{`text "a"; ping "f"`, `text "a"; cont`, "", "sends nothing-to-continue"},
		{`text "a"; ping "f"`, `close 1005`, "", "sends close-code"},
		// Pongs: the newest counts (§5.5.3).
		{`ping "1"; ping "2"; ping "f"`, `pong "f"`, "", "holds"},
		{`ping "1"; ping "2"; ping "f"`, `pong "1"; pong "f"`, "", "holds"},
		{`ping "1"; ping "2"; ping "f"`, `pong "2"; pong "1"`, "", "pong-other"},
		{`ping "1"; ping "2"; ping "f"`, `pong "1"; pong "1"`, "", "pong-other"},
		{`ping "1"; ping "f"`, `pong "3"; pong "f"`, "", "pong-other"},
		{`ping "1"; ping "f"`, `pong "3"; pong "f"`, "unasked-pong", "holds"},
		{`ping 0xff; ping "f"`, `pong; pong "f"`, "", "pong-other"},
		// The closing handshake (§5.5.1).
		{`text "a"; close 1000`, `text "a"; close 1000 | eof`, "", "holds"},
		{`text "a"; close 1000`, `close 1000 | eof`, "", "holds"},
		{`close 1000 "bye"`, `close 1000 "bye" | eof`, "", "holds"},
		{`close`, `close | eof`, "", "holds"},
		{`close`, `close 1000 | eof`, "", "holds"},
		{`close 1010`, `close 1000 | eof`, "", "holds"},
		{`close 1001`, `close 1000 | eof`, "", "close-code"},
		{`close 1001`, `close 1000 | eof`, "own-code", "holds"},
		{`close 3000`, `close 1002 | eof`, "own-code", "refuses 1002"},
		{`close 1012`, `close 1002 | eof`, "", "refuses 1002"},
		{`close 1012`, `close 1002 | eof`, "codes", "holds"},
		{`close 1000`, `close 1000`, "", "pending"},
		{`close 1000`, `close 1000 | late`, "", "tcp-open"},
		{`close 1000`, ` | late`, "", "close-unanswered"},
		{`close 1000`, ` | eof`, "", "close-unanswered"},
		{`close 1000; ping "f"`, ` | reset`, "", "holds"},
		{`close 1000; ping "f"`, `pong "f"`, "", "goes-on-after-close"},
		{`close 1000; ping "f"`, `close 1000; pong "f" | eof`, "", "goes-on-after-close"},
		{`ping "1"; close 1000`, `close 1000; pong "1" | eof`, "", "holds"},
		{`text "a"; close 1000`, `close 1000; text "a" | eof`, "", "data-after-close"},
		// Failing (§7.1.7).
		{`text rsv2 "a"; ping "f"`, `close 1002 "why" | eof`, "", "holds"},
		{`text rsv2 "a"; ping "f"`, `close 1002`, "", "pending"},
		{`text rsv2 "a"; ping "f"`, `close 1002 | late`, "", "tcp-open"},
		{`text rsv2 "a"; ping "f"`, `pong "f"`, "", "takes reserved-bits"},
		{`text rsv2 "a"; ping "f"`, `text "a"`, "", "takes reserved-bits"},
		{`text rsv2 "a"; ping "f"`, ` | late`, "", "takes reserved-bits"},
		{`text rsv2 "a"; ping "f"`, `close 1007 | eof`, "", "code reserved-bits"},
		{`text rsv2 "a"; ping "f"`, `close 1007 | eof`, "other-code", "holds"},
		{`text rsv2 "a"; ping "f"`, ` | eof`, "", "no-close reserved-bits"},
		{`text rsv2 "a"; ping "f"`, ` | eof`, "no-close", "holds"},
		{`text rsv2 "a"`, ` | reset`, "", "no-close reserved-bits"},
		{`text rsv2 "a"; ping "f"`, ` | reset`, "", "holds"},
		{`text rsv2 "a"; ping "f"`, `close 1002; pong "f" | eof`, "", "takes reserved-bits"},
		{`text 0xff; ping "f"`, `text 0xff`, "", "takes text-not-utf8"},
		{`ping "1"; op3; ping "f"`, `pong "2"`, "", "pong-other"},
		{`close 999 0xff; ping "f"`, `close 1007 | eof`, "", "holds"},
		{`close 1000 0xff; ping "f"`, `close 1002 | eof`, "", "holds"},
		{`text len=0x8000000000000000; ping "f"`, `close 1009 | eof`, "", "holds"},
		// What is allowed.
		{`ping "1"; ping "2"; ping "f"`, `pong "2"; pong "1"; pong "f"`, "pong-order", "holds"},
		{`ping "1"; ping "2"; ping "f"`, `pong "3"; pong "1"; pong "f"`, "pong-order", "pong-other"},
		{`text more "a"; ping "f"`, ` | eof`, "late-pong", "holds"},
		{`text more "a"; ping "f"`, ` | eof`, "", "drops"},
		{`text more "a"; ping "f"; cont`, `pong "f"; text "a"`, "", "holds"},
		{`text more "a"; ping "f"; cont`, `text "a"; pong "f"`, "", "holds"},
		{`text more "a"; ping "f"; cont`, `text "a" | late`, "late-pong", "pong-missing"},
		{`ping len16 "a"; ping "f"`, `pong "a"; pong "f"`, "nonminimal", "holds"},
		{`ping len16 "a"; ping "f"`, `pong "a"; pong "f"`, "", "takes control-too-long"},
		{`text len16 "a"; ping "f"`, `text "a"; pong "f"`, "", "takes length-not-minimal"},
		{`text len16 "a"; ping "f"`, `text "a"; pong "f"`, "nonminimal", "holds"},
		{`text len16 "a"; ping "f"`, `close 1002 | eof`, "nonminimal", "holds"},
		{`text len16 "a"; ping "f"`, `text "b"; pong "f"`, "nonminimal", "echo-other"},
		{`text more 0xff; ping "f"`, `pong "f"`, "", "takes text-not-utf8"},
		{`text more 0xff; ping "f"`, `pong "f"`, "late-utf8", "holds"},
		{`text more 0xff; cont; ping "f"`, `pong "f"`, "late-utf8", "takes text-not-utf8"},
		{`text len=9 0xff`, ` | eof`, "", "no-close text-not-utf8"},
		{`text len=9 0xff`, ` | eof`, "late-utf8", "holds"},
		{`op3 len=9 "a"`, ` | eof`, "late-frame", "holds"},
		{`op3 len=1 "a"`, ` | eof`, "late-frame", "no-close reserved-opcode"},
		{`binary more "*"*60; cont more "*"*60; ping "f"`, `pong "f"`, "", "takes message-too-big"},
		{`binary more "*"*60; cont more "*"*60; ping "f"`, `pong "f"`, "late-limit", "holds"},
		{`binary more "*"*60; cont "*"*60; ping "f"`, `pong "f"`, "late-limit", "takes message-too-big"},
		{`binary len=101`, ` | eof`, "late-limit", "holds"},
		{`binary more "a"; cont len=0x7fffffffffffffff`, ` | eof`, "late-limit", "holds"},
		{`close 5000`, `close 5000 | eof`, "codes", "holds"},
		{`close 5000`, `close 1000 | eof`, "codes,own-code", "holds"},
		{`close 4000`, `close 1002 | eof`, "codes", "refuses 1002"},
		// Inside a frame.
		{`text len=9 "a"`, ` | eof`, "", "holds"},
		{`text len=9 "a"`, `close 1002 | eof`, "", "holds"},
		{`text len=9 "a"`, ``, "", "pending"},
		{`text len=9 "a"`, ` | late`, "", "half-open"},
		{`text len=9 "a"`, `text "a" | eof`, "", "unfinished"},
		{`text "a"`, `text "a" | eof`, "", "holds"},
		{`text more "a"; ping "f"`, `text "a"; pong "f"`, "", "echo-extra"},
		{`text "a"; ping "f"`, `text len=9 "a" | eof`, "", "partial"},
	} {
		s := Setting{Role: frame.Server, Limits: testdata.Limits{Message: 100}}
		c := Case{Setting: s, Units: parse(t, tt.sent, frame.Client)}
		allow, err := ParseAllow(tt.allow)
		if err != nil {
			t.Fatal(err)
		}
		verdict, d := Judge(&c, Predict(&c, allow), observe(t, &s, tt.answer), allow)
		got := [...]string{Holds: "holds", Pending: "pending", Differs: "differs"}[verdict]
		if d != nil {
			got = d.Kind
			if d.Text == "" || strings.Contains(d.Text, "%!") {
				t.Errorf("%s: text is %q", tt.sent, d.Text)
			}
		}
		if got != tt.want {
			t.Errorf("%s\n\tanswered by %s, allowed %q: %s, want %s", tt.sent, tt.answer, tt.allow, got, tt.want)
		}
	}
}

// TestJudgeDeflate is TestJudge where permessage-deflate was agreed.
func TestJudgeDeflate(t *testing.T) {
	const hello, again = `text rsv1 0xf248cdc9c90700`, `text rsv1 0xf200110000`
	fresh := &testdata.Parameters{ClientNoContextTakeover: true}
	for _, tt := range []struct {
		deflate             *testdata.Parameters
		sent, answer, allow string
		want                Verdict
	}{
		{fresh, hello + `; ping "f"`, `text "Hello"; pong "f"`, "", Holds},
		{fresh, hello + `; ping "f"`, `text rsv1 more 0xf248; cont 0xcdc9c90700; pong "f"`, "", Holds},
		{&testdata.Parameters{}, hello + "; " + again + `; ping "f"`, hello + "; " + again + `; pong "f"`, "", Holds},
		{fresh, hello + "; " + again + `; ping "f"`, `text "Hello"; close 1007 | eof`, "", Holds},
		{fresh, hello + "; " + again + `; ping "f"`, `text "Hello"; close 1002 | eof`, "", Holds},
		{fresh, hello + "; " + again + `; ping "f"`, `text "Hello"; text "Hello"; pong "f"`, "", Differs},
		{fresh, hello + "; " + again + `; ping "f"`, `text "Hello"; text "Hello"; pong "f"`, "old-window", Holds},
		{fresh, `text rsv1 0xf248cd; ping "f"`, `text "He"; pong "f"`, "", Differs},
		{fresh, `text rsv1 0xf248cd; ping "f"`, `text "He"; pong "f"`, "cut-deflate", Holds},
		{fresh, `text rsv1 0xf248cd; ping "f"`, `text ""; pong "f"`, "cut-deflate", Holds},
		{fresh, `text "a"; text rsv1; ping "f"`, `text "a"; text ""; pong "f"`, "", Holds},
		{fresh, `text "a"; text rsv1; ping "f"`, `text "a"; close 1002 | eof`, "", Holds},
		{fresh, `text "a"; text rsv1; ping "f"`, `text "b"; close 1002 | eof`, "", Differs},
		{fresh, `text "a"; text rsv1 more; ping "1"; cont; ping "f"`, `text "a"; pong "1"; close 1002 | eof`, "", Holds},
		{fresh, `text "a"; text rsv1 more; cont 0x00; ping "f"`, `text "a"; close 1002 | eof`, "", Differs},
		{fresh, `text rsv1 more 0xffff; ping "f"`, `close 1007 | eof`, "", Holds},
		{fresh, `text more 0xffff; ping "f"`, `close 1002 | eof`, "", Differs},
		{fresh, `text rsv1 0xffffff; ping "f"`, `text "He"; pong "f"`, "cut-deflate", Differs},
	} {
		s := Setting{Role: frame.Server, Deflate: tt.deflate}
		c := Case{Setting: s, Units: parse(t, tt.sent, frame.Client)}
		allow, err := ParseAllow(tt.allow)
		if err != nil {
			t.Fatal(err)
		}
		if verdict, d := Judge(&c, Predict(&c, allow), observe(t, &s, tt.answer), allow); verdict != tt.want {
			t.Errorf("%s\n\tanswered by %s, allowed %q: %d, %v, want %d", tt.sent, tt.answer, tt.allow, verdict, d, tt.want)
		}
	}
}

func TestAllow(t *testing.T) {
	for _, r := range Rules {
		a, err := ParseAllow(r.Name)
		if err != nil || a != r.Allow || a.String() != r.Name || r.Text == "" {
			t.Errorf("%s: %d, %v", r.Name, a, err)
		}
	}
	if a, err := ParseAllow(" codes, nonminimal ,"); err != nil || a.String() != "nonminimal,codes" {
		t.Errorf("%s, %v", a, err)
	}
	if _, err := ParseAllow("everything"); err == nil || !strings.Contains(err.Error(), "allowed are nonminimal,") {
		t.Errorf("%v", err)
	}
	if a, err := ParseAllow(""); err != nil || a != 0 {
		t.Errorf("%s, %v", a, err)
	}
}
