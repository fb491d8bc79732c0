// Package testdata embeds the vectors and session scripts that the tests, the
// fuzzing kit and the conformance runner share, and parses them.
//
// A vector file is plain text: records separated by blank lines, each a run of
// "key: value" lines. Lines that begin with "#" and stand right before a record are
// its comment; they name the clause that the record shows. Keys may repeat and
// keep their order. A key that a kind of record does not know is fatal, so a
// misspelt expectation cannot pass silently.
//
// The go tool leaves directories of this name out of "./...", so the tests of
// this package stand in package fuzz.
package testdata

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed frames handshakes deflate sessions
var files embed.FS

// A Field is one "key: value" line of a record.
type Field struct {
	Key, Value string
	Line       int // in its file, from 1
}

// A Record is one paragraph of a vector file.
type Record struct {
	File    string  // "frames/data.txt"
	Line    int     // of its first field, from 1
	Comment string  // the comment right before it, without the "#"
	Fields  []Field // at least one
}

// At says where f stands, for messages: "frames/data.txt:12".
func (r *Record) At(f Field) string { return fmt.Sprintf("%s:%d", r.File, f.Line) }

// once refuses a record in which one of keys stands twice: the first would count
// for nothing.
func (r *Record) once(keys ...string) error {
	has := map[string]bool{}
	for _, f := range r.Fields {
		if has[f.Key] && slices.Contains(keys, f.Key) {
			return fmt.Errorf("%s: key %q stands twice", r.At(f), f.Key)
		}
		has[f.Key] = true
	}
	return nil
}

// ParseRecords reads the records of one vector file.
func ParseRecords(file, text string) ([]Record, error) {
	var records []Record
	var rec Record
	var comment []string
	end := func() {
		if len(rec.Fields) > 0 {
			records = append(records, rec)
		}
		rec, comment = Record{}, nil
	}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, " \t\r")
		if line == "" {
			end()
			continue
		}
		if c, ok := strings.CutPrefix(line, "#"); ok {
			if len(rec.Fields) == 0 {
				comment = append(comment, strings.TrimSpace(c))
			}
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok || key == "" || strings.ContainsAny(key, " \t\"") {
			return nil, fmt.Errorf("%s:%d: %q is not a \"key: value\" line", file, i+1, line)
		}
		if len(rec.Fields) == 0 {
			rec = Record{File: file, Line: i + 1, Comment: strings.Join(comment, "\n")}
		}
		rec.Fields = append(rec.Fields, Field{Key: key, Value: strings.TrimSpace(value), Line: i + 1})
	}
	end()
	return records, nil
}

// records gives all records of the files in one folder, in the order of the
// files' names.
func records(folder string) ([]Record, error) {
	names, err := fs.Glob(files, path.Join(folder, "*.txt"))
	if err != nil {
		return nil, err
	}
	var all []Record
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		r, err := ParseRecords(name, string(text))
		if err != nil {
			return nil, err
		}
		all = append(all, r...)
	}
	return all, nil
}
