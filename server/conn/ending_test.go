package conn_test

import (
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

// lingering gives the Close its time: a test that ends within patience did not wait for it.
var lingering = &conn.Config{LingerTimeout: time.Minute}

// tlsConfig has a certificate.
func tlsConfig(t *testing.T) *tls.Config {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	s.Close()
	return s.TLS
}

// overTLS gives a server's connection with TLS between, and its peer.
func overTLS(t *testing.T, cfg *conn.Config) (*conn.Conn, *peer) {
	t.Helper()
	ours, theirs := tcpPair(t)
	client := tls.Client(theirs, &tls.Config{InsecureSkipVerify: true})
	server := tls.Server(ours, tlsConfig(t))
	go client.Handshake()
	if err := server.Handshake(); err != nil {
		t.Fatal(err)
	}
	return conn.New(server, frame.Server, handshake.Agreement{}, nil, cfg), newPeer(t, client, frame.Client)
}

// §7.1.1, §7.1.7: our direction ends at once after both Close frames, or after
// failing, while we wait for the peer's end: the peer need not end TCP first.
func TestOurDirectionEndsFirst(t *testing.T) {
	for name, over := range map[string]func() (*conn.Conn, *peer){
		"TCP": func() (*conn.Conn, *peer) { return overTCP(t, frame.Server, lingering) },
		"TLS": func() (*conn.Conn, *peer) { return overTLS(t, lingering) },
		"TCP, wrapped": func() (*conn.Conn, *peer) {
			ours, theirs := tcpPair(t)
			wrapped := struct{ *net.TCPConn }{ours.(*net.TCPConn)}
			return conn.New(wrapped, frame.Server, handshake.Agreement{}, nil, lingering), newPeer(t, theirs, frame.Client)
		},
	} {
		for _, failed := range []bool{false, true} {
			c, p := over()
			go drop(c)
			if failed {
				p.send("op3")
			} else {
				c.StartClose(frame.GoingAway, "")
				p.send("close 1001")
			}
			p.nc.SetReadDeadline(time.Now().Add(patience))
			if f, err := p.frame(); err != nil || f.Opcode != frame.Close {
				t.Fatalf("%s: got %v, %v, want a Close", name, f, err)
			}
			if f, err := p.frame(); err != io.EOF {
				t.Errorf("%s, failed %t: got %v, %v, want the end of the server's direction", name, failed, f, err)
			}
			if c.Err() != nil {
				t.Errorf("%s, failed %t: ended before the peer's direction did", name, failed)
			}
			p.nc.Close()
			<-c.Done()
		}
	}
}

// §7.1.1: between our own ends a clean close waits for nothing, whoever begins.
func TestCleanCloseIsQuick(t *testing.T) {
	for _, byServer := range []bool{false, true} {
		ended := make(chan error, 1)
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, err := conn.Accept(w, r, lingering)
			if err != nil {
				t.Error(err)
				return
			}
			for range c.Messages() {
				if byServer {
					c.Close(frame.GoingAway, "")
				}
			}
			ended <- c.Err()
		}))
		c, err := conn.Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http"), lingering)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		c.Send(frame.Text, []byte("on"))
		if !byServer {
			c.StartClose(frame.GoingAway, "")
		}
		drop(c)
		wantClosed(t, c, conn.ClosedError{Code: 1001, ByPeer: byServer})
		var closed *conn.ClosedError
		if err := <-ended; !errors.As(err, &closed) || closed.ByPeer == byServer {
			t.Errorf("the server's end: %v", err)
		}
		between(t, "both ends", time.Since(start), 0, patience)
		s.Close()
	}
}

// A peer that takes nothing does not hold TLS's last words beyond the linger.
func TestTLSLastWordsAreBounded(t *testing.T) {
	certificates := tlsConfig(t).Certificates
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		client := tls.Client(theirs, &tls.Config{InsecureSkipVerify: true})
		server := tls.Server(ours, &tls.Config{Certificates: certificates, SessionTicketsDisabled: true})
		go client.Handshake()
		if err := server.Handshake(); err != nil {
			t.Fatal(err)
		}
		c := conn.New(server, frame.Server, handshake.Agreement{}, nil, &conn.Config{Clock: &conn.Clock{}})
		p := newPeer(t, client, frame.Client)
		go drop(c)
		p.send("close 1000")
		p.want("close 1000")
		start := time.Now()
		wantClosed(t, c, conn.ClosedError{Code: 1000, ByPeer: true})
		between(t, "end", time.Since(start), conn.DefaultLingerTimeout, conn.DefaultLingerTimeout+slack)
		theirs.Close()
		time.Sleep(time.Minute) // the bubble ends only if all goroutines did
	})
}

// Without a LingerTimeout TCP is closed at once.
func TestLingerOff(t *testing.T) {
	c, p := overTCP(t, frame.Server, &conn.Config{LingerTimeout: conn.Off})
	go drop(c)
	c.StartClose(frame.GoingAway, "")
	p.want("close 1001")
	p.send("close 1001")
	wantClosed(t, c, conn.ClosedError{Code: 1001})
	p.wantEnd()
}
