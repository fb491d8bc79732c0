package main

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"rfc6455/cmd/ws/internal/faulty"
	"rfc6455/server/conn"
)

// asCrash in the environment makes the test binary a client that echoes and, at the
// first long message, dies by a signal.
const asCrash = "TEST_AS_CRASH"

func init() {
	if os.Getenv(asCrash) != "" {
		os.Exit(echoAndCrash(os.Args[1]))
	}
}

func echoAndCrash(url string) (status int) {
	c, err := conn.Dial(context.Background(), url, nil)
	if err != nil {
		return 1
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		return 1
	}
	for ev := range c.Messages() {
		if len(ev.Payload) > 100 && len(ev.Payload) < 70000 { // longer ones are the basics'
			self.Signal(syscall.SIGABRT)
		}
		c.Reply(ev)
	}
	return 0
}

// faultyServer serves an endpoint with a fault, or, for "", without.
func faultyServer(t *testing.T, fault string) (url string) {
	t.Helper()
	ln, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var served sync.WaitGroup
	served.Go(func() { faulty.Endpoint{Fault: faulty.Find(fault)}.Serve(ctx, ln) })
	t.Cleanup(func() { cancel(); served.Wait() })
	return "ws://" + ln.Addr().String() + "/"
}

// A huntSum is the last line of JSON.
type huntSum struct {
	Cases, Connections, Deviations, Slow int
	Seed                                 uint64
	Rate                                 float64
	Died                                 bool
	Allowed                              []string
	Missing                              []string
	Rules, Opcodes, Lengths              map[string]int
}

// readHunt reads what -json wrote: the finds, and the sum.
func readHunt(t *testing.T, out string) (finds []findLine, sum huntSum) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(out), "\n")
	for _, line := range lines[:len(lines)-1] {
		var f findLine
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		finds = append(finds, f)
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &sum); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	return finds, sum
}

// TestFuzzOwnServer hunts in the chat's server, over its echo.
func TestFuzzOwnServer(t *testing.T) {
	status, out, errs := call(t, t.Context(), "fuzz", "-count", "400", "-seed", "5", "-timeout", "5s", "-json", ownServer(t))
	finds, sum := readHunt(t, out)
	if status != 0 || len(finds) > 0 || sum.Cases != 400 || sum.Seed != 5 || len(sum.Allowed) > 0 || sum.Died {
		t.Errorf("status %d, %+v, %+v\n%s", status, finds, sum, errs)
	}
	if len(sum.Missing) > 3 || len(sum.Lengths) < 9 || sum.Opcodes["ping"] < 100 || sum.Rules["text-not-utf8"] < 10 || sum.Rate <= 0 {
		t.Errorf("reached %+v", sum)
	}
	if !strings.Contains(errs, "no deviation") {
		t.Errorf("told %q", errs)
	}
}

// TestFuzzOwnClient hunts in our client, which is started for every connection.
func TestFuzzOwnClient(t *testing.T) {
	t.Setenv(asEcho, "1")
	status, out, errs := call(t, t.Context(), "fuzz", "-count", "40", "-seed", "6", "-timeout", "10s", "-json", "-listen", "localhost:0", "--", os.Args[0], "{url}")
	finds, sum := readHunt(t, out)
	if status != 0 || len(finds) > 0 || sum.Cases != 40 || len(sum.Allowed) > 0 {
		t.Errorf("status %d, %+v, %+v\n%s", status, finds, sum, errs)
	}
}

// TestFuzzFinds plants a fault, writes what shows it, and plays it again, with the
// fault and without.
func TestFuzzFinds(t *testing.T) {
	bad, name := faultyServer(t, "rsv3-ignored"), filepath.Join(t.TempDir(), "finds.txt")
	status, out, errs := call(t, t.Context(), "fuzz", "-finds", "1", "-for", "1m", "-seed", "7", "-timeout", "3s", "-o", name, bad)
	if status != 1 || out != "" || !strings.Contains(errs, "RSV bit without an extension") || !strings.Contains(errs, "1 different deviations") {
		t.Errorf("status %d, %q, %s", status, out, errs)
	}
	script, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(script), "reserved-bits\n") || !strings.Contains(string(script), "rsv3") {
		t.Errorf("%v, script %s", err, script)
	}
	for _, tt := range []struct {
		url    string
		status int
		want   string
	}{
		{bad, 1, "-reserved-bits: still deviates: the target "},
		{faultyServer(t, ""), 0, "-reserved-bits: conforms\n"},
	} {
		status, out, errs := call(t, t.Context(), "fuzz", "-timeout", "3s", "-repro", name, tt.url)
		if status != tt.status || !strings.Contains(out, tt.want) || errs != "" {
			t.Errorf("played again: status %d, %q, %q, want %d and %q", status, out, errs, tt.status, tt.want)
		}
	}
	if status, _, errs := call(t, t.Context(), "fuzz", "-repro", name, "-listen", "localhost:0"); status != 2 || !strings.Contains(errs, "is for a server") {
		t.Errorf("as a server: status %d, %q", status, errs)
	}
}

