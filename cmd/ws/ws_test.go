package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/load"
	"rfc6455/server/conn"
)

// call runs ws as a shell would.
func call(t *testing.T, ctx context.Context, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(ctx, args, strings.NewReader(""), &out, &errs, func(string) string { return "" })
	return status, out.String(), errs.String()
}

// serve runs an echo server that leaves out each message for which drop is true.
func serve(t *testing.T, drop func(n int64) bool) (url string) {
	t.Helper()
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := conn.Accept(w, r, nil)
		if err != nil {
			return // Accept has answered
		}
		for ev := range c.Messages() {
			if !drop(n.Add(1)) {
				c.Reply(ev)
			}
		}
	}))
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

func none(int64) bool { return false }

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"help"}, {"--help"}} {
		status, out, errs := call(t, t.Context(), args...)
		if status != 0 || !strings.Contains(out, "  load ") || errs != "" || strings.Count(out, "\n  ws ") < 2 {
			t.Errorf("ws %s: status %d, %q, %q", args, status, out, errs)
		}
	}
	for _, c := range commands {
		for _, args := range [][]string{{c.Name, "-h"}, {"help", c.Name}} {
			status, out, errs := call(t, t.Context(), args...)
			_, examples, _ := strings.Cut(out, "\nexamples:\n")
			examples, _, _ = strings.Cut(examples, "\nflags:\n")
			commands, remarks := strings.Count(examples, "ws "+c.Name+" "), strings.Count(examples, "\n  #")+1
			if status != 0 || errs != "" || commands < 2 || remarks < 2 {
				t.Errorf("ws %s: status %d, want two examples in %q, %q", args, status, out, errs)
			}
		}
	}
}

// TestWrongUsage shows that it is answered by what is allowed, on standard error.
func TestWrongUsage(t *testing.T) {
	for args, want := range map[string]string{
		"":                                 "usage: ws COMMAND",
		"lode":                             `there is no command "lode": allowed are ` + strings.Join(names(), ", "),
		"help lode":                        `there is no command "lode"`,
		"load":                             "load needs URL",
		"cat":                              "cat needs a URL or -listen",
		"cat -listen localhost:0 ws://x/":  "cat needs a URL or -listen",
		"cat a b":                          "cat takes [URL], and was given 2",
		"cat http://localhost":             "allowed is ws://host:port/path",
		"cat ws://example.org/":            "say -remote",
		"cat -n -2 ws://localhost/":        "-n is -2: allowed is 0, any number above it",
		"cat -linger -1s ws://localhost/":  "-linger is -1s: allowed is 0s or any time above it",
		"cat -limit 9 ws://localhost/":     "-limit is 9: allowed is 125 to 1073741824",
		"cat -frames -binary ws://a/":      "-frames and -binary: allowed is one of them",
		"cat -frames -file f ws://a/":      "-frames and -file: allowed is one of them",
		"cat -json -o %d ws://localhost/":  `-o is "%d": allowed is a file`,
		"cat -listen :0":                   "where other machines come in: say -remote",
		"cat -listen localhost":            "allowed is host:port or unix:path",
		"cat -listen localhost:0 -k":       "-k is for a client",
		"cat -dump /no/x ws://localhost/":  `-dump is "/no/x"`,
		"load http://localhost":            "allowed is ws://host:port/path",
		"load ws://example.org/":           "say -remote",
		"load -conns 0 ws://localhost/":    "-conns is 0: allowed is 1 to 20,000",
		"load -mode chat ws://localhost/":  "allowed is echo or broadcast",
		"load -fast ws://localhost/":       "`ws load -h` tells what is allowed",
		"load -html /no/x ws://localhost/": `-html is "/no/x"`,
	} {
		status, out, errs := call(t, t.Context(), strings.Fields(args)...)
		if status != 2 || out != "" || !strings.Contains(errs, want) {
			t.Errorf("ws %s: status %d, %q on stdout, want %q in %q", args, status, out, want, errs)
		}
	}
}

func TestLoad(t *testing.T) {
	status, out, errs := call(t, t.Context(), "load", "-count", "200", "-conns", "4", "-inflight", "4", serve(t, none))
	if status != 0 || !strings.Contains(out, "received     200 of 200") || !strings.Contains(out, "as expected: every message came") || errs != "" {
		t.Errorf("status %d, %q, %q", status, out, errs)
	}
}

