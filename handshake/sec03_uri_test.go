package handshake

import (
	"errors"
	"strings"
	"testing"

	"rfc6455/testdata"
)

// Every URI that is taken is printed so that it is taken for the same.
func TestURLString(t *testing.T) {
	vectors, err := testdata.ClientHandshakes()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		u, err := ParseURL(v.URL)
		if err != nil {
			if u != (URL{}) {
				t.Errorf("%s: %+v and an error", v.At, u)
			}
			continue
		}
		if again, err := ParseURL(u.String()); err != nil || again != u {
			t.Errorf("%s: %q gives %+v (%v), want %+v", v.At, u.String(), again, err, u)
		}
	}
}

// Whatever the cut, what is left of a URI is taken or refused by a rule.
func TestParseURLTruncated(t *testing.T) {
	const whole = "wss://[2001:db8::1]:8443/chat/%41?room=%20#top"
	for n := range len(whole) {
		cut := whole[:n]
		_, err := ParseURL(cut)
		escaping := strings.Contains(cut[max(0, n-2):], "%")
		legal := n >= len("wss://[2001:db8::1]") && !escaping && !strings.Contains(cut, "#")
		if (err == nil) != legal {
			t.Errorf("%q: %v", cut, err)
		}
		if _, ok := errors.AsType[*Error](err); err != nil && !ok {
			t.Errorf("%q: %v is no *Error", cut, err)
		}
	}
}
