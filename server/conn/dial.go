package conn

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"rfc6455/frame"
	"rfc6455/handshake"
)

// Errors of [Dial], besides those of the network and of package handshake.
var (
	ErrHeaderTooLong = errors.New("websocket: the server's answer has too long a header (RFC 6455 §10.4)")
	ErrInterim       = errors.New("websocket: the server sends interim answers without end (RFC 9110 §15.2)")
)

// maxInterim is how many 1xx answers before the real one are let pass.
const maxInterim = 5

// Dial opens a connection to a ws:// or wss:// URL (§3, §4.1). It is bounded by
// ctx and by [Config.HandshakeTimeout]; ctx is of no meaning afterwards. A server
// that refuses gives a *[handshake.Error] with its status; redirects are not
// followed. Bytes that came with the answer are not lost.
func Dial(ctx context.Context, url string, cfg *Config) (*Conn, error) {
	cfg = cfg.WithDefaults()
	u, err := handshake.ParseURL(url)
	if err != nil {
		return nil, err
	}
	offer := handshake.Offer{
		URL: u, Key: newNonce(), Origin: cfg.Origin,
		Protocols: cfg.Subprotocols, Deflate: cfg.Deflate, Fields: cfg.Fields,
	}
	if err := offer.Check(); err != nil {
		return nil, err
	}
	if cfg.HandshakeTimeout != Off {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, cfg.HandshakeTimeout)
		defer cancel()
	}
	nc, err := cfg.Connect(ctx, u)
	if err != nil {
		return nil, err
	}
	var agreed handshake.Agreement
	var early []byte
	err = within(ctx, nc, func() (err error) {
		agreed, early, err = cfg.shake(nc, offer)
		return err
	})
	if err != nil {
		nc.Close() // §7.2.1: there is nobody yet to send a Close to
		return nil, err
	}
	return newConn(nc, frame.Client, agreed, early, cfg).start(), nil
}

// within does I/O on nc that ends with ctx.
func within(ctx context.Context, nc net.Conn, do func() error) error {
	stop := context.AfterFunc(ctx, func() { nc.SetDeadline(past) })
	err := do()
	if !stop() {
		return errors.Join(context.Cause(ctx), err)
	}
	return err
}

// shake does the client's part of the opening handshake.
func (c *Config) shake(nc net.Conn, offer handshake.Offer) (agreed handshake.Agreement, early []byte, err error) {
	if _, err := nc.Write(offer.AppendRequest(nil)); err != nil {
		return agreed, nil, err
	}
	answer, r, err := c.readAnswer(nc, http.MethodGet)
	if err != nil {
		return agreed, nil, err
	}
	if agreed, err = handshake.CheckResponse(answer, offer); err != nil {
		return agreed, nil, err
	}
	early, err = r.Peek(r.Buffered())
	return agreed, early, err
}

// readAnswer reads the header of the answer to a request, interim ones passed
// over. What the reader has buffered comes after it.
func (c *Config) readAnswer(nc net.Conn, method string) (*http.Response, *bufio.Reader, error) {
	limit := &io.LimitedReader{R: nc, N: c.HeaderBytes}
	r := bufio.NewReader(limit)
	for range maxInterim + 1 {
		answer, err := http.ReadResponse(r, &http.Request{Method: method})
		switch {
		case err != nil && limit.N <= 0:
			return nil, nil, ErrHeaderTooLong
		case err != nil:
			return nil, nil, fmt.Errorf("websocket: no HTTP answer: %w", err)
		case answer.StatusCode >= 200 || answer.StatusCode == http.StatusSwitchingProtocols:
			return answer, r, nil
		}
	}
	return nil, nil, ErrInterim
}

// Connect opens what the opening handshake with u is spoken on, and no more: TCP,
// maybe through a proxy, and TLS for wss (§10.6). It is bounded by ctx alone.
func (c *Config) Connect(ctx context.Context, u handshake.URL) (net.Conn, error) {
	nc, err := c.reach(ctx, u)
	if err != nil || !u.Secure {
		return nc, err
	}
	return startTLS(ctx, nc, c.TLS, u.Host)
}

// startTLS does a TLS handshake with host. nc is closed if it fails.
func startTLS(ctx context.Context, nc net.Conn, cfg *tls.Config, host string) (net.Conn, error) {
	if cfg = cfg.Clone(); cfg == nil {
		cfg = &tls.Config{}
	}
	if cfg.ServerName == "" {
		cfg.ServerName = host
	}
	cfg.NextProtos = []string{"http/1.1"} // the handshake is HTTP/1.1's
	t := tls.Client(nc, cfg)
	if err := t.HandshakeContext(ctx); err != nil {
		nc.Close()
		return nil, err
	}
	return t, nil
}

func (c *Config) dial(ctx context.Context, addr string) (net.Conn, error) {
	if c.Dialer != nil {
		return c.Dialer(ctx, "tcp", addr)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", addr)
}
