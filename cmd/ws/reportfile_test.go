package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rfc6455/testdata/outside"
)

// TestReportInPlace writes through a link, and to what is no file, and leaves both in
// their place.
func TestReportInPlace(t *testing.T) {
	const text = "a report"
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("an older one, which is longer"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		outside.Missing(t, "the right to make symbolic links", "Windows: turn on developer mode; it says "+err.Error())
	}
	for _, name := range []string{file, link, filepath.Join(dir, "fresh")} {
		writeReport(t, name, text)
		if got, err := os.ReadFile(name); err != nil || string(got) != text {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if info, err := os.Lstat(link); err != nil || info.Mode().IsRegular() {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
	if _, err := createReport(dir); err == nil || !strings.Contains(err.Error(), "-html is") {
		t.Errorf("a folder: %v", err)
	}
	if all, err := os.ReadDir(dir); err != nil || len(all) != 3 {
		t.Errorf("left behind: %v, %v", all, err)
	}
}

func writeReport(t *testing.T, name, text string) {
	t.Helper()
	f, err := createReport(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.discard()
	err = f.write(func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
