package sheet

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/conform"
	"rfc6455/frame"
)

// results are one of each verdict, from a target that means ill.
func results() (*conform.Results, []conform.Deviation) {
	const ill = "<script>alert(1)</script>\x1b]0;x\x07\u202e"
	r := &conform.Results{Target: "ws://localhost/" + ill, Role: frame.Server, Began: time.Unix(1, 0), Took: 1500 * time.Millisecond}
	for i, v := range conform.Verdicts {
		c := &conform.Case{ID: "utf8/case-" + string(v), Family: conform.UTF8, Clause: "RFC 6455 §8.1", What: "what it is about.", Expect: "close 1007"}
		if i == 0 {
			c.Family, c.Numbers = conform.Framing, []string{"1.1.1", "1.1.2"}
		}
		reason := ill
		if v == conform.Pass {
			reason = ""
		}
		r.All = append(r.All, conform.Result{Case: c, Verdict: v, Reason: reason, Took: time.Second, Close: 1007, Ending: conform.Clean,
			Lines: []conform.Line{{Ours: true, Text: `text "` + ill + `"`, Hex: "81 00"}, {At: time.Second, Text: "close 1007"}}})
	}
	return r, r.Deviations([]conform.Expectation{{Pattern: "*case-strict-only", Verdict: conform.Pass, Reason: ill, At: "known:1"}})
}

// harmless says that nothing of the target's can do anything on a terminal.
func harmless(t *testing.T, text string) {
	t.Helper()
	if strings.ContainsAny(text, "\x1b\x07\u202e") {
		t.Errorf("control characters in %.300q", text)
	}
}

func TestText(t *testing.T) {
	r, d := results()
	var b bytes.Buffer
	if err := Text(&b, r, d); err != nil {
		t.Fatal(err)
	}
	harmless(t, b.String())
	for _, want := range []string{
		"a server, 4 cases in 1.5s", "framing                  1           0           0           0",
		"all                      1           1           1           1", "\nfail:\n  utf8/case-fail ", "\nskipped:\n     1  <script>", "2 deviations", "known:1 expects pass",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	r.Died = []string{"utf8/case-fail"}
	b.Reset()
	if err := Text(&b, r, nil); err != nil || !strings.Contains(b.String(), "the target died. Under way: utf8/case-fail") {
		t.Errorf("%v:\n%s", err, b.String())
	}
}

// TestTextSkipped has a line for each reason, whichever words it quotes.
func TestTextSkipped(t *testing.T) {
	r := &conform.Results{Target: "ws://localhost/", Role: frame.Server}
	for _, why := range []string{"it needs an echo", `no agreement on "a=1" (§5)`, `no agreement on "b" (§5)`} {
		r.All = append(r.All, conform.Result{Case: &conform.Case{ID: "data/x", Family: conform.Framing}, Verdict: conform.Skipped, Reason: why})
	}
	var b bytes.Buffer
	if err := Text(&b, r, nil); err != nil || !strings.Contains(b.String(), "\nskipped:\n     2  no agreement on (§5)\n     1  it needs an echo\n\nas expected") {
		t.Errorf("%v:\n%s", err, b.String())
	}
}

func TestCase(t *testing.T) {
	r, _ := results()
	var b bytes.Buffer
	if err := Case(&b, &r.All[0]); err != nil {
		t.Fatal(err)
	}
	harmless(t, b.String())
	for _, want := range []string{"utf8/case-pass  RFC 6455 §8.1  (1.1.1, 1.1.2)", "expected: close 1007", "0.000 --> text", "81 00", "1.000 <-- close 1007", "pass (end: clean)"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestHTML(t *testing.T) {
	r, d := results()
	var b bytes.Buffer
	if err := HTML(&b, r, d); err != nil {
		t.Fatal(err)
	}
	harmless(t, b.String())
	page := b.String()
	for _, bad := range []string{"<script", "http://", "https://", "src=", "<link"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	for _, want := range []string{
		"&lt;script&gt;", `<details id="utf8.case-fail">`, `href="#utf8.case-fail"`, `href="#utf-8"`, "1.1.1 1.1.2", "81 00", "close 1007", "expected pass",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the page", want)
		}
	}
}

func TestJSON(t *testing.T) {
	r, d := results()
	var b bytes.Buffer
	if err := JSON(&b, r, d); err != nil {
		t.Fatal(err)
	}
	var lines []map[string]any
	for dec := json.NewDecoder(&b); ; {
		var v map[string]any
		err := dec.Decode(&v)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, v)
	}
	if len(lines) != 5 || lines[0]["case"] != "utf8/case-pass" || lines[1]["want"] != "pass" || lines[2]["want"] != "not fail" || lines[3]["want"] != nil {
		t.Errorf("got %v", lines)
	}
	if last := lines[4]; last["deviations"] != 2.0 || last["role"] != "server" || last["verdicts"].(map[string]any)["skipped"] != 1.0 {
		t.Errorf("the run is %v", last)
	}
}

func TestJUnit(t *testing.T) {
	r, d := results()
	var b bytes.Buffer
	if err := JUnit(&b, r, d); err != nil {
		t.Fatal(err)
	}
	harmless(t, b.String())
	var all suites
	if err := xml.Unmarshal(b.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	if all.Tests != 4 || all.Failures != 2 || len(all.Suites) != 2 || all.Suites[1].Skipped != 1 || all.Suites[1].Cases[1].Failure == nil {
		t.Errorf("got %+v", all)
	}
}
