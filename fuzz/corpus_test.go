package fuzz

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// writeSeeds writes the corpus, and gives its folders with their connections.
func writeSeeds(t *testing.T) (dir string, folders map[string]Config) {
	t.Helper()
	dir = t.TempDir()
	long := Case{Config: Config{Role: frame.Client}, In: append([]byte("\x82\x7e\x20\x00"), make([]byte, 8192)...)}
	more := maps.All(map[string]Case{"recorded/long": long})
	if err := WriteSeeds(dir, more); err != nil {
		t.Fatal(err)
	}
	folders = map[string]Config{}
	for _, c := range corpus() {
		folders[folder(c.Config)] = c.Config
	}
	return dir, folders
}

// TestWriteSeeds reads everything back, holds what is expected to the oracle in
// its other form, and this module's own parser to it.
func TestWriteSeeds(t *testing.T) {
	if testing.Short() {
		t.Skip("the kit itself")
	}
	dir, folders := writeSeeds(t)
	count, ends := map[string]int{}, map[string]int{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Dir(name) == dir || filepath.Ext(name) == ".expect" {
			return err
		}
		cfg, ok := folders[filepath.Base(filepath.Dir(name))]
		if !ok {
			return fmt.Errorf("%s: no connection is called so", name)
		}
		in, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		expect, err := os.ReadFile(name + ".expect")
		if err != nil {
			return err
		}
		if got, err := notation(string(expect), cfg.Role.Peer()); err != nil || got != Reference(cfg, in) {
			t.Errorf("%s: %q (%v), want %q", name, got, err, Reference(cfg, in))
		}
		lines := strings.Fields(string(expect))
		count[folder(cfg)]++
		ends[lines[len(lines)-1]]++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if count["server"] < 400 || count["client"] < 100 || count["server-takeover"] == 0 || count["server-message=100"] == 0 {
		t.Errorf("too few streams: %v", count)
	}
	for _, end := range []string{"open", "closed", "not-masked", "text-not-utf8", "message-too-big", "deflate-corrupt"} {
		if ends[end] == 0 {
			t.Errorf("no stream ends %s: %v", end, ends)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "client", "recorded-long.expect")); err != nil {
		t.Error(err)
	}
}

// TestWriteSeedsFails has a file where a folder has to be.
func TestWriteSeedsFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteSeeds(file, nil); err == nil {
		t.Error("written into a file")
	}
}

func TestFolder(t *testing.T) {
	cfg := Config{Role: frame.Client, Deflate: Takeover, Limits: session.Limits{Message: 1<<32 + 5, Fragments: 6, ControlBurst: 7}}
	if got, want := folder(cfg), "client-takeover-message=4294967301-fragments=6-control=7"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestExpect has each kind of line in the plain form.
func TestExpect(t *testing.T) {
	in := "\x81\x05Hello\x81\x00\x82\x01\xff\x89\x00\x88\x05\x03\xe8bye"
	const want = "text 0x48656c6c6f\ntext\nbinary 0xff\nping\nclose 1000 0x627965\nclosed"
	if got := Expect(Config{Role: frame.Client}, []byte(in)); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Expect(Config{Role: frame.Client}, []byte("\x88\x00")); got != "close\nclosed" {
		t.Errorf("%q", got)
	}
}

// TestDictionary holds every line to the grammar that AFL++ and libFuzzer share.
func TestDictionary(t *testing.T) {
	entry := regexp.MustCompile(`^[a-z0-9_]+="(\\x[0-9a-f]{2})+"$`)
	seen := map[string]bool{}
	lines := strings.Split(strings.TrimSuffix(string(Dictionary()), "\n"), "\n")
	for _, line := range lines[1:] {
		name, _, _ := strings.Cut(line, "=")
		if !entry.MatchString(line) || seen[name] {
			t.Errorf("%q is no entry, or stands twice", line)
		}
		seen[name] = true
	}
	for _, want := range []string{`text="\x81\x00"`, `ping_masked="\x89\x80\x00\x00\x00\x00"`, `close_1005="\x88\x02\x03\xed"`, `length16_126="\x7e\x00\x7e"`} {
		if !slices.Contains(lines, want) {
			t.Errorf("there is no %s", want)
		}
	}
}

// TestHarness compiles the harness with what is there and runs it over the corpus:
// it aborts at the fault that makes a cut matter, and at nothing else.
func TestHarness(t *testing.T) {
	if testing.Short() {
		t.Skip("the kit itself")
	}
	dir, _ := writeSeeds(t)
	var streams []string
	for _, folder := range []string{"server", "client"} {
		names, err := filepath.Glob(filepath.Join(dir, folder, "*"))
		if err != nil {
			t.Fatal(err)
		}
		streams = append(streams, names...)
	}
	run := func(flags ...string) ([]byte, error) {
		program := cc(t, append(flags, "parser.c", "harness.c", "replay.c")...)
		return exec.Command(program, streams...).CombinedOutput()
	}
	const two = 2 // each stream has its .expect, which is none
	if out, err := run(); err != nil || bytes.Count(out, []byte("\n")) != 1 || !bytes.HasPrefix(out, fmt.Appendf(nil, "%d files, ", len(streams)/two)) {
		t.Errorf("without a fault: %v\n%s", err, out[max(0, len(out)-1000):])
	}
	if _, err := run("-DFAULT=1"); err == nil {
		t.Error("the fault is not found")
	}
	if clang, err := exec.LookPath("clang"); err == nil {
		libFuzzer(t, clang, dir)
	}
}

// libFuzzer has clang's own fuzzer find the fault, with corpus and dictionary.
func libFuzzer(t *testing.T, clang, dir string) {
	program := filepath.Join(t.TempDir(), "fuzzer")
	build := exec.Command(clang, "-g", "-O1", "-fsanitize=fuzzer", "-DFAULT=1", "-o", program, "parser.c", "harness.c")
	build.Dir = filepath.Join("examples", "c")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", build.Args, err, out)
	}
	fuzz := exec.Command(program, "-max_total_time=60", "-dict="+filepath.Join(dir, "websocket.dict"), filepath.Join(dir, "server"))
	fuzz.Dir = t.TempDir() // where it leaves what it found
	if out, err := fuzz.CombinedOutput(); err == nil || !bytes.Contains(out, []byte("deadly signal")) {
		t.Errorf("libFuzzer does not find the fault: %v\n%s", err, out)
	}
}
