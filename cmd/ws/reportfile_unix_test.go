//go:build unix

package main

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestReportPipe has a report read from a pipe with a name, like a device: no file
// takes its place.
func TestReportPipe(t *testing.T) {
	const text = "a report"
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := os.OpenFile(name, os.O_RDWR, 0) // waits for nobody
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	writeReport(t, name, text)
	if info, err := os.Lstat(name); err != nil || info.Mode().IsRegular() {
		t.Fatalf("the pipe is gone: %v, %v", info, err)
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(r, got); err != nil || string(got) != text {
		t.Errorf("%q, %v", got, err)
	}
}
