package model

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/testdata"
)

// TestScriptRoundTrip shows that a script has all that a case is, and that package
// testdata reads it.
func TestScriptRoundTrip(t *testing.T) {
	for i, s := range settings() {
		for n := range uint64(40) {
			c := Generate(s, uint64(i), n)
			f := Find{Case: c, Allow: NonMinimal | Codes, Deviation: Deviation{"takes not-masked", "the target does"}}
			text := f.Script()
			all, err := ParseScripts("find.txt", text)
			if err != nil || len(all) != 1 {
				t.Fatalf("%v in\n%.2000s", err, text)
			}
			got := &all[0]
			if !bytes.Equal(got.Case.Bytes(), c.Bytes()) {
				t.Fatalf("setting %d, case %d: other bytes from\n%.2000s", i, n, text)
			}
			if !slices.Equal(got.Case.Cuts, c.Cuts) || got.Case.fenced() != c.fenced() {
				t.Errorf("setting %d, case %d: cuts %v, torn %t from\n%.2000s", i, n, got.Case.Cuts, got.Case.Torn, text)
			}
			if got.Case.Seed != c.Seed || got.Case.Number != n || got.Allow != f.Allow || got.Deviation.Kind != f.Deviation.Kind || got.ID() != f.ID() {
				t.Errorf("setting %d, case %d: got %+v", i, n, got)
			}
			if got.Case.Setting.Role != s.Role || got.Case.Setting.Limits != s.Limits || (got.Case.Setting.Deflate == nil) != (s.Deflate == nil) {
				t.Errorf("setting %d, case %d: setting %+v", i, n, got.Case.Setting)
			}
			if s.Deflate != nil && *got.Case.Setting.Deflate != *s.Deflate {
				t.Errorf("setting %d, case %d: deflate %+v", i, n, *got.Case.Setting.Deflate)
			}
		}
	}
}

