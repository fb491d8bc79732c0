package handshake_test

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"rfc6455/handshake"
)

// A server reads a request and answers it.
func ExampleParseRequest() {
	const text = "GET /chat HTTP/1.1\r\n" +
		"Host: server.example.com\r\n" +
		"Upgrade: websocket\r\n" +
		"Connection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
		"Sec-WebSocket-Protocol: chat, superchat\r\n" +
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" +
		"Sec-WebSocket-Version: 13\r\n\r\n"
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		fmt.Println(err)
		return
	}
	req, err := handshake.ParseRequest(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	a := req.Agree([]string{"superchat"}, handshake.DeflateConfig{Enabled: true})
	answer := req.AppendAccept(nil, a)
	fmt.Print(strings.ReplaceAll(string(answer), "\r\n", "\n"))
	// Output:
	// HTTP/1.1 101 Switching Protocols
	// Upgrade: websocket
	// Connection: Upgrade
	// Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
	// Sec-WebSocket-Protocol: superchat
	// Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover
}

// A server refuses a request: the error knows the whole answer.
func ExampleAppendReject() {
	r := &http.Request{Method: "POST", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	_, err := handshake.ParseRequest(r)
	if e, ok := errors.AsType[*handshake.Error](err); ok {
		fmt.Print(strings.ReplaceAll(string(handshake.AppendReject(nil, e)), "\r\n", "\n"))
	}
	// Output:
	// HTTP/1.1 405 Method Not Allowed
	// Connection: close
	// Allow: GET
	// Content-Type: text/plain; charset=utf-8
	// X-Content-Type-Options: nosniff
	// Content-Length: 66
	//
	// websocket: request's method is not GET: "POST" (RFC 6455 §4.2.1)
}

// A page of another site is refused; the error names what to allow.
func ExampleCheckOrigin() {
	req := handshake.Request{Origin: "https://app.example.org"}
	err := handshake.CheckOrigin(req, "https", "chat.example.org", nil)
	if e, ok := errors.AsType[*handshake.Error](err); ok {
		fmt.Println(e.Status, e.ID, e.Value)
	}
	fmt.Println(handshake.CheckOrigin(req, "https", "chat.example.org", []string{"https://app.example.org"}))
	// Output:
	// 403 origin-foreign https://app.example.org
	// <nil>
}

// A client writes its request and checks the answer.
func ExampleCheckResponse() {
	u, err := handshake.ParseURL("ws://server.example.com/chat")
	if err != nil {
		fmt.Println(err)
		return
	}
	o := handshake.Offer{
		URL:       u,
		Key:       handshake.EncodeKey([16]byte([]byte("the sample nonce"))), // random, but here
		Protocols: []string{"chat"},
	}
	os.Stdout.WriteString(strings.ReplaceAll(string(o.AppendRequest(nil)), "\r\n", "\n"))

	const text = "HTTP/1.1 101 Switching Protocols\r\n" +
		"Upgrade: websocket\r\n" +
		"Connection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" +
		"Sec-WebSocket-Protocol: chat\r\n\r\n"
	r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	a, err := handshake.CheckResponse(r, o)
	fmt.Println(a.Protocol, err)
	// Output:
	// GET /chat HTTP/1.1
	// Host: server.example.com
	// Upgrade: websocket
	// Connection: Upgrade
	// Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
	// Sec-WebSocket-Protocol: chat
	// Sec-WebSocket-Version: 13
	//
	// chat <nil>
}

// The example of RFC 6455 §4.2.2.
func ExampleAcceptKey() {
	fmt.Println(handshake.AcceptKey("dGhlIHNhbXBsZSBub25jZQ=="))
	// Output: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
}
