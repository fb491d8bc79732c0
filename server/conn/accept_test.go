package conn_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// §4.1: a client must wait for the answer, yet frames in the segment of its
// request are answered: ours is the choice.
func TestAcceptEarlyFrames(t *testing.T) {
	early := wire(t, frame.Client, `text "early"`, "ping", "text more", "cont len=1")
	c, p := accepted(t, nil, string(early))
	go echo(c)
	p.want(`text "early"`, "pong")
	p.write([]byte{'x' ^ 0x37}) // the notation's mask is 37fa213d
	p.want(`text "x"`)
	p.send("close 1000")
	p.want("close 1000")
	p.wantEnd()
}

// §4.2.1, §10.2: a request that is refused is answered once, with a plain
// answer that says why; what stands behind it is never answered.
func TestAcceptRefuses(t *testing.T) {
	for _, test := range []struct {
		spoil  func(request string) string
		status int
		clause string
	}{
		{nil, 426, "§4.2.2"},
		{func(r string) string {
			return strings.Replace(r, "\r\n\r\n", "\r\nOrigin: http://evil.example\r\n\r\n", 1)
		}, 403, "§10.2"},
		{func(r string) string { return strings.Replace(r, sampleKey, "AAAA", 1) }, 400, "§4.2.1"},
		{func(r string) string { return strings.Replace(r, "GET", "POST", 1) }, 405, "§4.2.1"},
		{func(r string) string { return strings.Replace(r, "\r\n\r\n", "\r\nContent-Length: 5\r\n\r\nhello", 1) }, 400, "§4.1"},
		{func(r string) string { return strings.Replace(r, "HTTP/1.1", "HTTP/1.0", 1) }, 400, "§4.2.1"},
	} {
		errs := make(chan error, 2)
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, err := conn.Accept(w, r, nil)
			errs <- err
		}))
		nc, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		good := request(s.Listener.Addr().String())
		bad := strings.Replace(good, "Version: 13", "Version: 77", 1)
		if test.spoil != nil {
			bad = test.spoil(good)
		}
		io.WriteString(nc, bad+good)
		nc.SetReadDeadline(time.Now().Add(patience))
		r := bufio.NewReader(nc)
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		if answer.StatusCode != test.status || !strings.Contains(string(body), test.clause) {
			t.Errorf("answered by %s, %s, want %d, %s", answer.Status, body, test.status, test.clause)
		}
		if rest, _ := io.ReadAll(r); len(rest) > 0 {
			t.Errorf("%d: then comes %q", test.status, rest)
		}
		var refused *handshake.Error
		if err := <-errs; !errors.As(err, &refused) || refused.Status != test.status {
			t.Errorf("Accept: %v", err)
		}
		nc.Close()
		s.Close()
		if len(errs) > 0 {
			t.Error("the pipelined request was served")
		}
	}
}

// §10.2: origins that are allowed, and a proxy in front that speaks https.
func TestAcceptOrigin(t *testing.T) {
	cfg := &conn.Config{
		Origins: []string{"https://friend.example"},
		Secure:  func(r *http.Request) bool { return r.Header.Get("X-Proto") == "https" },
	}
	for _, test := range []struct {
		origin, proto string
		good          bool
	}{
		{"http://server.example", "tls", true}, // a proxy that comes by TLS for a client that did not
		{"https://server.example", "tls", false},
		{"http://server.example", "", true},
		{"https://server.example", "", false},
		{"https://server.example", "https", true},
		{"http://server.example", "https", false},
		{"https://friend.example", "", true},
		{"null", "", false},
	} {
		r := httptest.NewRequest("GET", "http://server.example/", nil)
		for name, value := range map[string]string{
			"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": sampleKey,
			"Sec-WebSocket-Version": "13", "Origin": test.origin, "X-Proto": test.proto,
		} {
			r.Header.Set(name, value)
		}
		if test.proto == "tls" {
			r.TLS = &tls.ConnectionState{}
		}
		r.Header["Sec-Websocket-Key"], r.Header["Sec-Websocket-Version"] = []string{sampleKey}, []string{"13"}
		w := httptest.NewRecorder()
		_, err := conn.Accept(w, r, cfg)
		status := http.StatusForbidden
		if test.good {
			status = http.StatusInternalServerError // a recorder is not an HTTP/1 connection
		}
		if err == nil || w.Code != status {
			t.Errorf("origin %s, %q: %d, %v, want %d", test.origin, test.proto, w.Code, err, status)
		}
	}
}

// What the handshake agreed holds for the connection: subprotocol, fields and
// permessage-deflate in all its variants (§1.9, §9.1; RFC 7692 §7.1).
func TestAgreed(t *testing.T) {
	fields, err := handshake.NewFields(http.Header{"X-Server": {"ours"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, bits := range []int{0, 8, 9, 12, 15} {
		for takeover := range 4 {
			deflate := handshake.DeflateConfig{
				Enabled: true, ServerTakeover: takeover&1 != 0, ClientTakeover: takeover&2 != 0,
				ServerMaxWindowBits: bits, ClientMaxWindowBits: bits,
			}
			cfg := &conn.Config{Deflate: deflate, Subprotocols: []string{"b", "a"}, Fields: fields}
			url, ends := echoServer(t, cfg)
			c, err := conn.Dial(t.Context(), url, &conn.Config{Deflate: deflate, Subprotocols: []string{"a", "b", "c"}})
			if err != nil {
				t.Fatalf("%+v: %v", deflate, err)
			}
			agreed := c.Agreed()
			if agreed.Protocol != "b" || !agreed.Deflate.Enabled || agreed.Deflate.ServerNoContextTakeover == deflate.ServerTakeover {
				t.Errorf("%+v: agreed on %+v", deflate, agreed)
			}
			for i := range 3 {
				want := strings.Repeat("the same words again and again, ", 10+2000*i)
				if err := c.Send(frame.Text, []byte(want)); err != nil {
					t.Fatal(err)
				}
				for ev := range c.Messages() {
					if string(ev.Payload) != want {
						t.Errorf("%+v: message %d comes back as another", deflate, i)
					}
					break
				}
			}
			if err := c.Close(frame.NormalClosure, ""); err != nil {
				t.Errorf("%+v: %v, %v", deflate, err, <-ends)
			}
		}
	}
}

// hijacked is a ResponseWriter whose connection is a pipe.
type hijacked struct {
	http.ResponseWriter
	nc net.Conn
}

func (h hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.nc, bufio.NewReadWriter(bufio.NewReader(h.nc), bufio.NewWriter(h.nc)), nil
}

// A client that does not take the answer does not hold Accept.
func TestAcceptTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(request("server.example"))))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = conn.Accept(hijacked{nil, ours}, r, nil)
		var broken *conn.BrokenError
		if !errors.As(err, &broken) {
			t.Errorf("Accept: %v", err)
		}
		between(t, "end", time.Since(start), conn.DefaultHandshakeTimeout, conn.DefaultHandshakeTimeout)
	})
}
