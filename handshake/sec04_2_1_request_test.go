package handshake

import (
	"bufio"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"rfc6455/testdata"
)

// rfcRequest is the request of RFC 6455 §1.3 with a browser's extension header.
const rfcRequest = "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://example.com\r\n" +
	"Sec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Version: 13\r\n" +
	"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"

func TestParseRequest(t *testing.T) {
	got, err := ParseRequest(readRequest(t, rfcRequest))
	want := Request{
		Host:      "server.example.com",
		Resource:  "/chat",
		Key:       "dGhlIHNhbXBsZSBub25jZQ==",
		Origin:    "http://example.com",
		Protocols: []string{"chat", "superchat"},
		Extensions: []Extension{
			{"permessage-deflate", []Param{{"client_max_window_bits", ""}}},
		},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}

// A refused request gives nothing that could be used by mistake.
func TestParseRequestRefused(t *testing.T) {
	vectors, err := testdata.ServerHandshakes()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		r, err := ParseRequest(readRequest(t, v.Text()))
		if err != nil && !reflect.DeepEqual(r, Request{}) {
			t.Errorf("%s: %+v, and an error", v.At, r)
		}
	}
}

// Without its last lines the request lacks something that it needs, or only
// what it may lack.
func TestParseRequestTruncated(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(rfcRequest, "\r\n\r\n"), "\r\n")
	for n := 1; n < len(lines); n++ {
		_, err := ParseRequest(readRequest(t, strings.Join(lines[:n], "\r\n")+"\r\n\r\n"))
		if complete := n >= len(lines)-1; (err == nil) != complete {
			t.Errorf("%d lines: %v", n, err)
		}
	}
}

func TestIsAttempt(t *testing.T) {
	for header, want := range map[string]bool{
		"":                             false,
		"Upgrade: h2c":                 false,
		"Connection: Upgrade":          false,
		"Upgrade: WebSocket":           true, // well or badly: the rest is missing
		"Upgrade: h2c, websocket":      true,
		"Sec-WebSocket-Key: x":         true, // a proxy lost Upgrade
		"Sec-WebSocket-Version: 13":    true,
		"Sec-WebSocket-Protocol: chat": false,
	} {
		r := readRequest(t, "GET / HTTP/1.1\r\nHost: a\r\n"+header+"\r\n\r\n")
		if header == "" {
			r = readRequest(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		}
		if got := IsAttempt(r); got != want {
			t.Errorf("%q: %t, want %t", header, got, want)
		}
	}
}

func TestLimitsAsWritten(t *testing.T) {
	for e, limit := range map[*Error]int{
		ErrProtocolLimit: MaxProtocols, ErrExtensionLimit: MaxExtensions, ErrParameterLimit: MaxParameters,
	} {
		if !strings.Contains(e.Text, " "+strconv.Itoa(limit)+" ") {
			t.Errorf("%q does not name the limit of %d", e.Text, limit)
		}
	}
}

func BenchmarkHandshake(b *testing.B) {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(rfcRequest)))
	if err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 0, 512)
	protocols := []string{"chat"}
	b.ReportAllocs()
	for b.Loop() {
		req, err := ParseRequest(r)
		if err != nil {
			b.Fatal(err)
		}
		buf = req.AppendAccept(buf[:0], req.Agree(protocols, DeflateConfig{Enabled: true}))
	}
}