// TestFuzzStrictOnly shows that what the RFC lets be is told, and no deviation, and
// that it is one with -strict.
func TestFuzzStrictOnly(t *testing.T) {
	url := faultyServer(t, "long-length-taken")
	status, out, errs := call(t, t.Context(), "fuzz", "-count", "60", "-seed", "8", "-timeout", "3s", url)
	if status != 0 || out != "" || !strings.Contains(errs, "strict-only  the target takes lengths that are not in their shortest form (§5.2): -allow nonminimal\n") {
		t.Errorf("status %d, %q, %s", status, out, errs)
	}
	status, out, errs = call(t, t.Context(), "fuzz", "-strict", "-finds", "1", "-for", "1m", "-seed", "8", "-timeout", "3s", "-json", url)
	finds, sum := readHunt(t, out)
	if status != 1 || len(finds) != 1 || !strings.HasSuffix(finds[0].Kind, "length-not-minimal") || sum.Deviations != 1 || len(sum.Allowed) > 0 {
		t.Errorf("status %d, %+v, %+v\n%s", status, finds, sum, errs)
	}
	if status, out, errs = call(t, t.Context(), "fuzz", "-strict", "-allow", "nonminimal", "-count", "60", "-seed", "8", "-timeout", "3s", url); status != 0 || out != "" {
		t.Errorf("status %d, %q, %s", status, out, errs)
	}
}

// TestFuzzDies shows that a client that dies is told from one that deviates, with what
// it was sent.
func TestFuzzDies(t *testing.T) {
	t.Setenv(asCrash, "1")
	t.Setenv("GOTRACEBACK", "crash") // else Go makes an exit status of the signal
	status, out, errs := call(t, t.Context(), "fuzz", "-conns", "1", "-deflate=false", "-for", "2m", "-seed", "9", "-timeout", "10s", "-listen", "localhost:0", "--", os.Args[0], "{url}")
	if status != 4 || !strings.Contains(errs, "the target DIED") || !strings.Contains(out, "kind: died\n") || !strings.Contains(out, "\nrole: client\n") {
		t.Errorf("status %d, %q, %s", status, out, errs)
	}
}

func TestFuzzUnreachable(t *testing.T) {
	for _, args := range [][]string{
		{"ws://127.0.0.1:1/"},
		{"-listen", "localhost:0", "--", "/nowhere/to/be/found", "{url}"},
	} {
		if status, out, errs := call(t, t.Context(), append([]string{"fuzz"}, args...)...); status != 3 || out != "" || !strings.Contains(errs, "ws fuzz: ") {
			t.Errorf("%s: status %d, %q, %q", args, status, out, errs)
		}
	}
}

// TestFuzzSeeds shows that the corpus comes with the command.
func TestFuzzSeeds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "seeds")
	status, out, errs := call(t, t.Context(), "fuzz", "-seeds", dir)
	if _, err := os.Stat(filepath.Join(dir, "README.md")); err != nil || status != 0 || out != "" || !strings.Contains(errs, "README.md") {
		t.Errorf("status %d, %q, %q, %v", status, out, errs, err)
	}
}

func TestFuzzWrongUsage(t *testing.T) {
	for args, want := range map[string]string{
		"":                                      "fuzz needs one URL, or -listen",
		"ws://localhost/ ws://localhost/":       "fuzz needs one URL",
		"http://localhost/":                     "allowed is ws://host:port/path",
		"ws://example.org/":                     "say -remote",
		"-allow all ws://localhost/":            `"all" is nothing to allow: allowed are nonminimal,late-utf8,`,
		"-limits bytes=3 ws://localhost/":       "allowed is message=65536 fragments=64 burst=20",
		"-conns 0 ws://localhost/":              "-conns is 0: allowed is 1 to 64",
		"-finds 0 ws://localhost/":              "-finds is 0: allowed is 1 and more",
		"-for 0s ws://localhost/":               "-for is 0s: allowed is any time above 0s",
		"-timeout 1ms ws://localhost/":          "-timeout is 1ms: allowed is 10ms and more",
		"-seed x ws://localhost/":               "invalid value",
		"-seed 1e9 ws://localhost/":             "allowed is a whole number",
		"-repro /no/x ws://localhost/":          "-repro: open /no/x",
		"-o /no/x ws://localhost/":              `-o is "/no/x"`,
		"-listen :0":                            "say -remote",
		"-listen localhost:0 -k":                "-k is for a client",
		"-listen localhost:0 -- echo":           "no place for the URL",
		"-seeds x/y no-such-transcript-to-read": "no-such-transcript-to-read",
	} {
		status, out, errs := call(t, t.Context(), append([]string{"fuzz"}, strings.Fields(args)...)...)
		if status != 2 || out != "" || !strings.Contains(errs, want) {
			t.Errorf("ws fuzz %s: status %d, %q, want %q in %q", args, status, out, want, errs)
		}
	}
}
