package handshake

import (
	"errors"
	"net/http"
	"testing"
)

// What NewFields takes is what a parser reads, and every control character is
// refused.
func TestFields(t *testing.T) {
	h := http.Header{"Retry-After": {"5"}, "Www-Authenticate": {"Basic", "Bearer"}, "X-Empty": {""}, "X-Tab": {"a\tb"}}
	f, err := NewFields(h)
	if err != nil {
		t.Fatal(err)
	}
	const want = "Retry-After: 5\r\nWww-Authenticate: Basic\r\nWww-Authenticate: Bearer\r\nX-Empty: \r\nX-Tab: a\tb\r\n"
	if f.lines != want {
		t.Errorf("%q, want %q", f.lines, want)
	}
	n := 0
	for name, value := range f.all() {
		if h[name][0] != value && h[name][len(h[name])-1] != value {
			t.Errorf("%q: %q", name, value)
		}
		n++
	}
	if n != 5 {
		t.Errorf("%d fields, want 5", n)
	}
	for c := range 256 {
		_, err := NewFields(http.Header{"X": {"a" + string([]byte{byte(c)}) + "b"}})
		if control := c < ' ' && c != '\t' || c == 0x7f; control != errors.Is(err, ErrFieldValue) {
			t.Errorf("byte %#x: %v", c, err)
		}
	}
}

func TestErrorText(t *testing.T) {
	for _, test := range []struct {
		err  *Error
		want string
	}{
		{ErrMethod, "websocket: request's method is not GET (RFC 6455 §4.2.1)"},
		{ErrMethod.with("POST"), `websocket: request's method is not GET: "POST" (RFC 6455 §4.2.1)`},
		{ErrExtensionLimit, "websocket: more than 32 extensions"},
	} {
		if got := test.err.Error(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	if err := error(ErrMethod.with("POST")); !errors.Is(err, ErrMethod) || errors.Is(err, ErrBody) || errors.Is(err, http.ErrAbortHandler) {
		t.Error("errors.Is does not tell the rule")
	}
}
