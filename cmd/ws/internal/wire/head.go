package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"rfc6455/server/conn"
)

// Bounds of an answer that is not a WebSocket's.
const (
	maxInterim  = 5               // 1xx answers before the real one
	bodyTimeout = 1 * time.Second // for its body: it may have no end
)

// A head reads the head of an HTTP message and keeps its bytes.
type head struct {
	read  bytes.Buffer
	limit io.LimitedReader
	r     *bufio.Reader
}

func newHead(nc net.Conn, limit int64) *head {
	h := &head{limit: io.LimitedReader{R: nc, N: limit}}
	h.r = bufio.NewReader(io.TeeReader(&h.limit, &h.read))
	return h
}

// split gives what belongs to the head and what came after it.
func (h *head) split() (head, rest []byte) {
	all := bytes.Clone(h.read.Bytes())
	n := len(all) - h.r.Buffered()
	return all[:n:n], all[n:]
}

// explain says that a head was over its bound, where that is why it was no head.
func (h *head) explain(err error) error {
	switch {
	case h.limit.N <= 0:
		return ErrHeadTooLong
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return &EndedError{err}
	}
	return err
}

// answer reads an answer's head, interim ones passed over.
func (h *head) answer() (*http.Response, error) {
	for range maxInterim + 1 {
		a, err := http.ReadResponse(h.r, &http.Request{Method: http.MethodGet})
		if err != nil {
			return nil, h.explain(err)
		}
		if a.StatusCode >= 200 || a.StatusCode == http.StatusSwitchingProtocols {
			return a, nil
		}
	}
	return nil, conn.ErrInterim
}

// readBody reads as much of a refusal's body as is kept.
func readBody(nc net.Conn, a *http.Response) []byte {
	nc.SetReadDeadline(time.Now().Add(bodyTimeout))
	body, _ := io.ReadAll(io.LimitReader(a.Body, MaxBody)) // what came, came
	return body
}
