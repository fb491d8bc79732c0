package fuzz

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/testdata/outside"
)

// cc compiles sources of examples/c, and says where the program is.
func cc(t *testing.T, args ...string) string {
	t.Helper()
	compiler := outside.Program(t, "apt-get install gcc libc6-dev", "cc", "gcc", "clang")
	program := filepath.Join(t.TempDir(), "program")
	cmd := exec.Command(compiler, append([]string{"-std=c99", "-Wall", "-Wextra", "-Werror", "-O1", "-o", program}, args...)...)
	cmd.Dir = filepath.Join("examples", "c")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
	return program
}

func node(t *testing.T) []string {
	return []string{outside.Program(t, "apt-get install nodejs", "node"), filepath.Join("examples", "js", "glue.js")}
}

// exampleConfigs are the connections that the examples know.
var exampleConfigs = []Config{
	{},
	{Role: frame.Client},
	{Limits: session.Limits{Message: 100, Fragments: 3, ControlBurst: 2}},
}

// checkExample holds a program to Check on every nth seed and on streams, and
// gives the first report.
func checkExample(t *testing.T, e *External, nth int) string {
	t.Helper()
	e.Timeout = 6 * DefaultTimeout // a machine may be busy
	defer func() {
		if err := e.Close(); err != nil {
			t.Errorf("at its end: %v", err)
		}
	}()
	rec := &recorder{TB: t}
	for i, in := range faultStreams() {
		for j, cfg := range exampleConfigs {
			if (i+j)%nth != 0 || len(rec.reports) > 0 {
				continue
			}
			Check(rec, cfg, in, e.New)
		}
	}
	return strings.Join(rec.reports, "\n")
}

// TestExampleInC finds nothing in the example but the faults that are planted.
func TestExampleInC(t *testing.T) {
	if testing.Short() {
		t.Skip("the kit itself")
	}
	if got := checkExample(t, &External{Command: []string{cc(t, "parser.c", "glue.c")}}, 7); got != "" {
		t.Errorf("without a fault: %s", got)
	}
	for fault, want := range map[string]string{
		"1": "fuzz: split into ",                         // the mask starts over with each piece
		"2": "fuzz: oracle: ",                            // a control frame is taken for the message's type
		"3": "fuzz: process: signal: segmentation fault", // an empty message is read
	} {
		got := checkExample(t, &External{Command: []string{cc(t, "-DFAULT="+fault, "parser.c", "glue.c")}}, 1)
		if !strings.Contains(got, want) {
			t.Errorf("fault %s: %q, want %q in it", fault, got, want)
		}
	}
}

// TestExampleInJS is the same for the example in JavaScript.
func TestExampleInJS(t *testing.T) {
	if testing.Short() {
		t.Skip("the kit itself")
	}
	command := node(t)
	if got := checkExample(t, &External{Command: command}, 11); got != "" {
		t.Errorf("without a fault: %s", got)
	}
	for fault, want := range map[string]string{
		"late":   "fuzz: prefix of ",
		"codes":  "fuzz: oracle: line 1 is \"close 1005",
		"length": "fuzz: oracle: line 1 is \"failed length-not-minimal\"",
	} {
		got := checkExample(t, &External{Command: command, Env: []string{"FAULT=" + fault}}, 1)
		if !strings.Contains(got, want) {
			t.Errorf("fault %s: %q, want %q in it", fault, got, want)
		}
	}
}
