package wire

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// listen gives an address at which do gets the first connection, in whole.
func listen(t *testing.T, do func(nc net.Conn)) (url string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		nc, err := ln.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		do(nc)
	}()
	t.Cleanup(func() { ln.Close(); <-ended })
	return "ws://" + ln.Addr().String() + "/path?q"
}

// scripted answers any request with text, and then lets go of the connection once
// the client did.
func scripted(t *testing.T, text string) (url string) {
	return listen(t, func(nc net.Conn) {
		if _, err := http.ReadRequest(newHead(nc, 1<<14).r); err != nil {
			return
		}
		io.WriteString(nc, text)
		nc.(*net.TCPConn).CloseWrite()
		io.Copy(io.Discard, nc)
	})
}

func TestOpenAndAccept(t *testing.T) {
	cfg := &conn.Config{Subprotocols: []string{"a", "b"}, Deflate: handshake.DeflateConfig{Enabled: true}}
	accepted := make(chan *Link, 1)
	release := make(chan struct{})
	url := listen(t, func(nc net.Conn) {
		l, err := Accept(t.Context(), nc, cfg)
		if err != nil {
			t.Error(err)
		}
		accepted <- l
		<-release
	})
	defer close(release)
	client, err := Open(t.Context(), url, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server := <-accepted
	if client.Agreement != server.Agreement || client.Agreement.Protocol != "a" || !client.Agreement.Deflate.Enabled {
		t.Errorf("agreed: %+v and %+v", client.Agreement, server.Agreement)
	}
	if !bytes.Equal(client.Request, server.Request) || !bytes.Equal(client.Answer, server.Answer) || !bytes.HasPrefix(client.Answer, []byte("HTTP/1.1 101 ")) {
		t.Errorf("request %q and %q\nanswer %q and %q", client.Request, server.Request, client.Answer, server.Answer)
	}
	if client.Role != frame.Client || server.Role != frame.Server || server.Resource() != "/path?q" {
		t.Errorf("roles %s, %s; resource %q", client.Role, server.Role, server.Resource())
	}
	for _, way := range []struct{ from, to *Link }{{client, server}, {server, client}} {
		sent := way.from.Frame(frame.Text, []byte("Hello"))
		if err := way.from.WriteFrame(sent); err != nil {
			t.Fatal(err)
		}
		got, err := way.to.ReadFrame(5)
		if err != nil || got.String() != `text "Hello"` || got.Masked != way.from.Role.Masks() || got.Header != sent.Header {
			t.Errorf("%s sent %+v: got %+v, %v", way.from.Role, sent, got, err)
		}
	}
}

// TestOpenTogether shows that frames in one segment with the answer are not lost,
// and that they may be read as bytes.
func TestOpenTogether(t *testing.T) {
	url := listen(t, func(nc net.Conn) {
		l, err := Accept(t.Context(), nc, nil)
		if err != nil {
			t.Error(err)
			return
		}
		l.Write([]byte("\x81\x02hi\x89\x00"))
	})
	l, err := Open(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if f, err := l.ReadFrame(2); err != nil || f.String() != `text "hi"` {
		t.Errorf("got %v, %v", f, err)
	}
	if rest, err := io.ReadAll(l); err != nil || string(rest) != "\x89\x00" {
		t.Errorf("got %x, %v", rest, err)
	}
}

// TestOpenRefused shows what an answer that is none, or a bad one, is told as.
func TestOpenRefused(t *testing.T) {
	const accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	for _, tt := range []struct{ answer, err, head, body string }{
		{"HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!", "did not switch protocols", "HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\n", "no!"},
		{"HTTP/1.1 404 Not Found\r\n\r\nwhat", "did not switch protocols", "HTTP/1.1 404 Not Found\r\n\r\n", "what"},
		{accepted + "\r\n\x81\x00", "has no Sec-WebSocket-Accept", accepted + "\r\n", ""},
		{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 No\r\n\r\n", "did not switch protocols", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 No\r\n\r\n", ""},
		{"SSH-2.0-x\r\n", "no HTTP answer", "SSH-2.0-x\r\n", ""},
		{"HTTP/1.1 101 Swi", "no HTTP answer: the peer ended the connection", "HTTP/1.1 101 Swi", ""},
		{"", "no HTTP answer: the peer ended the connection", "", ""},
		{"HTTP/1.1 200 OK\r\n" + strings.Repeat("X-A: b\r\n", 2048), "header is too long", "", ""},
		{strings.Repeat("HTTP/1.1 102 Wait\r\n\r\n", 7), "interim answers without end", "", ""},
	} {
		_, err := Open(t.Context(), scripted(t, tt.answer), nil)
		var refused *RefusedError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), tt.err) || Unreachable(err) {
			t.Errorf("%.40q: %v, want %q", tt.answer, err, tt.err)
			continue
		}
		if tt.head != "" && string(refused.Head) != tt.head || string(refused.Body) != tt.body || !strings.HasPrefix(tt.answer, string(refused.Head)) {
			t.Errorf("%.40q: head %q, body %q", tt.answer, refused.Head, refused.Body)
		}
	}
}

