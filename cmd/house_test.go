package cmd

import (
	"bytes"
	"errors"
	"go/format"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// topLevel is all that may stand at the top of the tree.
var topLevel = []string{
	".ci", ".gitignore", "Makefile", "README.md", "cmd", "frame", "fuzz", "go.mod", "go.sum", "handshake", "server", "testdata", "web",
}

const (
	maxFile  = 300_000 // bytes
	maxLines = 400     // of a Go file
)

// A houseRule is what a file must not be, and whether a file is it.
type houseRule struct {
	what   string
	broken func(name string, text []byte) bool
}

var houseRules = []houseRule{
	{"stands at the top, which is fixed", func(name string, _ []byte) bool {
		first, _, _ := strings.Cut(name, "/")
		return !slices.Contains(topLevel, first)
	}},
	{"is over 300 kB", func(_ string, text []byte) bool { return len(text) > maxFile }},
	{"is no text", func(_ string, text []byte) bool { return !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 }},
	{"has over 400 lines", func(name string, text []byte) bool {
		return strings.HasSuffix(name, ".go") && bytes.Count(text, []byte("\n")) > maxLines
	}},
	{"is not formatted by gofmt", func(name string, text []byte) bool {
		formatted, err := format.Source(text)
		return strings.HasSuffix(name, ".go") && (err != nil || !bytes.Equal(formatted, text))
	}},
	// The brackets keep the patterns from finding themselves.
	{"names a folder of somebody's machine", says(`(^|[\s"'=:(])(file://)?/(h[o]me|U[s]ers|r[o]ot|w[o]rk|t[m]p)/\w|[A-Z]:\\U[s]ers`)},
	{"is not finished", says(`\b(T[O]DO|F[I]XME|X[X]X)\b|^(<[<]<<<<<|>[>]>>>>>)`)},
	{"tells how it was made", says(`(?i)session[s]? of w[o]rk|co-a[u]thored-by|g[e]nerated (by|with) an? |as an a[i] `)},
}

func says(pattern string) func(string, []byte) bool {
	re := regexp.MustCompile(`(?m)` + pattern)
	return func(_ string, text []byte) bool { return re.Match(text) }
}

// breaks gives what a file is and must not be.
func breaks(name string, text []byte) (all []string) {
	for _, r := range houseRules {
		if r.broken(name, text) {
			all = append(all, r.what)
		}
	}
	return all
}

// houseFiles gives the files of the tree: those that git knows, or, where there is
// no git, all that are no folder's that the go tool passes over.
func houseFiles(t *testing.T, root string) (names []string) {
	t.Helper()
	list := exec.Command("git", "ls-files", "-z")
	list.Dir = root
	if out, err := list.Output(); err == nil && len(out) > 0 {
		return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipFolder(root, name)
		}
		rel, err := filepath.Rel(root, name)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestHouse(t *testing.T) {
	names := houseFiles(t, "..")
	if !slices.Contains(names, "go.mod") {
		t.Fatalf("no go.mod among %d files", len(names))
	}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(name)))
		if errors.Is(err, os.ErrNotExist) {
			continue // removed, and not yet for git
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, what := range breaks(name, text) {
			t.Errorf("%s %s", name, what)
		}
	}
}

// TestHouseRules shows that each rule bites, alone.
func TestHouseRules(t *testing.T) {
	const machine = "names a folder of somebody's machine"
	for _, tt := range []struct{ name, text, want string }{
		{"web/app.js", "fetch('/home');\n", ""},
		{"frame/x.go", "package frame\n", ""},
		{"server/x.go", "package server\n\n// see http://h/tmp/x and ../home/x\n", ""},
		{"util/x.go", "package util\n", "stands at the top, which is fixed"},
		{"notes.txt", "x\n", "stands at the top, which is fixed"},
		{"web/x.js", strings.Repeat("x", maxFile+1), "is over 300 kB"},
		{"web/x.png", "\x89PNG", "is no text"},
		{"web/x.bin", "a\x00b", "is no text"},
		{"frame/x.go", "package frame\n\n" + strings.Repeat("//\n", maxLines), "has over 400 lines"},
		{"frame/x.go", "package  frame\n", "is not formatted by gofmt"},
		{"frame/x.go", "package\n", "is not formatted by gofmt"},
		{"README.md", "cd /ho" + "me/me\n", machine},
		{"README.md", `open "C:\Us` + `ers\me"`, machine},
		{"frame/x.go", "package frame\n\n// TO" + "DO: more\n", "is not finished"},
		{"README.md", "<<<<" + "<<< HEAD\n", "is not finished"},
		{"README.md", "Co-Au" + "thored-By: x\n", "tells how it was made"},
	} {
		got := strings.Join(breaks(tt.name, []byte(tt.text)), "; ")
		if got != tt.want {
			t.Errorf("%s, %.40q: %q, want %q", tt.name, tt.text, got, tt.want)
		}
	}
}

// TestHouseWithoutGit walks a tree that git does not know.
func TestHouseWithoutGit(t *testing.T) {
	root := t.TempDir()
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(root))
	for _, name := range []string{"go.mod", ".git/config", "a/b/c.go", "a/_x/y.go"} {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if got := houseFiles(t, root); !slices.Equal(got, []string{"a/b/c.go", "go.mod"}) {
		t.Errorf("found %q", got)
	}
}
