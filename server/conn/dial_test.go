package conn_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/handshake"
	"rfc6455/server/conn"
	"rfc6455/testdata/outside"
)

// dialScripted dials a server that reads the request and then does what script
// says.
func dialScripted(t *testing.T, cfg *conn.Config, script func(nc net.Conn, r *http.Request)) (*conn.Conn, error) {
	t.Helper()
	l := listen(t)
	done := make(chan bool)
	go func() {
		defer close(done)
		nc, err := l.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		r, err := http.ReadRequest(bufio.NewReader(nc))
		if err != nil {
			t.Error(err)
			return
		}
		script(nc, r)
	}()
	c, err := conn.Dial(t.Context(), "ws://"+l.Addr().String(), cfg)
	if c == nil {
		<-done // the connection was closed, so no script hangs
	} else {
		t.Cleanup(func() { <-done })
	}
	return c, err
}

// repeat writes s until the connection is closed, 100 MB at most.
func repeat(nc net.Conn, s string) {
	b := []byte(strings.Repeat(s, 1+4096/len(s)))
	for n := 0; n < 100<<20; n += len(b) {
		if _, err := nc.Write(b); err != nil {
			return
		}
	}
}

// §4.1, §10: what a hostile server says ends Dial, with an error of its own and
// after a bounded number of bytes.
func TestDialHostile(t *testing.T) {
	const ok = "HTTP/1.1 101 Switching Protocols\r\n"
	for name, test := range map[string]struct {
		script func(nc net.Conn, r *http.Request)
		want   error
	}{
		"endless header": {func(nc net.Conn, r *http.Request) { io.WriteString(nc, ok); repeat(nc, "X-Long: yes\r\n") }, conn.ErrHeaderTooLong},
		"endless line":   {func(nc net.Conn, r *http.Request) { repeat(nc, "x") }, conn.ErrHeaderTooLong},
		"1xx flood":      {func(nc net.Conn, r *http.Request) { repeat(nc, "HTTP/1.1 103 Early Hints\r\n\r\n") }, conn.ErrInterim},
		"long 1xx flood": {func(nc net.Conn, r *http.Request) {
			repeat(nc, "HTTP/1.1 103 Early Hints\r\nX: "+strings.Repeat("x", 6000)+"\r\n\r\n")
		}, conn.ErrHeaderTooLong},
		"garbage": {func(nc net.Conn, r *http.Request) { io.WriteString(nc, "\x81\x05Hello, this is no HTTP\r\n\r\n") }, nil},
		"nothing": {func(nc net.Conn, r *http.Request) {}, io.ErrUnexpectedEOF},
		"half":    {func(nc net.Conn, r *http.Request) { io.WriteString(nc, ok+"Upgrade: webs") }, io.ErrUnexpectedEOF},
		"redirect": {func(nc net.Conn, r *http.Request) {
			io.WriteString(nc, "HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\n\r\n")
		}, handshake.ErrAnswerStatus},
		"200": {func(nc net.Conn, r *http.Request) { io.WriteString(nc, "HTTP/1.1 200 OK\r\n\r\n") }, handshake.ErrAnswerStatus},
		"no accept": {func(nc net.Conn, r *http.Request) {
			io.WriteString(nc, ok+"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
		}, handshake.ErrAnswerAcceptMissing},
		"wrong accept": {func(nc net.Conn, r *http.Request) {
			io.WriteString(nc, ok+"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+handshake.AcceptKey(sampleKey)+"\r\n\r\n")
		}, handshake.ErrAnswerAccept},
		"unasked protocol": {func(nc net.Conn, r *http.Request) {
			io.WriteString(nc, switching(r)+"Sec-WebSocket-Protocol: chat\r\n\r\n")
		}, handshake.ErrAnswerProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := dialScripted(t, nil, test.script)
			if c != nil || err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

// Interim answers before the real one are passed over (RFC 9110 §15.2), and the
// frames behind it are not lost.
func TestDialEarlyFrames(t *testing.T) {
	c, err := dialScripted(t, nil, func(nc net.Conn, r *http.Request) {
		frames := wire(t, frame.Server, `text "early"`, `binary "x"*20000`, `text more "la"`)
		io.WriteString(nc, "HTTP/1.1 103 Early Hints\r\n\r\n"+switching(r)+"\r\n"+string(frames))
		p := newPeer(t, nc, frame.Server)
		p.send(`cont "te"`, "close 1001")
		p.want("close 1001")
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`text "early"`, `binary "x"*20000`, `text "late"`, ""} {
		if got := next(c); got != want {
			t.Fatalf("got %.100s, want %.100s", got, want)
		}
	}
	wantClosed(t, c, conn.ClosedError{Code: 1001, ByPeer: true})
}

// §5.1, §10.4: a server's frames are judged like a client's.
func TestDialHostileFrames(t *testing.T) {
	bomb := deflate.NewCompressor(15, false).Append(nil, bytes.Repeat([]byte{0}, 16<<20))
	packed := frame.Frame{Header: frame.Header{Fin: true, RSV1: true, Opcode: frame.Binary, Length: int64(len(bomb))}, Payload: bomb}
	for _, test := range []struct {
		send []byte
		want *frame.Violation
	}{
		{wire(t, frame.Server, `text masked "Hello"`), frame.ErrMasked},
		{wire(t, frame.Server, `text len=0x7fffffffffff`), frame.ErrMessageTooBig},
		{packed.AppendWire(nil), frame.ErrMessageTooBig},
		{bytes.Repeat(wire(t, frame.Server, "ping"), 1001), frame.ErrControlFlood},
	} {
		cfg := &conn.Config{Deflate: handshake.DeflateConfig{Enabled: true}}
		c, err := dialScripted(t, cfg, func(nc net.Conn, r *http.Request) {
			extension := "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n"
			io.WriteString(nc, switching(r)+extension+"\r\n"+string(test.send))
			io.Copy(io.Discard, nc)
		})
		if err != nil {
			t.Fatal(err)
		}
		drop(c)
		wantCause(t, c, test.want)
	}
}

// A server, or a proxy, that is silent does not hold Dial longer than the
// context, nor than HandshakeTimeout.
func TestDialSilence(t *testing.T) {
	for _, test := range []struct {
		target  string
		timeout time.Duration // of the handshake
		ctx     time.Duration
		proxy   string
		want    time.Duration
	}{
		{"ws://h", 0, time.Hour, "", conn.DefaultHandshakeTimeout},
		{"ws://h", time.Minute, time.Hour, "", time.Minute},
		{"ws://h", conn.Off, 3 * time.Minute, "", 3 * time.Minute},
		{"ws://h", 0, 3 * time.Second, "", 3 * time.Second},
		{"wss://h", 0, time.Hour, "", conn.DefaultHandshakeTimeout},
		{"ws://h", 0, time.Hour, "http://proxy:3128", conn.DefaultHandshakeTimeout},
		{"ws://h", 0, time.Hour, "https://proxy:3128", conn.DefaultHandshakeTimeout},
	} {
		synctest.Test(t, func(t *testing.T) {
			ours, theirs := net.Pipe()
			defer theirs.Close()
			go io.Copy(io.Discard, theirs)
			cfg := &conn.Config{HandshakeTimeout: test.timeout, Proxy: proxyTo(test.proxy)}
			cfg.Dialer = func(context.Context, string, string) (net.Conn, error) { return ours, nil }
			ctx, cancel := context.WithTimeout(t.Context(), test.ctx)
			defer cancel()
			start := time.Now()
			c, err := conn.Dial(ctx, test.target, cfg)
			if c != nil || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%+v: %v", test, err)
			}
			between(t, test.target+test.proxy, time.Since(start), test.want, test.want)
			if _, err := ours.Write(nil); err != io.ErrClosedPipe {
				t.Errorf("%+v: the connection is left open: %v", test, err)
			}
		})
	}
}

// proxyTo gives a Config.Proxy, for "" none.
func proxyTo(proxy string) func(*http.Request) (*url.URL, error) {
	return func(*http.Request) (*url.URL, error) {
		if proxy == "" {
			return nil, nil
		}
		return url.Parse(proxy)
	}
}

// §4.1 item 3: a proxy is asked by CONNECT, with its credentials; what it says
// before the tunnel's first byte is ours is refused.
func TestDialProxy(t *testing.T) {
	target, _ := echoServer(t, nil)
	host := strings.TrimPrefix(target, "ws://")
	for _, test := range []struct {
		answer string
		want   string // of the error; empty: a tunnel
	}{
		{"HTTP/1.1 200 Connection established\r\n\r\n", ""},
		{"HTTP/1.1 204 fine\r\n\r\n", ""},
		{"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "407"},
		{"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n\r\n", "before ours"},
		{"\x05\x00", "no HTTP answer"},
	} {
		l := listen(t)
		asked := make(chan *http.Request, 1)
		go func() {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			defer nc.Close()
			r, err := http.ReadRequest(bufio.NewReader(nc))
			if err != nil {
				t.Error(err)
				return
			}
			asked <- r
			io.WriteString(nc, test.answer)
			if test.want != "" {
				return
			}
			server, err := net.Dial("tcp", r.Host)
			if err != nil {
				t.Error(err)
				return
			}
			go io.Copy(server, nc)
			io.Copy(nc, server)
		}()
		c, err := conn.Dial(t.Context(), target, &conn.Config{
			LingerTimeout: time.Minute, Proxy: proxyTo("http://me:p%40ss@" + l.Addr().String()),
		})
		r := <-asked
		if r.Method != "CONNECT" || r.Host != host || r.Header.Get("Proxy-Authorization") != "Basic bWU6cEBzcw==" {
			t.Errorf("the proxy was asked %s %s %v", r.Method, r.Host, r.Header)
		}
		if test.want != "" {
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "p%40ss") {
				t.Errorf("got %v, want %s", err, test.want)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		echoOnce(t, c)
	}
	if _, err := conn.Dial(t.Context(), target, &conn.Config{Proxy: proxyTo("socks5://127.0.0.1:1")}); err == nil {
		t.Error("a SOCKS proxy is taken for an HTTP one")
	}
}

// echoOnce sends messages to an echo, compares, and closes. c is lingering: that Close
// returns within patience tells that the server ended TCP.
func echoOnce(t *testing.T, c *conn.Conn) {
	t.Helper()
	for _, n := range []int{1, 300, 70_000} {
		want := fmt.Sprintf(`binary "x"*%d`, n)
		if n == 1 {
			want = `binary "x"`
		}
		if err := c.Send(frame.Binary, bytes.Repeat([]byte("x"), n)); err != nil {
			t.Fatal(err)
		}
		if got := next(c); got != want {
			t.Fatalf("%.100s comes back, %v", got, c.Err())
		}
	}
	start := time.Now()
	if err := c.Close(frame.NormalClosure, ""); err != nil {
		t.Error(err)
	}
	between(t, "Close", time.Since(start), 0, patience)
}

// wss: the same inside TLS, the certificate judged.
func TestDialTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := conn.Accept(w, r, nil); err == nil {
			go echo(c)
		}
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // one handshake below is to fail
	s.StartTLS()
	defer s.Close()
	target := "wss" + strings.TrimPrefix(s.URL, "https")
	var unknown x509.UnknownAuthorityError
	if _, err := conn.Dial(t.Context(), target, nil); !errors.As(err, &unknown) {
		t.Errorf("a certificate of nobody's: %v", err)
	}
	c, err := conn.Dial(t.Context(), target, &conn.Config{
		LingerTimeout: time.Minute, TLS: s.Client().Transport.(*http.Transport).TLSClientConfig,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := c.NetConn().(*tls.Conn); !ok {
		t.Errorf("it is a %T", c.NetConn())
	}
	echoOnce(t, c)
}

// A TLS peer that takes no bytes holds nobody: neither Close, nor the Clock that
// all connections share.
func TestTLSPeerThatNeverReads(t *testing.T) {
	pair := httptest.NewUnstartedServer(nil)
	pair.StartTLS()
	defer pair.Close()
	ours, theirs := tcpPair(t)
	go tls.Client(theirs, &tls.Config{InsecureSkipVerify: true}).Handshake()
	nc := tls.Server(ours, pair.TLS)
	if err := nc.Handshake(); err != nil {
		t.Fatal(err)
	}
	cfg := &conn.Config{Clock: new(conn.Clock), WriteTimeout: time.Second}
	c := conn.New(nc, frame.Server, handshake.Agreement{}, nil, cfg)
	other, _ := overTCP(t, frame.Server, cfg)
	go other.Send(frame.Binary, make([]byte, 64<<20))
	start := time.Now()
	c.Send(frame.Binary, make([]byte, 64<<20))
	wantCause(t, c, conn.ErrWriteTimeout)
	wantCause(t, other, conn.ErrWriteTimeout)
	between(t, "end", time.Since(start), time.Second, 6*time.Second) // crypto/tls alone waits 5 s more
}

func TestDialIPv6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		outside.Missing(t, "IPv6 on loopback", "sysctl net.ipv6.conf.lo.disable_ipv6=0; it says "+err.Error())
	}
	host := make(chan string, 1)
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host <- r.Host
		if c, err := conn.Accept(w, r, nil); err == nil {
			go echo(c)
		}
	})}}
	s.Start()
	defer s.Close()
	c, err := conn.Dial(t.Context(), "ws://"+l.Addr().String()+"/?q", lingering)
	if err != nil {
		t.Fatal(err)
	}
	if got := <-host; got != l.Addr().String() {
		t.Errorf("Host is %s", got)
	}
	echoOnce(t, c)
}
