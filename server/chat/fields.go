package chat

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// maxDepth is how deep the value of a field may be nested that nobody here knows.
const maxDepth = 8

// A field is what an object says under one name.
type field struct {
	times  int // that the name stands there
	value  string
	isText bool
}

// good says that the field is there once, and a string.
func (f *field) good() bool { return f.times == 1 && f.isText }

// fields are those that any request has.
type fields struct{ kind, id, text, name field }

// named gives the place of a field; nil: nobody here knows it.
func (f *fields) named(name string) *field {
	switch name {
	case "type":
		return &f.kind
	case "id":
		return &f.id
	case "text":
		return &f.text
	case "name":
		return &f.name
	}
	return nil
}

// readFields reads an object. Package encoding/json says whether it is one; only a
// walk over it shows a name that stands there twice, one that is ours but for its
// case, and a value of the wrong kind.
func readFields(p []byte) (f fields, ok bool) {
	if !utf8.Valid(p) || !json.Valid(p) {
		return f, false
	}
	p = next(p)
	if p[0] != '{' {
		return f, false
	}
	for p = next(p[1:]); p[0] != '}'; p = next(p) {
		n := stringLen(p)
		to := f.named(unquote(p[:n]))
		p = next(p[n:])
		if n, ok = valueLen(p); !ok {
			return f, false
		}
		if to != nil {
			to.times++
			to.isText = p[0] == '"'
		}
		if to != nil && to.isText {
			to.value = unquote(p[:n])
		}
		p = p[n:]
	}
	return f, true
}

// The functions below walk over valid JSON: what they look for comes.

// next is p from its next value on, or from what ends the object.
func next(p []byte) []byte { return bytes.TrimLeft(p, " \t\r\n,:") }

// stringLen is how long the string is that p begins with, quotes included.
func stringLen(p []byte) int {
	for i := 1; ; i++ {
		switch p[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}

// valueLen is how long the value is that p begins with; false: it is too deep.
func valueLen(p []byte) (n int, ok bool) {
	for depth := 0; ; {
		switch p[n] {
		case '"':
			n += stringLen(p[n:])
		case '{', '[':
			depth++
			n++
		case '}', ']':
			depth--
			n++
		case ' ', '\t', '\r', '\n', ',', ':':
			n++
		default: // a number or a word
			n += bytes.IndexAny(p[n:], " \t\r\n,:]}")
		}
		if depth == 0 || depth > maxDepth {
			return n, depth == 0
		}
	}
}

// unquote is what a string says.
func unquote(p []byte) string {
	if bytes.IndexByte(p, '\\') < 0 {
		return string(p[1 : len(p)-1])
	}
	var s string
	json.Unmarshal(p, &s) // cannot fail: it is a string
	return s
}
