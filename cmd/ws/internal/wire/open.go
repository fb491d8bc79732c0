package wire

import (
	"context"
	"net"
	"net/http"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// An Answer is what a server said to a request.
type Answer struct {
	*http.Response        // its Body is spent
	Head           []byte // as it came, with interim answers before it
	Rest           []byte // what came after a 101: the first bytes of frames
	Body           []byte // of an answer other than 101, at most MaxBody bytes
}

// Ask sends request as it is and reads the head of the answer, whatever it says.
// It is bounded by ctx and by cfg's HandshakeTimeout and HeaderBytes. Where there is
// no answer in HTTP the error is a [*RefusedError] with what came instead, or an
// [*UnreachableError] if nothing did.
func Ask(ctx context.Context, nc net.Conn, request []byte, cfg *conn.Config) (*Answer, error) {
	cfg = cfg.WithDefaults()
	ctx, cancel := bounded(ctx, cfg)
	defer cancel()
	var a Answer
	h := newHead(nc, cfg.HeaderBytes)
	err := within(ctx, nc, func() (err error) {
		// A server may answer before it has read all, and then not read on.
		_, sendErr := nc.Write(request)
		if a.Response, err = h.answer(); err != nil && sendErr != nil {
			return sendErr
		}
		return err
	})
	if err != nil {
		return nil, noAnswer(h.read.Bytes(), err)
	}
	a.Head, a.Rest = h.split()
	if a.StatusCode != http.StatusSwitchingProtocols {
		a.Body, a.Rest = readBody(nc, a.Response), nil
	}
	return &a, nil
}

// Open opens a link to a ws: or wss: URL: [Dial] and [Shake].
func Open(ctx context.Context, url string, cfg *conn.Config) (*Link, error) {
	offer, err := NewOffer(url, cfg)
	if err != nil {
		return nil, err
	}
	nc, err := Dial(ctx, url, cfg)
	if err != nil {
		return nil, err
	}
	l, err := Shake(ctx, nc, offer, nil, cfg)
	if err != nil {
		nc.Close() // §7.2.1: there is nobody yet to send a Close to
		return nil, err
	}
	return l, nil
}

// Shake does a client's opening handshake on nc, which stays the caller's to close
// if that fails. request is what is sent instead of offer, whose answer it is all
// the same; nil sends offer. A server that refuses gives a [*RefusedError] around a
// *[handshake.Error].
func Shake(ctx context.Context, nc net.Conn, offer handshake.Offer, request []byte, cfg *conn.Config) (*Link, error) {
	if request == nil {
		request = offer.AppendRequest(nil)
	}
	a, err := Ask(ctx, nc, request, cfg)
	if err != nil {
		return nil, err
	}
	agreed, err := handshake.CheckResponse(a.Response, offer)
	if err != nil {
		return nil, &RefusedError{err, a.Head, a.Body}
	}
	l := &Link{Conn: nc, Role: frame.Client, Agreement: agreed, Request: request, Answer: a.Head, Early: a.Rest}
	return l, nil
}
