package handshake

import "net/http"

// An Extension is one element of Sec-WebSocket-Extensions, §9.1: an offer in a
// request, a choice in an answer.
type Extension struct {
	Name   string // a token, such as [PermessageDeflate]
	Params []Param
}

// A Param is a parameter of an extension. An empty Value is none: the grammar
// has no empty value.
type Param struct{ Name, Value string }

// Limits on Sec-WebSocket-Extensions, over all its lines.
const (
	MaxExtensions = 32 // extensions in a handshake; browsers send one
	MaxParameters = 16 // parameters of one extension; permessage-deflate has four
)

// Rules on Sec-WebSocket-Extensions.
var (
	ErrExtensionGrammar = rule("extension-grammar", "RFC 6455 §9.1", http.StatusBadRequest, "Sec-WebSocket-Extensions breaks its grammar")
	ErrExtensionLimit   = rule("extension-limit", "", http.StatusRequestHeaderFieldsTooLarge, "more than 32 extensions")
	ErrParameterLimit   = rule("parameter-limit", "", http.StatusRequestHeaderFieldsTooLarge, "more than 16 parameters of one extension")
)

// ParseExtensions reads the lines of Sec-WebSocket-Extensions in one pass; no
// line is no extension. It judges the grammar alone: unknown extensions and
// repeated parameters are left to those who negotiate. Its errors are
// ErrExtensionGrammar, ErrExtensionLimit and ErrParameterLimit.
func ParseExtensions(lines []string) ([]Extension, error) {
	var list []Extension
	for _, line := range lines {
		s := scanner{line: line}
		for skipCommas(&s); !s.atEnd(); skipCommas(&s) {
			if len(list) == MaxExtensions {
				return nil, ErrExtensionLimit
			}
			x, err := parseExtension(&s)
			if err != nil {
				return nil, err.with(line)
			}
			list = append(list, x)
		}
	}
	if len(lines) > 0 && len(list) == 0 {
		return nil, ErrExtensionGrammar // 1#extension
	}
	return list, nil
}

// skipCommas takes what stands between two extensions: RFC 2616 §2.1 lets
// elements of a list be empty.
func skipCommas(s *scanner) {
	s.space()
	for s.take(',') {
	}
}

// parseExtension takes one extension, up to the comma after it or the end.
func parseExtension(s *scanner) (Extension, *Error) {
	x := Extension{Name: s.token()}
	if x.Name == "" {
		return x, ErrExtensionGrammar
	}
	for s.take(';') {
		if len(x.Params) == MaxParameters {
			return x, ErrParameterLimit
		}
		p, ok := parseParam(s)
		if !ok {
			return x, ErrExtensionGrammar
		}
		x.Params = append(x.Params, p)
	}
	if !s.atEnd() && s.line[s.i] != ',' {
		return x, ErrExtensionGrammar
	}
	return x, nil
}

// parseParam takes token [ "=" ( token | quoted-string ) ].
func parseParam(s *scanner) (p Param, ok bool) {
	if p.Name = s.token(); p.Name == "" {
		return p, false
	}
	if !s.take('=') {
		return p, true
	}
	if !s.atEnd() && s.line[s.i] == '"' {
		s.i++
		p.Value = s.quotedToken()
	} else {
		p.Value = s.token()
	}
	return p, p.Value != ""
}

// AppendExtensions appends the value of one Sec-WebSocket-Extensions line:
// ParseExtensions gives the list again.
func AppendExtensions(b []byte, list []Extension) []byte {
	for i, x := range list {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, x.Name...)
		for _, p := range x.Params {
			b = append(append(b, "; "...), p.Name...)
			if p.Value != "" {
				b = append(append(b, '='), p.Value...)
			}
		}
	}
	return b
}