func TestAskRaw(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { conn.Accept(w, r, nil) }))
	defer s.Close()
	nc, err := Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	a, err := Ask(t.Context(), nc, []byte("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 12\r\n\r\n"), nil)
	if err != nil || a.StatusCode != http.StatusUpgradeRequired || !strings.Contains(string(a.Body), "RFC 6455 §4.2.2") {
		t.Errorf("got %+v, %v", a, err)
	}
}

func TestUnreachable(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "ws://" + ln.Addr().String()
	ln.Close()
	silent := listen(t, func(nc net.Conn) { io.Copy(io.Discard, nc) })
	for _, url := range []string{nobody, silent} {
		_, err := Open(t.Context(), url, &conn.Config{HandshakeTimeout: 200 * time.Millisecond})
		if err == nil || !Unreachable(err) {
			t.Errorf("%s: %v", url, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, nobody, nil); err == nil {
		t.Error("opened what was called off")
	}
	if _, err := Open(t.Context(), "http://localhost", nil); !errors.Is(err, handshake.ErrURIScheme) || Unreachable(err) {
		t.Errorf("http: %v", err)
	}
}

// TestUnreachableErrors tells apart errors that Open does not bring about at will.
func TestUnreachableErrors(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{&handshake.Error{Status: 404}, false},
		{io.EOF, false},
		{&net.OpError{Op: "read", Err: io.EOF}, false},
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, true},
		{&net.DNSError{}, true},
		{context.DeadlineExceeded, true},
	} {
		if got := Unreachable(tt.err); got != tt.want {
			t.Errorf("%v: %t", tt.err, got)
		}
	}
}

func TestDialTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { conn.Accept(w, r, nil) }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of a client that does not know the certificate
	s.StartTLS()
	defer s.Close()
	url := "wss" + strings.TrimPrefix(s.URL, "https")
	if _, err := Open(t.Context(), url, nil); err == nil || Unreachable(err) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate of nobody: %v", err)
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	if _, err := Open(t.Context(), "wss"+strings.TrimPrefix(plain.URL, "http"), nil); err == nil || Unreachable(err) {
		t.Errorf("a server without TLS: %v", err)
	}
	l, err := Open(t.Context(), url, &conn.Config{TLS: &tls.Config{InsecureSkipVerify: true}})
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

// TestAcceptRefuses shows that a client is told why.
func TestAcceptRefuses(t *testing.T) {
	for _, tt := range []struct{ request, err, answer string }{
		{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "Upgrade does not list websocket", "HTTP/1.1 426 "},
		{"POST / HTTP/1.1\r\nHost: x\r\n\r\n", "method is not GET", "HTTP/1.1 405 "},
		{"hello\r\n\r\n", "malformed", ""},
		{"GET / HTTP/1.1\r\n", "the peer ended the connection", ""},
	} {
		failed := make(chan error, 1)
		url := listen(t, func(nc net.Conn) {
			_, err := Accept(t.Context(), nc, nil)
			failed <- err
		})
		nc, err := Dial(t.Context(), url, nil)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(nc, tt.request)
		nc.(*net.TCPConn).CloseWrite()
		answer, _ := io.ReadAll(nc)
		nc.Close()
		var refused *RefusedError
		if err := <-failed; !errors.As(err, &refused) || !strings.Contains(err.Error(), tt.err) || string(refused.Head) != tt.request {
			t.Errorf("%q: %v", tt.request, err)
		}
		if !strings.HasPrefix(string(answer), tt.answer) || (tt.answer == "") != (len(answer) == 0) {
			t.Errorf("%q: answered %q", tt.request, answer)
		}
	}
}
