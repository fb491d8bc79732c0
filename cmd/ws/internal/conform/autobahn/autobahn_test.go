package autobahn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/conform"
	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

const serverSpec = `{
   "url": "ws://127.0.0.1:9001",
   "outdir": "./reports/clients",
   "options": {"failByDrop": false},
   "cases": ["1.1.*", "2.*", "7.1.1", "12.1.1"],
   "exclude-cases": ["2.1*"],
   "exclude-agent-cases": {"ours*": ["1.1.8"]}
}`

// chosen are the numbers that serverSpec leaves.
var chosen = []string{"1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.1.5", "1.1.6", "1.1.7", "1.1.8",
	"2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8", "2.9", "7.1.1", "12.1.1"}

func TestSpec(t *testing.T) {
	s, err := ParseSpec(strings.NewReader(serverSpec))
	if err != nil {
		t.Fatal(err)
	}
	numbered, err := s.Numbered(frame.Client)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range numbered {
		got = append(got, n.Number)
	}
	if !slices.Equal(got, chosen) {
		t.Errorf("chosen %q", got)
	}
	if !s.Excluded("ours/1.0", "1.1.8") || s.Excluded("ours/1.0", "1.1.7") || s.Excluded("theirs", "1.1.8") {
		t.Error("exclude-agent-cases are not held to")
	}
	client, err := ParseSpec(strings.NewReader(`{"servers": [{"url": "ws://a", "options": {"version": 18}}, {"agent": "B", "url": "ws://b"}]}`))
	if err != nil || client.Outdir != serversOutdir || client.Servers[0].Agent != "UnknownServer" || client.Servers[1].Agent != "B" {
		t.Errorf("%+v, %v", client, err)
	}
	for text, want := range map[string]string{
		"": "no JSON", "[]": "no JSON", "{}": "either servers", `{"servers": [{"agent": "x"}]}`: "has no url",
		`{"url": "ws://x", "servers": [{"url": "ws://y"}]}`: "either servers",
	} {
		if _, err := ParseSpec(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	all, err := Default().Numbered(frame.Client)
	if err != nil || len(all) < 500 {
		t.Errorf("%d numbers by default, %v", len(all), err)
	}
}

// serve has a fuzzing server under way.
func serve(t *testing.T, spec *Spec) (url string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &FuzzingServer{Spec: spec, Record: NewRecord(frame.Client), Config: conform.Config{Timeout: 20 * time.Second}, Log: t.Logf}
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "ws://" + ln.Addr().String()
}

// ask opens a URL and gives its one text, and how it was closed.
func ask(t *testing.T, url string) (string, frame.CloseCode) {
	t.Helper()
	c, err := conn.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for ev := range c.Messages() {
		text += string(ev.Payload)
	}
	var closed *conn.ClosedError
	if !errors.As(c.Err(), &closed) {
		t.Fatalf("%s: %v", url, c.Err())
	}
	return text, closed.Code
}

// TestAdapter is a client for the suite, as its documentation asks for one.
func TestAdapter(t *testing.T) {
	spec, err := ParseSpec(strings.NewReader(serverSpec))
	if err != nil {
		t.Fatal(err)
	}
	spec.Outdir = filepath.Join(t.TempDir(), "reports", "clients")
	base := serve(t, spec)
	const agent = "ours/1.0"
	query := "&agent=" + url.QueryEscape(agent)

	count, _ := ask(t, base+"/getCaseCount")
	n, err := strconv.Atoi(count)
	if err != nil || n != len(chosen) {
		t.Fatalf("getCaseCount says %q", count)
	}
	cfg := &conn.Config{Deflate: handshake.DeflateConfig{Enabled: true}}
	for i := 1; i <= n; i++ {
		c, err := conn.Dial(t.Context(), fmt.Sprintf("%s/runCase?case=%d%s", base, i, query), cfg)
		if err != nil {
			t.Fatal(err)
		}
		for ev := range c.Messages() {
			c.Reply(ev)
		}
	}
	if info, _ := ask(t, base+"/getCaseInfo?case=10"); !strings.Contains(info, `"id":"2.3"`) || !strings.Contains(info, `"description":"`) {
		t.Errorf("getCaseInfo says %s", info)
	}
	if status, _ := ask(t, base+"/getCaseStatus?casetuple=2.3"+query); status != `{"behavior":"OK"}` {
		t.Errorf("getCaseStatus says %s", status)
	}
	ask(t, base+"/updateReports?agent="+url.QueryEscape(agent))
	checkIndex(t, spec.Outdir, agent)
}

// checkIndex reads the reports as scripts do that read those of the suite.
func checkIndex(t *testing.T, outdir, agent string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(outdir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index map[string]map[string]struct {
		Behavior, BehaviorClose, Reportfile string
		Duration                            *int
		RemoteCloseCode                     *int
	}
	if err := json.Unmarshal(text, &index); err != nil {
		t.Fatal(err)
	}
	for _, number := range chosen {
		e, ok := index[agent][number]
		if number == "1.1.8" {
			if ok {
				t.Error("1.1.8 was left out and is in the index")
			}
			continue
		}
		if e.Behavior != "OK" || e.BehaviorClose != "OK" || e.Duration == nil {
			t.Errorf("%s: %+v", number, e)
		}
		if number == "2.5" && (e.RemoteCloseCode == nil || *e.RemoteCloseCode != 1002) {
			t.Errorf("2.5: remoteCloseCode %v", e.RemoteCloseCode)
		}
		var detail map[string]any
		text, err := os.ReadFile(filepath.Join(outdir, e.Reportfile))
		if err != nil || json.Unmarshal(text, &detail) != nil || detail["id"] != number || detail["agent"] != agent {
			t.Errorf("%s: %s: %v, %v", number, e.Reportfile, detail["id"], err)
		}
	}
	if page, err := os.ReadFile(filepath.Join(outdir, "ours_1_0.html")); err != nil || !strings.Contains(string(page), agent) {
		t.Errorf("no page: %v", err)
	}
}

// TestAskedWrongly is told by a Close, and nobody is hurt.
func TestAskedWrongly(t *testing.T) {
	base := serve(t, &Spec{Cases: []string{"1.*"}, Outdir: t.TempDir()})
	for _, resource := range []string{
		"/runCase?case=1", "/runCase?case=0&agent=a", "/runCase?case=17&agent=a", "/runCase?agent=a", "/runCase?casetuple=2.1&agent=a",
		"/getCaseInfo?case=x", "/getCaseStatus?case=1&agent=a", "/nothing",
	} {
		if text, code := ask(t, base+resource); text != "" || code != frame.PolicyViolation {
			t.Errorf("%s: %q, %v", resource, text, code)
		}
	}
	if count, code := ask(t, base+"/getCaseCount"); count != "16" || code != frame.NormalClosure {
		t.Errorf("getCaseCount says %q, %v", count, code)
	}
}

func TestEntry(t *testing.T) {
	for _, tt := range []struct {
		res            conform.Result
		number         string
		behavior, ends string
	}{
		{conform.Result{Verdict: conform.Pass, Ending: conform.Clean}, "1.1.1", "OK", "OK"},
		{conform.Result{Verdict: conform.StrictOnly, Ending: conform.Dropped}, "3.1", "NON-STRICT", "UNCLEAN"},
		{conform.Result{Verdict: conform.Fail, Ending: conform.Left}, "3.1", "FAILED", "UNCLEAN"},
		{conform.Result{Verdict: conform.Skipped}, "12.1.1", "UNIMPLEMENTED", "OK"},
		{conform.Result{Verdict: conform.StrictOnly}, "7.13.1", "INFORMATIONAL", "OK"},
		{conform.Result{Verdict: conform.Fail}, "7.13.1", "FAILED", "OK"},
	} {
		e := entry("A b", tt.number, &tt.res)
		if e.Behavior != tt.behavior || e.BehaviorClose != tt.ends || !strings.HasPrefix(e.Reportfile, "a_b_case_") {
			t.Errorf("%s: %+v", tt.number, e)
		}
	}
}

// Agents whose names leave little for a file's have files of their own; the names
// that the suite would give stay.
func TestFileNames(t *testing.T) {
	for agent, want := range map[string]string{"AutobahnPython/0.7 ": "autobahnpython_0_7", "../../etc": "______etc"} {
		if got := fileName(agent); got != want {
			t.Errorf("%q is %q, want %q", agent, got, want)
		}
	}
	long := strings.Repeat("x", 5000)
	agents := []string{"자바", "고랭", "파이썬", long, long + "y", "é", "É", "__"}
	r, dir := NewRecord(frame.Client), t.TempDir()
	for _, agent := range agents {
		r.Add(agent, "1.1.1", conform.Result{Case: &conform.Case{ID: "x/y"}, Verdict: conform.Pass})
	}
	if err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"*_case_1_1_1.json", "*.html"} {
		if files, err := filepath.Glob(filepath.Join(dir, pattern)); err != nil || len(files) != len(agents) {
			t.Errorf("%d files %s for %d agents: %q, %v", len(files), pattern, len(agents), files, err)
		}
	}
}
