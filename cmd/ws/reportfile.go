package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A reportFile is a file that is there whole or not at all, or a device or a pipe. nil
// writes nothing.
type reportFile struct {
	name string // that temp is to get; none where temp is what was asked for
	temp *os.File
}

// createReport is createFile for -html.
func createReport(name string) (*reportFile, error) { return createFile("-html", name) }

// createFile begins a file beside where it will be, so that a place where nothing
// can be written is found out before the run.
func createFile(flag, name string) (*reportFile, error) {
	if name == "" {
		return nil, nil
	}
	f, err := beginFile(name)
	if err != nil {
		return nil, fmt.Errorf("%s is %q: %w", flag, name, err)
	}
	return f, nil
}

// beginFile leaves a device or a pipe in its place, and writes to it: a file with its
// name would be the end of it.
func beginFile(name string) (*reportFile, error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		out, err := os.OpenFile(name, os.O_WRONLY, 0) // a folder refuses
		return &reportFile{temp: out}, err
	}
	if behind, err := filepath.EvalSymlinks(name); err == nil {
		name = behind // the link stays one
	}
	temp, err := os.CreateTemp(filepath.Dir(name), ".ws-report-*")
	return &reportFile{name, temp}, err
}

// write writes the file and gives it its name.
func (f *reportFile) write(content func(io.Writer) error) error {
	if f == nil {
		return nil
	}
	if err := content(f.temp); err != nil {
		return err
	}
	if f.name == "" {
		return f.temp.Close()
	}
	if err := f.temp.Chmod(0o644); err != nil {
		return err
	}
	if err := f.temp.Close(); err != nil {
		return err
	}
	return os.Rename(f.temp.Name(), f.name)
}

// discard leaves nothing behind if write did not come to its end.
func (f *reportFile) discard() {
	if f == nil {
		return
	}
	f.temp.Close()
	if f.name != "" {
		os.Remove(f.temp.Name()) // in vain after write: the name is gone
	}
}
