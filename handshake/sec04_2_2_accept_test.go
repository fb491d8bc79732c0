package handshake

import (
	"net/http"
	"strings"
	"testing"
)

// The example in §4.2.2.
func TestAcceptKey(t *testing.T) {
	if got, want := AcceptKey("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := AcceptKey(strings.Repeat("x", 1000)); len(got) != 28 {
		t.Errorf("a long key gives %q", got)
	}
}

func TestAppendAcceptFields(t *testing.T) {
	fields, err := NewFields(http.Header{"Server": {"x"}, "Set-Cookie": {"a=b", " c=d "}})
	if err != nil {
		t.Fatal(err)
	}
	got := string(Request{Key: "k"}.AppendAccept([]byte("before"), Agreement{Fields: fields}))
	want := "beforeHTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
		AcceptKey("k") + "\r\nServer: x\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n\r\n"
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// §4.2.2: what was not offered must not be in the answer, and what is not a
// token could split it.
func TestAppendAcceptRefuses(t *testing.T) {
	r := Request{Protocols: []string{"chat", "a\r\nX: y"}, Extensions: []Extension{{Name: "foo"}}}
	mustPanic(t, func() { r.AppendAccept(nil, Agreement{Protocol: "soap"}) })
	mustPanic(t, func() { r.AppendAccept(nil, Agreement{Protocol: "a\r\nX: y"}) })
	mustPanic(t, func() { r.AppendAccept(nil, Agreement{Deflate: DeflateParams{Enabled: true}}) })
}

func TestAppendAcceptAllocates(t *testing.T) {
	r, err := ParseRequest(readRequest(t, rfcRequest))
	if err != nil {
		t.Fatal(err)
	}
	fields, err := NewFields(http.Header{"Server": {"x"}})
	if err != nil {
		t.Fatal(err)
	}
	buf, protocols := make([]byte, 0, 512), []string{"chat"}
	if n := testing.AllocsPerRun(100, func() {
		a := r.Agree(protocols, DeflateConfig{Enabled: true, ServerMaxWindowBits: 10})
		a.Fields = fields
		buf = r.AppendAccept(buf[:0], a)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
