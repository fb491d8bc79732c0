package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/conform"
	"rfc6455/frame/session"
	"rfc6455/handshake"
	"rfc6455/server"
	"rfc6455/server/conn"
)

// asEcho in the environment makes the test binary a client that sends every message of
// the URL in its first argument back.
const asEcho = "TEST_AS_ECHO"

func init() {
	if os.Getenv(asEcho) != "" {
		os.Exit(echoBack(os.Args[1]))
	}
}

func echoBack(url string) (status int) {
	cfg := &conn.Config{Deflate: handshake.DeflateConfig{Enabled: true, ServerTakeover: true, ClientTakeover: true, ClientMaxWindowBits: 15}}
	cfg.Limits.Message = 16 << 20
	c, err := conn.Dial(context.Background(), url, cfg)
	if err != nil {
		return 1
	}
	for ev := range c.Messages() {
		c.Reply(ev)
	}
	return 0
}

// ownServer is the chat's server, with its echo.
func ownServer(t *testing.T) (url string) {
	t.Helper()
	s, err := server.New(server.Config{Echo: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		s.Shutdown(ctx)
		<-served
	})
	return "ws://" + l.Addr().String() + "/echo"
}

// few are cases for where it does not matter which.
const few = "data/*,utf8/valid-*,closing/*"

// wantAll demands that nothing but passes and skips stands in the last line of JSON.
func wantAll(t *testing.T, out string, least float64) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var total struct{ Verdicts map[string]float64 }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &total); err != nil {
		t.Fatal(err)
	}
	if v := total.Verdicts; v["fail"] != 0 || v["strict-only"] != 0 || v["pass"] < least {
		t.Errorf("verdicts %v", v)
		for _, line := range lines {
			if strings.Contains(line, `"verdict":"fail"`) || strings.Contains(line, `"verdict":"strict-only"`) {
				t.Log(line)
			}
		}
	}
}

// TestConformOwnServer lets the chat's server be judged, robustness included: every
// case passes.
func TestConformOwnServer(t *testing.T) {
	args, least := []string{"conform", "-json", "-timeout", "80s", "-hostile", "-message", "67108864"}, 1150.0
	if testing.Short() {
		args, least = []string{"conform", "-json", "-timeout", "80s", "-cases", "request/*,key/*,data/*,utf8/*,closing/*,control/*,deflate/window-*"}, 280
	}
	url := ownServer(t)
	began := time.Now()
	status, out, errs := call(t, t.Context(), append(args, url)...)
	if status != 0 || strings.Contains(errs, "ws conform:") {
		t.Errorf("status %d, %s", status, errs)
	}
	wantAll(t, out, least)
	t.Logf("took %v", time.Since(began))
}

// TestConformOwnClient starts our client anew for each case.
func TestConformOwnClient(t *testing.T) {
	t.Setenv(asEcho, "1")
	args, least := []string{"conform", "-json", "-timeout", "80s", "-hostile", "-listen", "localhost:0"}, 950.0
	if testing.Short() {
		args, least = append(args, "-cases", "utf8/valid-*,closing/*,answer/*"), 60
	}
	status, out, errs := call(t, t.Context(), append(args, "--", os.Args[0], "{url}")...)
	if status != 0 {
		t.Errorf("status %d, %s", status, errs)
	}
	wantAll(t, out, least)
}

func TestConformReports(t *testing.T) {
	dir := t.TempDir()
	html, junit := filepath.Join(dir, "r.html"), filepath.Join(dir, "r.xml")
	status, out, errs := call(t, t.Context(), "conform", "-timeout", "80s", "-cases", few, "-html", html, "-junit", junit, ownServer(t))
	if status != 0 || !strings.Contains(out, "as expected") || !strings.Contains(out, "utf-8") {
		t.Errorf("status %d, %s, %s", status, out, errs)
	}
	for name, want := range map[string]string{html: `id="closing.reason-124"`, junit: `name="closing/reason-124"`} {
		if text, err := os.ReadFile(name); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s has no %s: %v", name, want, err)
		}
	}
}

func TestConformRun(t *testing.T) {
	status, out, _ := call(t, t.Context(), "conform", "-run", "6.4.1", ownServer(t))
	for _, want := range []string{"utf8/fail-fast-fragment  RFC 6455 §8.1  (6.4.1)", "0xf4908080\n", "<-- close 1007", "expected: close 1007", "\n  pass (end: clean)"} {
		if status != 0 || !strings.Contains(out, want) {
			t.Errorf("status %d, no %q in %s", status, want, out)
		}
	}
}

// shoutingServer answers what is short in capitals; a mortal one ends with it.
func shoutingServer(t *testing.T, mortal bool) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := conn.Accept(w, r, nil)
		if err != nil {
			return
		}
		c.Run(shouting{l, mortal})
	}))
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	return "ws://" + l.Addr().String()
}

// A shouting handler is an echo with a fault.
type shouting struct {
	l      net.Listener
	mortal bool
}

