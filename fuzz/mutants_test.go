package fuzz

import (
	"context"
	_ "embed"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rfc6455/testdata"
)

//go:embed mutants.txt
var mutantList string

// planting is what MUTANTS is while a fault is planted.
const planting = "planting"

// A mutant is one planted fault of mutants.txt.
type mutant struct {
	at, file, old, new, rule string
	kill                     []string // packages
	fuzz                     string   // a target of this package, or ""
}

func parseMutants(t *testing.T) []mutant {
	records, err := testdata.ParseRecords("mutants.txt", mutantList)
	if err != nil {
		t.Fatal(err)
	}
	var mutants []mutant
	for _, r := range records {
		m := mutant{at: r.At(r.Fields[0])}
		for _, f := range r.Fields {
			switch f.Key {
			case "file":
				m.file = f.Value
			case "old":
				m.old = f.Value
			case "new":
				m.new = f.Value
			case "rule":
				m.rule = f.Value
			case "kill":
				m.kill = strings.Fields(f.Value)
			case "fuzz":
				m.fuzz = f.Value
			default:
				t.Fatalf("%s: key %q is unknown", r.At(f), f.Key)
			}
		}
		mutants = append(mutants, m)
	}
	return mutants
}

// plant gives the file with its fault.
func (m mutant) plant(t *testing.T) string {
	text, err := os.ReadFile(filepath.Join("..", m.file))
	if err != nil {
		t.Fatalf("%s: %v", m.at, err)
	}
	if n := strings.Count(string(text), m.old); n != 1 {
		t.Fatalf("%s: %q stands in %s %d times: it has to be there once", m.at, m.old, m.file, n)
	}
	return strings.Replace(string(text), m.old, m.new, 1)
}

// TestMutantsCanBePlanted keeps mutants.txt in step with the code.
func TestMutantsCanBePlanted(t *testing.T) {
	if os.Getenv("MUTANTS") == planting {
		t.Skip("nothing to see of the fault here")
	}
	mutants := parseMutants(t)
	if len(mutants) < 30 {
		t.Errorf("%d planted faults, want 30 at least", len(mutants))
	}
	seen := map[string]string{}
	for _, m := range mutants {
		t.Run(strings.TrimPrefix(m.at, "mutants.txt:"), func(t *testing.T) {
			if m.file == "" || m.old == "" || m.new == "" || m.old == m.new || m.rule == "" || len(m.kill) == 0 {
				t.Errorf("%s: file, old, new, rule and kill are needed", m.at)
			}
			if at, ok := seen[m.file+m.old+m.new]; ok {
				t.Errorf("%s: stands at %s already", m.at, at)
			}
			seen[m.file+m.old+m.new] = m.at
			m.plant(t)
		})
	}
}

// TestMutants plants the faults, one after the other, and demands that each is
// found. It takes minutes, so it runs only if MUTANTS is set: to "short" for every
// sixth fault, to a part of a file's name for those in that file, or to 1 for all.
func TestMutants(t *testing.T) {
	which := os.Getenv("MUTANTS")
	if which == "" || which == planting {
		t.Skip("MUTANTS is not set")
	}
	sound := map[string]bool{} // packages whose tests pass without a fault
	killed, planted := 0, 0
	for i, m := range parseMutants(t) {
		if which == "short" && i%6 != 0 || which != "short" && which != "1" && !strings.Contains(m.file, which) {
			continue
		}
		planted++
		overlay := m.overlay(t)
		began := time.Now()
		by := m.run(t, overlay, sound)
		if by == "" {
			t.Errorf("%s: survives in %s: %s\n\t%s\n\t%s", m.at, m.file, m.rule, m.old, m.new)
			by = "SURVIVES"
		} else {
			killed++
		}
		t.Logf("%3d  %-36s %-24s %5.1fs  %s", i+1, m.file, by, time.Since(began).Seconds(), m.rule)
	}
	if planted == 0 {
		t.Errorf("MUTANTS is %q: no fault is in a file of that name", which)
	}
	t.Logf("%d of %d planted faults found", killed, planted)
}

// overlay writes what go test's -overlay takes: the file with the fault in place
// of the sound one.
func (m mutant) overlay(t *testing.T) string {
	dir := t.TempDir()
	file, err := filepath.Abs(filepath.Join("..", m.file))
	if err != nil {
		t.Fatal(err)
	}
	faulty, list := filepath.Join(dir, "faulty.go"), filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]map[string]string{"Replace": {file: faulty}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{faulty: m.plant(t), list: string(text)} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// run says what found the fault, or "".
func (m mutant) run(t *testing.T, overlay string, sound map[string]bool) string {
	for _, pkg := range m.kill {
		if !sound[pkg] {
			if out, ok := goTest(t, pkg); !ok {
				t.Fatalf("%s: its tests fail without a fault:\n%s", pkg, out)
			}
			sound[pkg] = true
		}
		if m.found(t, "-overlay="+overlay, pkg) {
			return pkg
		}
	}
	if m.fuzz != "" && m.fuzzed(t, overlay) {
		return m.fuzz
	}
	return ""
}

// fuzzed fuzzes for 10 s. What then fails is no seed to keep: the next run is
// without the fault.
func (m mutant) fuzzed(t *testing.T, overlay string) bool {
	pattern := filepath.Join("testdata", "fuzz", m.fuzz, "*")
	before, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	found := m.found(t, "-overlay="+overlay, "-run=^$", "-fuzz=^"+m.fuzz+"$", "-fuzztime=10s", "-fuzzminimizetime=1s", "-parallel=2", "./fuzz")
	after, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range after {
		if !slices.Contains(before, name) {
			os.Remove(name)
		}
	}
	return found
}

// found says whether a test failed, for another reason than that it does not
// build.
func (m mutant) found(t *testing.T, args ...string) bool {
	out, ok := goTest(t, args...)
	if strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]") {
		t.Errorf("%s: does not build with the fault:\n%s", m.at, out)
		return false
	}
	return !ok
}

// goTest runs go test at the module's root.
func goTest(t *testing.T, args ...string) (out string, ok bool) {
	const limit = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), 2*limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-short", "-failfast", "-timeout=" + limit.String()}, args...)...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "MUTANTS="+planting, "GOFLAGS=")
	text, err := cmd.CombinedOutput()
	return string(text), err == nil
}
