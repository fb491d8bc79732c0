package testdata

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Handshakes of handshakes/*.txt come in two kinds, told apart by the key url.
// Without it the record tests a server:
//
//	id: request/rfc             permanent
//	request: GET /chat HTTP/1.1 a line as it goes to the server, without its CR LF
//	status: 101                 what the server answers with
//	error: key-missing          the rule that was broken, unless the status is 101
//	answer: Upgrade: websocket  a line of the answer's header
//
// and strict, which says why a server that conforms may do otherwise; and, where a
// server has to be set up for it, subprotocols, deflate, scheme, allow-origin,
// loopback and allow-host. With url it tests a client:
//
//	url: ws://example.com/chat  what the client is told to open
//	address: example.com:80     where it has to connect
//	request: GET /chat HTTP/1.1 a line of what it has to send; if any stands, all do
//	answer: HTTP/1.1 101 OK     a line as it goes to the client, status line first
//	error: answer-accept        the rule that was broken
//	subprotocol: chat           what was agreed
//	extensions: permessage-...  what was agreed, as an answer says it, 0 bits left out
//
// strict, as above, and its wishes: key, origin, subprotocols, deflate and field,
// which is a header field to add.
//
// A line that begins with a quote is a Go string: it may hold any byte. The
// empty line that ends a header is understood, unless an empty line ("") stands
// in the request: what follows it comes behind the header.

// A ServerHandshake is a request and what a server must make of it.
type ServerHandshake struct {
	At, ID       string
	Comment      string // what it shows, and the clause
	Strict       string // why a server that conforms may do otherwise; empty: none may
	Request      []string
	Subprotocols []string // the server's, most wanted first
	Deflate      DeflateWishes
	Scheme       string   // under which the server is reached; default "http"
	AllowOrigins []string // besides the server's own
	Loopback     bool     // the server listens on loopback, and so judges Host
	AllowHosts   []string // besides those of loopback
	Status       int
	Error        string   // ID of the rule; empty if Status is 101
	Answer       []string // all of a 101's header, in order; lines that a refusal must have
}

// A ClientHandshake is what a client is told to open, what it must send, an
// answer, and what the client must make of it.
type ClientHandshake struct {
	At, ID       string
	Comment      string // what it shows, and the clause
	Strict       string // why a client that conforms may do otherwise; empty: none may
	URL          string
	Key          string // default: that of RFC 6455 §1.3
	Origin       string
	Subprotocols []string
	Deflate      DeflateWishes
	Fields       []string // "Name: value"
	Address      string   // if not empty: where to connect
	Request      []string // if not empty: all that is sent, without the empty line
	Answer       []string // if empty, the record ends with the request
	Error        string   // ID of the rule; empty: the connection is established
	Subprotocol  string   // agreed
	Extensions   string   // agreed
}

// DeflateWishes are what an endpoint wants of permessage-deflate, written as
// "on server-takeover client-takeover server-bits=10 client-bits=12".
type DeflateWishes struct {
	Enabled, ServerTakeover, ClientTakeover bool
	ServerBits, ClientBits                  int // 0: unsaid
}

// Text is the request as it goes over the wire.
func (h ServerHandshake) Text() string { return headerText(h.Request) }

// Text is the answer as it goes over the wire.
func (h ClientHandshake) Text() string { return headerText(h.Answer) }

func headerText(lines []string) string {
	text := strings.Join(lines, "\r\n")
	if !strings.Contains(text, "\r\n\r\n") {
		text += "\r\n\r\n"
	}
	return text
}

// ServerHandshakes gives the vectors for servers.
func ServerHandshakes() ([]ServerHandshake, error) {
	servers, _, err := handshakes()
	return servers, err
}

// ClientHandshakes gives the vectors for clients.
func ClientHandshakes() ([]ClientHandshake, error) {
	_, clients, err := handshakes()
	return clients, err
}

func handshakes() (servers []ServerHandshake, clients []ClientHandshake, err error) {
	all, err := records("handshakes")
	if err != nil {
		return nil, nil, err
	}
	return ParseHandshakes(all)
}

// ParseHandshakes tells the records for servers from those for clients, and judges
// them: unknown keys, those that stand twice, what is missing and an ID that is
// taken are errors.
func ParseHandshakes(all []Record) (servers []ServerHandshake, clients []ClientHandshake, err error) {
	seen := ids{}
	for _, r := range all {
		r, err := r.unquoted()
		if err != nil {
			return nil, nil, err
		}
		at, id := r.At(r.Fields[0]), r.Fields[0].Value
		if r.Fields[0].Key != "id" || id == "" {
			return nil, nil, fmt.Errorf("%s: a handshake begins with its id", at)
		}
		if err := seen.take(id, at); err != nil {
			return nil, nil, err
		}
		if isClient(r) {
			c, err := parseClientHandshake(r)
			if err != nil {
				return nil, nil, err
			}
			clients = append(clients, c)
			continue
		}
		s, err := parseServerHandshake(r)
		if err != nil {
			return nil, nil, err
		}
		servers = append(servers, s)
	}
	return servers, clients, nil
}

// unquoted gives r with what its Go strings say; any other value says itself.
func (r Record) unquoted() (Record, error) {
	r.Fields = slices.Clone(r.Fields)
	for i, f := range r.Fields {
		if !strings.HasPrefix(f.Value, `"`) {
			continue
		}
		value, err := strconv.Unquote(f.Value)
		if err != nil {
			return r, fmt.Errorf("%s: %w", r.At(f), err)
		}
		r.Fields[i].Value = value
	}
	return r, nil
}

func isClient(r Record) bool {
	for _, f := range r.Fields {
		if f.Key == "url" {
			return true
		}
	}
	return false
}

func parseServerHandshake(r Record) (ServerHandshake, error) {
	h := ServerHandshake{At: r.At(r.Fields[0]), Comment: r.Comment, Scheme: "http"}
	err := r.fill("a server's handshake", map[string]slot{
		"id":           one(&h.ID),
		"strict":       one(&h.Strict),
		"request":      many(&h.Request),
		"subprotocols": parsed(&h.Subprotocols, parseList),
		"deflate":      parsed(&h.Deflate, parseWishes),
		"scheme":       parsed(&h.Scheme, parseScheme),
		"allow-origin": many(&h.AllowOrigins),
		"loopback":     parsed(&h.Loopback, strconv.ParseBool),
		"allow-host":   many(&h.AllowHosts),
		"status":       parsed(&h.Status, strconv.Atoi),
		"error":        one(&h.Error),
		"answer":       many(&h.Answer),
	})
	if err == nil && (len(h.Request) == 0 || h.Status == 0 || (h.Status == 101) != (h.Error == "")) {
		err = fmt.Errorf("%s: request and status are needed, and an error unless the status is 101", h.At)
	}
	return h, err
}

func parseClientHandshake(r Record) (ClientHandshake, error) {
	h := ClientHandshake{At: r.At(r.Fields[0]), Comment: r.Comment, Key: "dGhlIHNhbXBsZSBub25jZQ=="}
	err := r.fill("a client's handshake", map[string]slot{
		"id":           one(&h.ID),
		"strict":       one(&h.Strict),
		"url":          one(&h.URL),
		"key":          one(&h.Key),
		"origin":       one(&h.Origin),
		"subprotocols": parsed(&h.Subprotocols, parseList),
		"deflate":      parsed(&h.Deflate, parseWishes),
		"field":        many(&h.Fields),
		"address":      one(&h.Address),
		"request":      many(&h.Request),
		"answer":       many(&h.Answer),
		"error":        one(&h.Error),
		"subprotocol":  one(&h.Subprotocol),
		"extensions":   one(&h.Extensions),
	})
	if err == nil && h.Address == "" && len(h.Request) == 0 && len(h.Answer) == 0 && h.Error == "" {
		err = fmt.Errorf("%s: nothing is expected", h.At)
	}
	return h, err
}

func parseList(s string) ([]string, error) { return strings.Split(s, ", "), nil }

func parseScheme(s string) (string, error) {
	if s != "http" && s != "https" {
		return "", fmt.Errorf("scheme is http or https, not %q", s)
	}
	return s, nil
}

func parseWishes(s string) (w DeflateWishes, err error) {
	for word := range strings.FieldsSeq(s) {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "on":
			w.Enabled = true
		case "server-takeover":
			w.ServerTakeover = true
		case "client-takeover":
			w.ClientTakeover = true
		case "server-bits":
			w.ServerBits, err = strconv.Atoi(value)
		case "client-bits":
			w.ClientBits, err = strconv.Atoi(value)
		default:
			err = fmt.Errorf("%q is no wish for permessage-deflate", word)
		}
		if err != nil {
			return w, err
		}
	}
	return w, nil
}
