package handshake_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"rfc6455/handshake"
	"rfc6455/testdata"
)

// pipeListener gives an HTTP server the one connection that it is to serve.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (l pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}
func (l pipeListener) Close() error   { close(l.closed); return nil }
func (l pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// serveHandshake is a server's handler around this package.
func serveHandshake(v testdata.ServerHandshake) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		req, err := handshake.ParseRequest(r)
		if err == nil {
			err = handshake.CheckOrigin(req, v.Scheme, req.Host, v.AllowOrigins)
		}
		if err == nil && v.Loopback {
			err = handshake.CheckHost(req.Host, v.AllowHosts)
		}
		if e, refused := errors.AsType[*handshake.Error](err); refused {
			handshake.WriteReject(w, e)
			return
		}
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer c.Close()
		d := v.Deflate
		a := req.Agree(v.Subprotocols, handshake.DeflateConfig{
			Enabled: d.Enabled, ServerTakeover: d.ServerTakeover, ClientTakeover: d.ClientTakeover,
			ServerMaxWindowBits: d.ServerBits, ClientMaxWindowBits: d.ClientBits,
		})
		c.Write(req.AppendAccept(nil, a))
	}
}

// talk sends text to an HTTP server and gives all that comes until it closes.
func talk(t *testing.T, h http.Handler, text string) string {
	t.Helper()
	l := pipeListener{make(chan net.Conn, 1), make(chan struct{})}
	server := &http.Server{Handler: h}
	go server.Serve(l)
	ours, theirs := net.Pipe()
	l.conns <- theirs
	go io.WriteString(ours, text)
	answer, err := io.ReadAll(ours)
	if err != nil {
		t.Error(err)
	}
	ours.Close()
	server.Close()
	return string(answer)
}

// The vectors hold with net/http around the package, too, whose server answers
// some requests itself: the same status, one answer, and then the end.
func TestServerVectorsOverHTTP(t *testing.T) {
	vectors, err := testdata.ServerHandshakes()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		t.Run(v.ID, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { checkLive(t, v) })
		})
	}
}

func checkLive(t *testing.T, v testdata.ServerHandshake) {
	text := talk(t, serveHandshake(v), v.Text())
	answer, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), nil)
	if err != nil {
		t.Fatalf("%s: %v in %q", v.At, err, text)
	}
	defer answer.Body.Close()
	if answer.StatusCode != v.Status {
		t.Errorf("%s: status %d, want %d:\n%s", v.At, answer.StatusCode, v.Status, text)
	}
	if n := strings.Count(text, "HTTP/1.1 "); n != 1 {
		t.Errorf("%s: %d answers:\n%s", v.At, n, text)
	}
	lines := strings.Split(text, "\r\n")
	for _, line := range v.Answer {
		if !slices.Contains(lines, line) {
			t.Errorf("%s: answer lacks %q:\n%s", v.At, line, text)
		}
	}
}
