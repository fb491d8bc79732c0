package wire

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"net"
	"time"

	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// Dial opens the transport to a ws: or wss: URL and sends nothing on it. It is
// bounded by ctx and by cfg's HandshakeTimeout. Its error is an [*UnreachableError],
// but for a URL that is none and for TLS with which we, or the peer, did not go on.
func Dial(ctx context.Context, url string, cfg *conn.Config) (net.Conn, error) {
	u, err := handshake.ParseURL(url)
	if err != nil {
		return nil, err
	}
	cfg = cfg.WithDefaults()
	ctx, cancel := bounded(ctx, cfg)
	defer cancel()
	nc, err := cfg.Connect(ctx, u)
	if err != nil && !spokeTLS(err) {
		return nil, &UnreachableError{err}
	}
	return nc, err
}

// spokeTLS tells the errors of a TLS handshake that the peer took part in.
func spokeTLS(err error) bool {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	return errors.As(err, &certificate) || errors.As(err, &record) || errors.As(err, &alert)
}

// NewOffer gives what a client of cfg asks for at url, with a key of its own
// (§4.1). Its errors are those of [handshake.Offer.Check].
func NewOffer(url string, cfg *conn.Config) (handshake.Offer, error) {
	u, err := handshake.ParseURL(url)
	if err != nil {
		return handshake.Offer{}, err
	}
	cfg = cfg.WithDefaults()
	o := handshake.Offer{
		URL: u, Key: newNonce(), Origin: cfg.Origin,
		Protocols: cfg.Subprotocols, Deflate: cfg.Deflate, Fields: cfg.Fields,
	}
	return o, o.Check()
}

// newNonce gives a Sec-WebSocket-Key (§4.1 item 7).
func newNonce() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return handshake.EncodeKey(b)
}

// bounded bounds ctx by cfg's HandshakeTimeout.
func bounded(ctx context.Context, cfg *conn.Config) (context.Context, context.CancelFunc) {
	if cfg.HandshakeTimeout == conn.Off {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, cfg.HandshakeTimeout)
}

var past = time.Unix(1, 0)

// within does I/O on nc that ends with ctx: then the error is ctx's cause.
func within(ctx context.Context, nc net.Conn, do func() error) error {
	stop := context.AfterFunc(ctx, func() { nc.SetDeadline(past) })
	err := do()
	if stop() || err == nil {
		return err
	}
	return context.Cause(ctx)
}
