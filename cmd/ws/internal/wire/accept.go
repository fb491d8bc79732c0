package wire

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// A Request is what a client said first.
type Request struct {
	*http.Request
	Head []byte // as it came
	Rest []byte // what came after it: a client should wait (§4.1), but who knows
}

// ReadRequest reads the head of a request, whatever it says. It is bounded by ctx
// and by cfg's HandshakeTimeout and HeaderBytes. Where there is none in HTTP the
// error is a [*RefusedError] with what came instead.
func ReadRequest(ctx context.Context, nc net.Conn, cfg *conn.Config) (*Request, error) {
	cfg = cfg.WithDefaults()
	ctx, cancel := bounded(ctx, cfg)
	defer cancel()
	var r Request
	h := newHead(nc, cfg.HeaderBytes)
	err := within(ctx, nc, func() (err error) {
		r.Request, err = http.ReadRequest(h.r)
		return err
	})
	if err != nil {
		return nil, &RefusedError{Err: h.explain(err), Head: h.read.Bytes()}
	}
	r.Head, r.Rest = h.split()
	return &r, nil
}

// Accept does a server's opening handshake on nc, which stays the caller's to close
// if that fails. Of cfg it takes Subprotocols, Deflate and Fields; the Origin is not
// judged. A request that breaks a rule is answered, and the error is a
// [*RefusedError] around a *[handshake.Error].
func Accept(ctx context.Context, nc net.Conn, cfg *conn.Config) (*Link, error) {
	r, err := ReadRequest(ctx, nc, cfg)
	if err != nil {
		return nil, err
	}
	return r.Accept(ctx, nc, cfg)
}

// Accept is [Accept] for a request that was read already.
func (r *Request) Accept(ctx context.Context, nc net.Conn, cfg *conn.Config) (*Link, error) {
	cfg = cfg.WithDefaults()
	req, err := handshake.ParseRequest(r.Request)
	if err != nil {
		return nil, r.Refuse(ctx, nc, err, cfg)
	}
	agreed := req.Agree(cfg.Subprotocols, cfg.Deflate)
	agreed.Fields = cfg.Fields
	answer := req.AppendAccept(nil, agreed)
	if err := writeAll(ctx, nc, answer, cfg); err != nil {
		return nil, err
	}
	return &Link{Conn: nc, Role: frame.Server, Agreement: agreed, Request: r.Head, Answer: answer, Early: r.Rest}, nil
}

// Refuse answers a request with err, if that is a *[handshake.Error], and gives the
// [*RefusedError].
func (r *Request) Refuse(ctx context.Context, nc net.Conn, err error, cfg *conn.Config) error {
	var rule *handshake.Error
	if errors.As(err, &rule) {
		writeAll(ctx, nc, handshake.AppendReject(nil, rule), cfg.WithDefaults()) // in vain or not: it is refused
	}
	return &RefusedError{Err: err, Head: r.Head}
}

func writeAll(ctx context.Context, nc net.Conn, b []byte, cfg *conn.Config) error {
	ctx, cancel := bounded(ctx, cfg)
	defer cancel()
	return within(ctx, nc, func() error {
		_, err := nc.Write(b)
		return err
	})
}

// Resource gives the resource name (§3) that the client of l asked for, or "".
func (l *Link) Resource() string {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(l.Request)))
	if err != nil {
		return ""
	}
	return r.URL.RequestURI()
}