// TestLoadOverTLS shows what -k, -H and -u do.
func TestLoadOverTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if user != "me" || password != "secret" || r.Header.Get("X-Test") != "yes" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		c, err := conn.Accept(w, r, nil)
		if err != nil {
			return // Accept has answered
		}
		for ev := range c.Messages() {
			c.Reply(ev)
		}
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of a client that does not know the certificate
	s.StartTLS()
	defer s.Close()
	url := "wss" + strings.TrimPrefix(s.URL, "https")
	for _, tt := range []struct {
		flags  string
		status int
		want   string
	}{
		{"-k -u me:secret -H X-Test:yes", 0, "received     20 of 20"},
		{"-k -u me:wrong -H X-Test:yes", 1, "HTTP 401 Unauthorized"},
		{"-u me:secret", 1, "certificate"},
	} {
		args := append([]string{"load", "-count", "20", url}, strings.Fields(tt.flags)...)
		status, out, errs := call(t, t.Context(), args...)
		if status != tt.status || !strings.Contains(out+errs, tt.want) {
			t.Errorf("%s: status %d, want %d and %q in %q, %q", tt.flags, status, tt.status, tt.want, out, errs)
		}
	}
}

func TestLoadDeviates(t *testing.T) {
	url := serve(t, func(n int64) bool { return n%10 == 0 })
	status, out, _ := call(t, t.Context(), "load", "-count", "100", "-rate", "1000", "-wait", "2s", "-json", url)
	var got struct {
		Messages struct{ Sent, Lost, Reordered int }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	if status != 1 || got.Messages.Sent != 100 || got.Messages.Lost != 10 || got.Messages.Reordered != 0 {
		t.Errorf("status %d, %+v", status, got)
	}
}

func TestLoadUnreachable(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	url := "ws" + strings.TrimPrefix(s.URL, "http")
	status, out, errs := call(t, t.Context(), "load", url)
	if status != 1 || out != "" || !strings.Contains(errs, "ws load: HTTP 404 Not Found") {
		t.Errorf("no WebSocket: status %d, %q, %q", status, out, errs)
	}
	s.Close()
	status, out, errs = call(t, t.Context(), "load", url)
	if status != 3 || out != "" || !strings.Contains(errs, "connection refused") {
		t.Errorf("no server: status %d, %q, %q", status, out, errs)
	}
}

// TestLoadInterrupted shows that Ctrl-C gives the results so far.
func TestLoadInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	url := serve(t, func(n int64) bool {
		if n == 50 {
			cancel()
		}
		return false
	})
	status, out, _ := call(t, ctx, "load", "-rate", "500", "-time", "1h", url)
	starved := strings.Contains(out, "messages due and not sent") // by other work on this machine
	if status != 0 && !starved || !strings.Contains(out, "(interrupted: the results so far)") {
		t.Errorf("status %d, %q", status, out)
	}
}

// TestReportFile shows that a report is there whole or not at all.
func TestReportFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "report.html")
	if status, _, errs := call(t, t.Context(), "load", "-count", "10", "-html", name, serve(t, none)); status != 0 {
		t.Fatalf("status %d, %q", status, errs)
	}
	page, err := os.ReadFile(name)
	if err != nil || !bytes.HasSuffix(page, []byte("</html>\n")) || !bytes.Contains(page, []byte("<svg id=")) {
		t.Errorf("%v, %d bytes of a page", err, len(page))
	}
	if status, _, _ := call(t, t.Context(), "load", "-html", filepath.Join(dir, "other.html"), "ws://127.0.0.1:1/"); status != 3 {
		t.Errorf("status %d", status)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v, left behind: %v", err, left)
	}
}

func TestProgress(t *testing.T) {
	s := load.Status{Phase: "load", Open: 3, Failed: 1, Sent: 10, SentRate: 5, ReceivedRate: 15, P99: 1234567}
	for _, tt := range []struct {
		terminal bool
		want     string
	}{
		{true, "\r\x1b[K  0.0s load      3 open, 1 failed  sent 5/s  received 15/s  p99 1.235ms" +
			"\r\x1b[K  3.0s load      3 open, 1 failed  sent 5/s  received 15/s  p99 1.235ms\r\x1b[K"},
		{false, "  3.0s load      3 open, 1 failed  sent 5/s  received 15/s  p99 1.235ms\n"},
	} {
		var b bytes.Buffer
		p := newProgress(&b, tt.terminal)
		for _, at := range []time.Duration{0, 100 * time.Millisecond, 3 * time.Second} {
			s.Elapsed = at
			p.show(s)
		}
		p.end()
		if b.String() != tt.want {
			t.Errorf("terminal %t: got  %q\nwant %q", tt.terminal, b.String(), tt.want)
		}
	}
}
