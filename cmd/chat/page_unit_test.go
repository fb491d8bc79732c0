package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rfc6455/testdata/outside"
	"rfc6455/web"
)

// TestPageModules runs the tests of the page's modules that need no document, with
// time, network and chance played. They are copied beside a package.json, which
// says to older versions of Node what browsers are told by type="module".
func TestPageModules(t *testing.T) {
	t.Parallel()
	node := outside.Program(t, "apt-get install nodejs", "node")
	dir := t.TempDir()
	copyInto(t, dir, web.Files)
	copyInto(t, filepath.Join(dir, "testdata"), os.DirFS("../../web/testdata"))
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"type": "module"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	tests, err := filepath.Glob(filepath.Join(dir, "testdata", "*.test.mjs"))
	if err != nil || len(tests) == 0 {
		t.Fatalf("no tests: %v", err)
	}
	run := exec.CommandContext(t.Context(), node, append([]string{"--test"}, tests...)...)
	if out, err := run.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func copyInto(t *testing.T, dir string, files fs.FS) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
}

// TestPageFiles holds the page to its files: index.html asks for every module at
// once, so that they do not come one after another, and nothing is in the folder
// that no one asks for.
func TestPageFiles(t *testing.T) {
	t.Parallel()
	page, err := fs.ReadFile(web.Files, "index.html")
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(web.Files, "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if name != "index.html" && !strings.Contains(string(page), `"`+name+`"`) {
			t.Errorf("index.html does not name %s", name)
		}
	}
}
