package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"rfc6455/cmd/chat/internal/outside"
	"rfc6455/web"
)

// TestPageModules runs the tests of the page's modules that need no document, with
// time, network and chance played. They are copied beside a package.json, which
// says to older versions of Node what browsers are told by type="module".
func TestPageModules(t *testing.T) {
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
