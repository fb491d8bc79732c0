package admit

import (
	"errors"
	"net/http"
	"testing"

	"rfc6455/handshake"
)

func TestName(t *testing.T) {
	for _, tt := range []struct {
		why, peer, header string
		lines             []string
		want              string
		err               error
	}{
		{"a proxy's word", "10.0.0.1:1", "X-User", []string{"X-User: 지민"}, "지민", nil},
		{"letters folded", "10.0.0.1:1", "x-user", []string{"X-User: jimin"}, "jimin", nil},
		{"a stranger's word", "203.0.113.9:1", "X-User", []string{"X-User: admin"}, "", nil},
		{"a stranger's words", "203.0.113.9:1", "X-User", []string{"X-User: a", "X-User: b"}, "", nil},
		{"a unix socket's", "@", "X-User", []string{"X-User: jimin"}, "jimin", nil},
		{"no such field", "10.0.0.1:1", "X-User", nil, "", nil},
		{"nobody is logged in", "10.0.0.1:1", "X-User", []string{"X-User: "}, "", nil},
		{"no header configured", "10.0.0.1:1", "", []string{"X-User: jimin"}, "", nil},
		{"the client's beside the proxy's", "10.0.0.1:1", "X-User", []string{"X-User: admin", "X-User: jimin"}, "", ErrNameRepeated},
		{"Latin-1", "10.0.0.1:1", "X-User", []string{"X-User: Ren\xe9"}, "", ErrNameNotUTF8},
	} {
		got, err := proxies(t, "10.0.0.0/8, unix").Name(request(tt.peer, tt.lines...), tt.header)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %q, %v; want %q, %v", tt.why, got, err, tt.want, tt.err)
		}
		if got, err := (*Proxies)(nil).Name(request(tt.peer, tt.lines...), tt.header); got != "" || err != nil {
			t.Errorf("%s, trusting nobody: %q, %v", tt.why, got, err)
		}
	}
}

func TestCheckNameHeader(t *testing.T) {
	for header, want := range map[string]error{
		"X-User":            nil,
		"remote-user":       nil,
		"":                  handshake.ErrFieldName,
		"X User":            handshake.ErrFieldName,
		"X-User:":           handshake.ErrFieldName,
		"Host":              handshake.ErrFieldReserved,
		"Sec-WebSocket-Key": handshake.ErrFieldReserved,
	} {
		if err := CheckNameHeader(header); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", header, err, want)
		}
	}
}

// A rule is known by its ID, here as in package handshake, and can be answered
// with.
func TestErrors(t *testing.T) {
	ids := map[string]bool{}
	for _, e := range handshake.Errors {
		ids[e.ID] = true
	}
	for _, e := range Errors {
		if ids[e.ID] || e.Text == "" || e.Status < 400 || http.StatusText(e.Status) == "" {
			t.Errorf("%+v", e)
		}
		ids[e.ID] = true
	}
}
