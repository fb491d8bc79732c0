package fuzz

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rfc6455/testdata/outside"
)

// guide is README.md, whose blocks of code are what to do in an empty folder:
//
//	go NAME      a file to write
//	diff NAME    lines to replace in it
//	sh           commands, of which none may fail
//	sh fails     commands, of which the last has to fail
//	sh ci        the recipe for CI, of ten lines at most
//	sh clang     commands, if there is clang
//	text         what the commands before it have said
var guideBlock = regexp.MustCompile("(?ms)^```(\\w+)(?: ([\\w.]+))?\n(.*?)^```$")

var guideLink = regexp.MustCompile(`\]\(([^)]+)\)`)

// A walk is the guide, gone through in a folder.
type walk struct {
	*testing.T
	dir  string
	said string // by the last commands
}

func TestGuide(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and fuzzes")
	}
	outside.Program(t, "apt-get install gcc libc6-dev", "cc")
	outside.Program(t, "apt-get install nodejs", "node")
	module, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	w := &walk{T: t, dir: filepath.Join(t.TempDir(), "mine")}
	if err := os.Mkdir(w.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(module, filepath.Join(w.dir, "..", "rfc6455")); err != nil {
		t.Fatal(err)
	}
	for _, m := range guideLink.FindAllStringSubmatch(string(text), -1) {
		if _, err := os.Stat(m[1]); err != nil {
			t.Error(err)
		}
	}
	seen := map[string]int{}
	for _, m := range guideBlock.FindAllStringSubmatch(string(text), -1) {
		kind, name, block := m[1], m[2], m[3]
		w.step(kind, name, block)
		seen[kind]++
		seen[kind+" "+name]++
	}
	if seen["go"] < 3 || seen["sh fails"] < 3 || seen["text"] < 3 || seen["sh ci"] != 1 {
		t.Errorf("the guide has too few blocks: %v", seen)
	}
}

func (w *walk) step(kind, name, block string) {
	w.Helper()
	switch kind + " " + name {
	case "sh ":
		w.sh(block, true)
	case "sh fails":
		w.sh(block, false)
	case "sh ci":
		if n := strings.Count(block, "\n"); n > 10 {
			w.Errorf("the recipe has %d lines", n)
		}
		w.sh(block, true)
	case "sh clang":
		if _, err := exec.LookPath("clang"); err == nil {
			w.sh(block, true)
		}
	case "text ":
		if want := strings.TrimSpace(block); !strings.Contains(w.said, want) {
			w.Errorf("want %q in\n%s", want, w.said)
		}
	case "go " + name:
		w.write(name, block)
	case "diff " + name:
		w.replace(name, block)
	default:
		w.Errorf("the guide has a block %q", kind+" "+name)
	}
}

// sh runs commands as a shell does that ends at the first that fails.
func (w *walk) sh(block string, good bool) {
	w.Helper()
	cmd := exec.CommandContext(w.Context(), "sh", "-e", "-c", block)
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOPROXY=off")
	start := time.Now()
	out, err := cmd.CombinedOutput()
	w.said = string(out)
	w.Logf("%4.1f s  %s", time.Since(start).Seconds(), strings.TrimSpace(block))
	if (err == nil) != good {
		w.Fatalf("%s%v\n%s", block, err, out[max(0, len(out)-4000):])
	}
}

func (w *walk) write(name, text string) {
	w.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o666); err != nil {
		w.Fatal(err)
	}
}

// replace puts each line that begins with "+" where the one before it with "-" is.
func (w *walk) replace(name, diff string) {
	w.Helper()
	old, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		w.Fatal(err)
	}
	from := ""
	for line := range strings.Lines(diff) {
		if line[0] == '-' {
			from = line[1:]
			continue
		}
		if strings.Count(string(old), from) != 1 || from == "" {
			w.Fatalf("%s has not once %q", name, from)
		}
		old = []byte(strings.Replace(string(old), from, line[1:], 1))
	}
	w.write(name, string(old))
}
