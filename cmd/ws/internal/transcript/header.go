package transcript

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"rfc6455/frame"
	"rfc6455/handshake"
)

// Magic is how every transcript begins.
const Magic = "ws-transcript: "

const version = "1"

// A Header is what a transcript says of its connection.
type Header struct {
	Role     frame.Role // who wrote it down
	URL      string     // empty: unsaid
	Time     time.Time  // of the offset 0; zero: unsaid
	Protocol string     // the subprotocol; empty: none
	Deflate  handshake.DeflateParams
}

// appendText appends the header with its empty line.
func (h Header) appendText(b []byte) []byte {
	b = fmt.Appendf(b, "%s%s\nrole: %s\n", Magic, version, h.Role)
	if h.URL != "" {
		b = fmt.Appendf(b, "url: %s\n", printable(h.URL))
	}
	if !h.Time.IsZero() {
		b = fmt.Appendf(b, "time: %s\n", h.Time.UTC().Format(time.RFC3339Nano))
	}
	if h.Protocol != "" {
		b = fmt.Appendf(b, "subprotocol: %s\n", printable(h.Protocol))
	}
	if h.Deflate.Enabled {
		b = fmt.Appendf(b, "extensions: %s\n", Extensions(h.Deflate))
	}
	return append(b, '\n')
}

// set takes one line of a header.
func (h *Header) set(key, value string) (err error) {
	switch key {
	case "role":
		h.Role, err = frame.ParseRole(value)
	case "url":
		h.URL = value
	case "time":
		if h.Time, err = time.Parse(time.RFC3339Nano, value); err != nil {
			return fmt.Errorf("time %q: allowed is one as in 2026-01-02T03:04:05.678901Z", value)
		}
	case "subprotocol":
		h.Protocol = value
	case "extensions":
		h.Deflate, err = ParseExtensions(value)
	default:
		return fmt.Errorf("key %q: allowed are role, url, time, subprotocol and extensions", key)
	}
	return err
}

// Extensions gives the agreed parameters as Sec-WebSocket-Extensions says them. A
// client's window of 15 bits is what holds where nothing is said.
func Extensions(p handshake.DeflateParams) string {
	x := handshake.Extension{Name: handshake.PermessageDeflate}
	for _, param := range []struct {
		name  string
		said  bool
		value int
	}{
		{"server_no_context_takeover", p.ServerNoContextTakeover, 0},
		{"client_no_context_takeover", p.ClientNoContextTakeover, 0},
		{"server_max_window_bits", p.ServerMaxWindowBits != 0, p.ServerMaxWindowBits},
		{"client_max_window_bits", p.ClientMaxWindowBits != 0 && p.ClientMaxWindowBits != handshake.MaxWindowBits, p.ClientMaxWindowBits},
	} {
		if param.said {
			value := ""
			if param.value != 0 {
				value = strconv.Itoa(param.value)
			}
			x.Params = append(x.Params, handshake.Param{Name: param.name, Value: value})
		}
	}
	return string(handshake.AppendExtensions(nil, []handshake.Extension{x}))
}

// printable puts what s has of control characters, which would end a line, in sight.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return '\uFFFD'
	}, s)
}