func (h shouting) Message(c *conn.Conn, ev session.Event) {
	const short = 8
	switch {
	case len(ev.Payload) > short:
		c.Reply(ev)
		return
	case h.mortal:
		h.l.Close()
		c.NetConn().Close()
		return
	}
	ev.Payload = []byte(strings.ToUpper(string(ev.Payload)))
	c.Send(ev.Opcode, ev.Payload)
}

func (h shouting) End(*conn.Conn) {}

func TestConformStatus(t *testing.T) {
	dir := t.TempDir()
	expect := filepath.Join(dir, "known.txt")
	write := func(text string) {
		if err := os.WriteFile(expect, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	loud := shoutingServer(t, false)
	args := []string{"conform", "-cases", "data/order", "-expect", expect, loud}

	status, out, _ := call(t, t.Context(), args[0], args[1], args[2], loud)
	if status != 1 || !strings.Contains(out, "1 deviation") || !strings.Contains(out, `came back as text "ONE"`) {
		t.Errorf("status %d, %s", status, out)
	}
	write("data/* fail it shouts\n")
	if status, out, _ := call(t, t.Context(), args...); status != 0 {
		t.Errorf("as expected: status %d, %s", status, out)
	}
	args[len(args)-1] = ownServer(t)
	if status, out, _ := call(t, t.Context(), args...); status != 1 || !strings.Contains(out, "known.txt:1 expects fail: it shouts") {
		t.Errorf("better than expected: status %d, %s", status, out)
	}
	write("dada/* fail it shouts\n")
	if status, _, errs := call(t, t.Context(), args...); status != 2 || !strings.Contains(errs, `no case matches "dada/*"`) {
		t.Errorf("idle: status %d, %s", status, errs)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if status, _, errs := call(t, t.Context(), "conform", "ws://"+l.Addr().String()); status != 3 {
		t.Errorf("unreachable: status %d, %s", status, errs)
	}
	if status, _, errs := call(t, t.Context(), "conform", "-listen", "localhost:0", "--", filepath.Join(dir, "nothing"), "{url}"); status != 3 {
		t.Errorf("no such client: status %d, %s", status, errs)
	}
	if status, out, _ := call(t, t.Context(), "conform", "-parallel", "1", "-cases", "data/order", shoutingServer(t, true)); status != 4 || !strings.Contains(out, "Under way: data/order") {
		t.Errorf("dead: status %d, %s", status, out)
	}
	for _, target := range [][]string{nil, {"ws://localhost:1"}} { // which is not asked
		if status, out, _ := call(t, t.Context(), append([]string{"conform", "-list", "-cases", "6.4"}, target...)...); status != 0 || strings.Count(out, "\n") != 4 {
			t.Errorf("list %q: status %d, %s", target, status, out)
		}
	}
}

// TestConformOther tells a target that is there and no echo what to do, once.
func TestConformOther(t *testing.T) {
	s, err := server.New(server.Config{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	chat := "ws" + strings.TrimPrefix(web.URL, "http") + "/"
	status, out, errs := call(t, t.Context(), "conform", chat)
	if status != 3 || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "does not echo") || !strings.Contains(errs, "/echo, or -mode noecho") {
		t.Errorf("the chat: status %d, %s, %s", status, out, errs)
	}
	status, out, errs = call(t, t.Context(), "conform", "-mode", "noecho", "-cases", "data/order,control/ping-text", chat)
	if status != 0 || !strings.Contains(out, "\nskipped:\n     1  it needs an echo\n") {
		t.Errorf("without an echo: status %d, %s, %s", status, out, errs)
	}
	status, out, errs = call(t, t.Context(), "conform", "-run", "nope", chat)
	if status != 2 || out != "" || !strings.Contains(errs, `no case matches ["nope"]; -list names them`) {
		t.Errorf("no such case: status %d, %s, %s", status, out, errs)
	}
}

// TestConformNobodyComes gives a client that cannot run up, and says why once.
func TestConformNobodyComes(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // where there is no sh
	}
	status, out, errs := call(t, t.Context(), "conform", "-listen", "localhost:0", "--", "sh", "-c", "echo no module named ws >&2; exit 3", "{url}")
	if status != 3 || out != "" || strings.Count(errs, "no module named ws") != 1 || !strings.Contains(errs, "exit status 3") {
		t.Errorf("status %d, %s, %s", status, out, errs)
	}
}

func TestConformWrongUsage(t *testing.T) {
	for args, want := range map[string]string{
		"":                                   "needs a URL, -listen or -spec",
		"a b":                                "was given 2 operands",
		"http://localhost":                   "allowed is ws://",
		"ws://example.org":                   "say -remote",
		"-mode loud ws://localhost":          "allowed are echo and noecho",
		"-timeout 1ms ws://localhost":        "allowed is 100ms and more",
		"-parallel 0 ws://localhost":         "allowed is 1 to 1000",
		"-deflate ws://localhost":            "each case has its own offer",
		"-expect none ws://localhost":        "-expect: open none",
		"-spec none":                         "-spec: open none",
		"-spec x ws://localhost":             "-spec says itself",
		"-listen localhost:0 -- true":        "allowed is a command with {url}",
		"-listen 192.0.2.1:0 -- true {url}":  "say -remote",
		"-listen unix:/x -- true {url}":      "allowed for conform is host:port",
		"-html none/r.html ws://localhost:1": "-html is",
	} {
		status, out, errs := call(t, t.Context(), append([]string{"conform"}, strings.Fields(args)...)...)
		if status != 2 || out != "" || !strings.Contains(errs, want) {
			t.Errorf("ws conform %s: status %d, %q, want %q", args, status, errs, want)
		}
	}
}

// TestConformSpec runs a spec file for servers unchanged.
func TestConformSpec(t *testing.T) {
	dir := t.TempDir()
	spec := filepath.Join(dir, "fuzzingclient.json")
	outdir := filepath.Join(dir, "reports", "servers")
	text, err := json.Marshal(map[string]any{
		"options": map[string]any{"failByDrop": false}, "outdir": outdir,
		"servers": []map[string]any{
			{"agent": "Ours", "url": ownServer(t), "options": map[string]any{"version": 18}},
			{"agent": "Shouting", "url": shoutingServer(t, false)},
		},
		"cases": []string{"1.1.*", "2.*"}, "exclude-cases": []string{"2.5"}, "exclude-agent-cases": map[string]any{"Ours": []string{"1.1.1"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(spec, text, 0o600); err != nil {
		t.Fatal(err)
	}
	status, _, errs := call(t, t.Context(), "conform", "-spec", spec)
	text, err = os.ReadFile(filepath.Join(outdir, "index.json"))
	var index map[string]map[string]map[string]any
	if err != nil || json.Unmarshal(text, &index) != nil {
		t.Fatalf("status %d, %s, %v: %s", status, errs, err, text)
	}
	if status != 0 || len(index["Ours"]) != 17 || len(index["Shouting"]) != 18 || index["Ours"]["2.2"]["behavior"] != "OK" {
		t.Errorf("status %d, %d and %d, %v", status, len(index["Ours"]), len(index["Shouting"]), index["Ours"]["2.2"])
	}
}

// TestConformFuzzingServer serves a client in Autobahn's way until it is interrupted.
func TestConformFuzzingServer(t *testing.T) {
	dir := t.TempDir()
	spec := filepath.Join(dir, "fuzzingserver.json")
	if err := os.WriteFile(spec, []byte(`{"url": "ws://localhost:9001", "outdir": "`+filepath.ToSlash(dir)+`", "cases": ["1.1.*"]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	var errs, out heard
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"conform", "-listen", "localhost:0", "-spec", spec}, strings.NewReader(""), &out, &errs, func(string) string { return "" })
	}()
	base := strings.TrimSuffix(errs.wait(t, `ws://localhost:\d+/`), "/")
	for _, resource := range []string{"/runCase?case=1&agent=a", "/runCase?case=2&agent=a", "/updateReports?agent=a"} {
		if status := echoBack(base + resource); status != 0 {
			t.Errorf("%s: status %d", resource, status)
		}
	}
	interrupt()
	if status := <-ended; status != 0 {
		t.Errorf("status %d, %s", status, &errs)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "index.json")); err != nil || strings.Count(string(text), `"behavior": "OK"`) != 2 {
		t.Errorf("index.json: %v, %s", err, text)
	}
}

// TestConformClientDied tells a client's crash from an end that it chose.
func TestConformClientDied(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // where no signal tells a crash
	}
	status, out, _ := call(t, t.Context(), "conform", "-cases", "data/text-0,data/binary-0", "-listen", "localhost:0", "--",
		"sh", "-c", "case $0 in */binary-0) kill -SEGV $$;; esac", "{url}")
	if status != 4 || !strings.Contains(out, "Under way: data/binary-0") {
		t.Errorf("status %d, %s", status, out)
	}
}

// TestConformProgress tells how far it is, on a terminal and elsewhere.
func TestConformProgress(t *testing.T) {
	var line, log strings.Builder
	onScreen, elsewhere := newCases(&line, true), newCases(&log, false)
	for i := range 100 {
		res := &conform.Result{Case: &conform.Case{ID: "data/order"}, Verdict: conform.Pass}
		if i == 0 {
			res.Verdict = conform.Fail
		}
		s := conform.Progress{Done: i + 1, All: 100, Last: res, Elapsed: time.Duration(i) * 50 * time.Millisecond}
		onScreen.show(s)
		elsewhere.show(s)
	}
	onScreen.end()
	if got := line.String(); strings.Count(got, "\r") < 20 || strings.Contains(got, "\n") || !strings.HasSuffix(got, "\r\x1b[K") {
		t.Errorf("on a terminal %q", got)
	}
	if got := log.String(); got != "  3.0s 61 of 100 cases, 60 pass, 1 fail\n" {
		t.Errorf("elsewhere %q", got)
	}
}
