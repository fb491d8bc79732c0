package conn_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"rfc6455/frame"
	"rfc6455/server/conn"
)

// Rules of a client that no other test here shows, clause by clause: what
// testdata/rfc6455.tsv asks for.

// §4.1 items 1 and 3: an address that is none is not dialled; TCP goes to the
// proxy if there is one, else straight to host and port.
func TestDialAddress(t *testing.T) {
	stop := errors.New("far enough")
	for _, test := range []struct{ url, proxy, want string }{
		{"ws://h/x", "", "h:80"},
		{"wss://h", "", "h:443"},
		{"ws://h:8080/", "", "h:8080"},
		{"wss://[::1]:8443", "", "[::1]:8443"},
		{"ws://h:8080", "http://proxy:3128", "proxy:3128"},
		{"wss://h", "http://proxy", "proxy:80"},
		{"ws://h", "https://proxy", "proxy:443"},
		{"http://h", "", ""},
		{"ws://h:65536", "", ""},
		{"ws://h/#fragment", "", ""},
		{"h:80", "", ""},
	} {
		dialled := ""
		cfg := &conn.Config{Proxy: proxyTo(test.proxy)}
		cfg.Dialer = func(_ context.Context, network, addr string) (net.Conn, error) {
			dialled = addr
			return nil, stop
		}
		_, err := conn.Dial(t.Context(), test.url, cfg)
		if dialled != test.want || err == nil || errors.Is(err, stop) != (test.want != "") {
			t.Errorf("%s by %q: dialled %q, %v, want %q", test.url, test.proxy, dialled, err, test.want)
		}
	}
}

// §4.1 item 5: the TLS handshake names the server (SNI).
func TestDialServerName(t *testing.T) {
	const host = "example.com" // httptest's certificate is for it
	named := make(chan string, 1)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := conn.Accept(w, r, nil); err == nil {
			go echo(c)
		}
	}))
	s.TLS = &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		named <- hello.ServerName
		return nil, nil
	}}
	s.StartTLS()
	defer s.Close()
	c, err := conn.Dial(t.Context(), "wss://"+host, &conn.Config{
		TLS:           s.Client().Transport.(*http.Transport).TLSClientConfig,
		Proxy:         proxyTo(""),
		LingerTimeout: time.Minute,
		Dialer: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, s.Listener.Addr().String())
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := <-named; got != host {
		t.Errorf("the TLS handshake names %q", got)
	}
	echoOnce(t, c)
}

// §4.1 item 7: every connection has a key of its own, of 16 bytes.
func TestDialKeys(t *testing.T) {
	var keys []string
	for range 8 {
		dialScripted(t, nil, func(_ net.Conn, r *http.Request) {
			keys = append(keys, r.Header.Get("Sec-WebSocket-Key"))
		})
	}
	for i, key := range keys {
		if b, err := base64.StdEncoding.DecodeString(key); err != nil || len(b) != 16 || slices.Contains(keys[:i], key) {
			t.Errorf("key %q, among %q", key, keys)
		}
	}
	if len(keys) != 8 {
		t.Errorf("%d keys", len(keys))
	}
}

// §4.1: between its request and the answer a client sends nothing, however long
// that takes.
func TestDialWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		cfg := &conn.Config{HandshakeTimeout: conn.Off, Proxy: proxyTo(""), Clock: new(conn.Clock)}
		cfg.Dialer = func(context.Context, string, string) (net.Conn, error) { return ours, nil }
		done := make(chan *conn.Conn)
		go func() {
			c, err := conn.Dial(t.Context(), "ws://h", cfg)
			if err != nil {
				t.Error(err)
			}
			done <- c
		}()
		b := bufio.NewReader(theirs)
		r, err := http.ReadRequest(b)
		if err != nil {
			t.Fatal(err)
		}
		theirs.SetReadDeadline(time.Now().Add(time.Hour))
		if p, err := b.Peek(1); !errors.Is(err, os.ErrDeadlineExceeded) || len(p) > 0 {
			t.Errorf("%q, %v behind the request", p, err)
		}
		io.WriteString(theirs, switching(r)+"\r\n")
		c := <-done
		go c.Send(frame.Text, []byte("now"))
		newPeer(t, theirs, frame.Server).want(`text "now"`)
		theirs.Close()
		drop(c)
		time.Sleep(time.Minute) // the Clock ends
	})
}

// §5.3, §10.3: a mask is new for each frame, and nothing is known of it from the
// one before: each bit, and whether it changes, is as good as a coin's toss.
func TestMaskKeys(t *testing.T) {
	const frames, size, slack = 4000, 7, 350 // of 2000; the standard deviation is 32
	c, p := overTCP(t, frame.Client, nil)
	go func() {
		for range frames {
			c.Send(frame.Binary, []byte{0})
		}
	}()
	b := make([]byte, frames*size)
	p.nc.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.ReadFull(p.r, b); err != nil {
		t.Fatal(err)
	}
	var ones, changes [32]int
	seen := map[frame.MaskKey]bool{}
	var before frame.MaskKey
	for f := range slices.Chunk(b, size) {
		key := frame.MaskKey(f[2:6])
		if f[0] != 0x82 || f[1] != 0x81 || f[6] != key[0] {
			t.Fatalf("% x is no masked 0", f)
		}
		seen[key] = true
		for i := range 32 {
			bit := byte(1) << (i % 8)
			ones[i] += min(1, int(key[i/8]&bit))
			changes[i] += min(1, int((key[i/8]^before[i/8])&bit))
		}
		before = key
	}
	for _, n := range slices.Concat(ones[:], changes[:]) {
		if n < frames/2-slack || n > frames/2+slack {
			t.Errorf("of %d masks, bits are set in %d and change in %d", frames, ones, changes)
			break
		}
	}
	if len(seen) < frames-2 { // chance makes one pair in 500 runs
		t.Errorf("%d masks for %d frames", len(seen), frames)
	}
	p.nc.Close()
	drop(c)
}

// §7.1.7, §7.2.1, §7.3: a client does not close because nothing is said.
func TestClientStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := overPipe(t, frame.Client, conn.Config{})
		go drop(c)
		start := time.Now()
		p.nc.SetReadDeadline(start.Add(time.Hour))
		for time.Since(start) < 30*time.Minute {
			if f, err := p.frame(); err != nil || f.Opcode != frame.Ping {
				t.Fatalf("got %v, %v, want a Ping", f, err)
			}
			p.send("pong")
		}
		go c.Send(frame.Text, []byte("still here"))
		p.want(`text "still here"`)
		p.nc.Close()
		wantCause(t, c, io.EOF)
	})
}
