package handshake

import (
	"errors"
	"testing"
)

// The error says what would have to be allowed.
func TestOriginErrorValue(t *testing.T) {
	const origin = "https://app.example.org:8443"
	for _, site := range []string{"", "cross-site"} {
		r := Request{Origin: origin, FetchSite: site}
		err := CheckOrigin(r, "https", "chat.example.org", nil)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Value != origin || e.Status != 403 {
			t.Fatalf("%+v", e)
		}
		if err := CheckOrigin(r, "https", "chat.example.org", []string{e.Value}); err != nil {
			t.Errorf("refused, although allowed: %v", err)
		}
	}
	e, ok := errors.AsType[*Error](CheckHost("chat.example.org:80", nil))
	if !ok || e.Value != "chat.example.org:80" {
		t.Fatalf("%+v", e)
	}
	if err := CheckHost(e.Value, []string{e.Value}); err != nil {
		t.Errorf("refused, although allowed: %v", err)
	}
}

// A server's own name that is no name matches nothing.
func TestOriginOfNoServer(t *testing.T) {
	for _, host := range []string{"", ":", "[::1", "a b"} {
		if err := CheckOrigin(Request{Origin: "http://" + host}, "http", host, nil); !errors.Is(err, ErrOriginForeign) {
			t.Errorf("host %q: %v", host, err)
		}
		if err := CheckHost(host, []string{host}); !errors.Is(err, ErrHostForeign) {
			t.Errorf("host %q: %v", host, err)
		}
	}
}
