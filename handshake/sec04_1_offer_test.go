package handshake

import (
	"errors"
	"testing"
)

// sample is the offer of RFC 6455 §1.3, without its Origin.
func sample() Offer {
	return Offer{
		URL:       URL{Host: "server.example.com", Port: "80", Resource: "/chat"},
		Key:       "dGhlIHNhbXBsZSBub25jZQ==",
		Protocols: []string{"chat", "superchat"},
	}
}

// An offer that Check refuses is never written, wherever its URL came from.
func TestOfferRefused(t *testing.T) {
	for _, test := range []struct {
		spoil func(*Offer)
		want  *Error
	}{
		{func(o *Offer) { o.URL = URL{} }, ErrURIHost},
		{func(o *Offer) { o.URL.Host = "Server.example.com" }, ErrURIHost},
		{func(o *Offer) { o.URL.Host = "a\r\nX: b" }, ErrURIHost},
		{func(o *Offer) { o.URL.Port = "080" }, ErrURIHost},
		{func(o *Offer) { o.URL.Resource = "" }, ErrURIHost},
		{func(o *Offer) { o.URL.Resource = "/ HTTP/1.1\r\nX: y" }, ErrURIGrammar},
		{func(o *Offer) { o.URL.Resource = "/#top" }, ErrURIFragment},
		{func(o *Offer) { o.Key = "" }, ErrOfferKey},
		{func(o *Offer) { o.Origin = "a\r\nb" }, ErrOfferOrigin},
		{func(o *Offer) { o.Protocols = []string{"a\nb"} }, ErrOfferProtocol},
	} {
		o := sample()
		test.spoil(&o)
		if err := o.Check(); !errors.Is(err, test.want) {
			t.Errorf("%+v: %v, want %v", o, err, test.want)
		}
		mustPanic(t, func() { o.AppendRequest(nil) })
	}
}

func TestAppendRequestAppends(t *testing.T) {
	o := sample()
	if got, want := string(o.AppendRequest([]byte("before"))), "before"+string(o.AppendRequest(nil)); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestEncodeKey(t *testing.T) {
	if got := EncodeKey([16]byte([]byte("the sample nonce"))); got != sample().Key {
		t.Errorf("key %q, want %q", got, sample().Key)
	}
	for i := range 256 {
		if key := EncodeKey([16]byte{15: byte(i)}); !isKey(key) {
			t.Errorf("our own key %q is refused", key)
		}
	}
}

func mustPanic(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	f()
}