func TestScript(t *testing.T) {
	c := Case{Setting: Setting{Role: frame.Server}, Units: parse(t, `text "a"; ping "b"; text rsv2 "`+strings.Repeat("c", 80)+`d"; ping "f"`, frame.Client), Cuts: []int{3, 9}, Seed: 7, Number: 9}
	o := observe(t, &c.Setting, `text "a"; pong "b"; pong "f"`)
	_, d := Judge(&c, Predict(&c, 0), o, 0)
	f := Find{Case: c, Allow: NonMinimal, Deviation: *d, Seen: *o}
	const want = `# the target goes on after what it has to fail the connection for: RSV bit without an extension that defines it (RFC 6455 §5.2); it sends pong "f".
# seed: 7
# case: 9
# kind: takes reserved-bits
# allow: nonminimal
# cuts: 3 9
# seen: text "a"
# seen: pong "b"
# seen: pong "f"
# seen: TCP stays open
id: fuzz/7-9-takes-reserved-bits
role: server
in: text "a"
in: ping "b"
in: text rsv2 "c"*80 "d"
in: ping "f"
event: text "a"
event: ping "b"
out: pong "b"
out: close 1002
end: failed reserved-bits
`
	if got := f.Script(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestParseScriptsOfOthers plays the scripts of testdata: all that do not ask for what
// an endpoint wants by itself.
func TestParseScriptsOfOthers(t *testing.T) {
	const script = "# §5.6.\nid: a/b\nrole: server\ndeflate: permessage-deflate\nin: text \"x\"\ntimes: 2\npacked: text \"Hello\"\nsplit: 3\nraw: 8980 00000000\nend: open\n"
	all, err := ParseScripts("t.txt", script)
	if err != nil || len(all) != 1 {
		t.Fatal(err)
	}
	c := &all[0].Case
	if all[0].ID() != "a/b" || len(c.Units) < 5 || !c.Torn || c.Units[2].Frame.Opcode != frame.Text || !c.Units[2].Frame.RSV1 {
		t.Errorf("%s: %+v", all[0].ID(), c)
	}
	for _, wrong := range []string{
		"# x\nid: a/b\nrole: server\ndo: text \"x\"\nend: open\n",
		"# cuts: 3 x\nid: a/b\nrole: server\nend: open\n",
		"# cuts: 3 2\nid: a/b\nrole: server\nend: open\n",
		"# seed: x\nid: a/b\nrole: server\nend: open\n",
		"# allow: x\nid: a/b\nrole: server\nend: open\n",
		"nothing",
	} {
		if _, err := ParseScripts("t.txt", wrong); err == nil {
			t.Errorf("read: %q", wrong)
		}
	}
}

func TestNotation(t *testing.T) {
	for _, line := range []string{
		`text`, `text "a\n\"b"`, `binary more rsv1 rsv2 rsv3 0xff00`, `ping unmasked "x"`, `text key=01020304 "a"`, `text len16 "a"`, `binary len64`,
		`close 1000 "bye"`, `close`, `close 0x03`, `text "a"*70000`, `text "ab" "c"*9 "de"`, `binary 0xff*100 0x00fe`, `binary len=9223372036854775807`,
		`op15 "x"`, `text len=18446744073709551615`, `text 0xe2*9 0xff`,
	} {
		f, err := frame.ParseFrame(line, frame.Client)
		if err != nil {
			t.Fatal(err)
		}
		again, err := frame.ParseFrame(notation(f, frame.Client), frame.Client)
		if err != nil || !bytes.Equal(again.AppendWire(nil), f.AppendWire(nil)) {
			t.Errorf("%s: %s, %v", line, notation(f, frame.Client), err)
		}
	}
}

func TestJoin(t *testing.T) {
	a := Case{Units: parse(t, `text "a"; ping "1"`, frame.Client), Cuts: []int{3}}
	b := Case{Units: parse(t, `text "b"; ping "2"`, frame.Client), Cuts: []int{2}, Seed: 1, Number: 5}
	j := Join([]Case{a, b})
	n := len(a.Bytes())
	if !bytes.Equal(j.Bytes(), append(a.Bytes(), b.Bytes()...)) || !slices.Equal(j.Cuts, []int{3, n, n + 2, n + len(b.Bytes())}) || !j.fenced() || j.Number != 5 {
		t.Errorf("%+v", j)
	}
	if w := j.Writes(j.Bytes()); len(w) != 4 || !bytes.Equal(bytes.Join(w, nil), j.Bytes()) {
		t.Errorf("%d writes", len(w))
	}
}

func TestCoverage(t *testing.T) {
	s := Setting{Role: frame.Server}
	var all Coverage
	for _, sent := range []string{`text "a"; op3 "*"*125; ping "f"`, `text len16; ping "f"`, `close 1; ping "f"`} {
		c := Case{Setting: s, Units: parse(t, sent, frame.Client)}
		all.Add(&c, &Predict(&c, 0)[0])
	}
	const want = "rules: reserved-opcode (1), length-not-minimal (1), close-code (1)\n" +
		"opcodes: text (2), op3 (1), close (1), ping (3)\nlengths: 1-124 (5), 125 (1), 16 bits too long (1)\n"
	if got := all.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	reachable := Reachable(&s)
	if got := all.Line(reachable); got != "rules 3/14, opcodes 4/16, lengths 3/11" {
		t.Errorf("got %q", got)
	}
	if missing := all.Missing(reachable); len(missing) != 11 || slices.Contains(missing, "close-code") {
		t.Errorf("missing %q", missing)
	}
	client := Reachable(&Setting{Role: frame.Client, Deflate: &testdata.Parameters{}, Limits: testdata.Limits{Message: 1, Fragments: 1, Burst: 1}})
	if len(client) != len(frame.Violations)-3 || !slices.Contains(client, "masked") || slices.Contains(client, "not-masked") {
		t.Errorf("client: %q", client)
	}
}
