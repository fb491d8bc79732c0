package conn

import (
	"errors"
	"net/http"
	"time"

	"rfc6455/frame"
	"rfc6455/handshake"
)

// errNotHijackable says that w is not an HTTP/1 connection of net/http.
var errNotHijackable = errors.New("websocket: the HTTP server does not let its connection be taken over")

// Accept does the server's part of the opening handshake (§4.2.2) and takes the
// connection over. A request that is refused is answered, with status and clause,
// and the error is a *[handshake.Error]; the caller only returns.
//
// After Accept the handler should start the reading elsewhere ([Conn.Serve]) and
// return, so that net/http's goroutine and buffers are let go.
func Accept(w http.ResponseWriter, r *http.Request, cfg *Config) (*Conn, error) {
	cfg = cfg.WithDefaults()
	req, err := cfg.judge(r)
	if err != nil {
		refuse(w, err)
		return nil, err
	}
	nc, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		err = errors.Join(errNotHijackable, err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return nil, err
	}
	agreed := req.Agree(cfg.Subprotocols, cfg.Deflate)
	agreed.Fields = cfg.Fields
	early, _ := rw.Reader.Peek(rw.Reader.Buffered())
	c := newConn(nc, frame.Server, agreed, append([]byte(nil), early...), cfg)
	if err := c.sendAnswer(req.AppendAccept(make([]byte, 0, 512), agreed)); err != nil {
		nc.Close()
		return nil, &BrokenError{err}
	}
	return c.start(), nil
}

// sendAnswer sends the 101 answer: there is room for it, as a rule.
func (c *Conn) sendAnswer(answer []byte) error {
	n, err := c.sock.tryWrite(answer, c.cfg.Greets)
	if err != nil || n == len(answer) {
		return err
	}
	if c.cfg.HandshakeTimeout != Off {
		c.nc.SetWriteDeadline(time.Now().Add(c.cfg.HandshakeTimeout))
		defer c.nc.SetWriteDeadline(time.Time{})
	}
	_, err = c.nc.Write(answer[n:])
	return err
}

// judge judges the request and where it comes from.
func (c *Config) judge(r *http.Request) (handshake.Request, error) {
	req, err := handshake.ParseRequest(r)
	if err != nil {
		return req, err
	}
	secure, scheme := r.TLS != nil, "http"
	if c.Secure != nil {
		secure = c.Secure(r)
	}
	if secure {
		scheme = "https"
	}
	return req, handshake.CheckOrigin(req, scheme, r.Host, c.Origins)
}

func refuse(w http.ResponseWriter, err error) {
	var refusal *handshake.Error
	if !errors.As(err, &refusal) {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	handshake.WriteReject(w, refusal)
}
