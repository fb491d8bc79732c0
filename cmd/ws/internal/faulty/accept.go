package faulty

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"rfc6455/frame"
	"rfc6455/handshake"
)

const (
	maxHeader = 16 << 10 // bytes of a handshake
	goodKey   = "AAAAAAAAAAAAAAAAAAAAAA=="
)

// accept does the server's half of the opening handshake (§4.2) and echoes.
func (e Endpoint) accept(ctx context.Context, nc net.Conn) {
	defer nc.Close()
	defer context.AfterFunc(ctx, func() { nc.Close() })()
	nc.SetDeadline(time.Now().Add(idle))
	br := bufio.NewReader(io.LimitReader(nc, maxHeader))
	r, err := http.ReadRequest(br)
	if err != nil {
		refuse(nc, &handshake.Error{Status: http.StatusBadRequest, Section: "RFC 9112 §2", Text: "request is not HTTP"})
		return
	}
	answer, a, err := e.answer(r)
	if err != nil {
		e.reject(nc, err)
		return
	}
	if _, err := nc.Write(answer); err != nil {
		return
	}
	early, _ := br.Peek(br.Buffered())
	e.Echo(nc, frame.Server, a, bytes.Clone(early))
}

// answer gives the 101 for a request, and what was agreed.
func (e Endpoint) answer(r *http.Request) ([]byte, handshake.Agreement, error) {
	key, keyed := e.overlook(r), r.Header.Get("Sec-WebSocket-Key")
	if err := e.balk(r); err != nil {
		return nil, handshake.Agreement{}, err
	}
	req, err := handshake.ParseRequest(r)
	if err != nil {
		return nil, handshake.Agreement{}, err
	}
	a := req.Agree(e.Subprotocols, e.wishes())
	answer := string(req.AppendAccept(nil, a))
	right := handshake.AcceptKey(keyed)
	switch e.Fault {
	case keyUnasked, keyUnchecked:
		answer = strings.Replace(answer, right, handshake.AcceptKey(key), 1)
	case acceptWrong:
		sum := sha1.Sum([]byte(key))
		answer = strings.Replace(answer, right, base64.StdEncoding.EncodeToString(sum[:]), 1)
	case statusOK:
		answer = strings.Replace(answer, "101 Switching Protocols", "200 OK", 1)
	case extensionUnasked:
		answer = add(answer, "Sec-WebSocket-Extensions: x-extension")
	case protocolUnasked:
		answer = add(answer, "Sec-WebSocket-Protocol: x-protocol")
	case clientBitsUnasked:
		answer = strings.Replace(answer, handshake.PermessageDeflate, handshake.PermessageDeflate+"; client_max_window_bits=15", 1)
	}
	return []byte(answer), a, nil
}

// add puts a field in front of a header's others, in place of one of that name.
func add(answer, line string) string {
	name, _, _ := strings.Cut(line, ":")
	status, fields, _ := strings.Cut(answer, "\r\n")
	kept := []string{status, line}
	for f := range strings.SplitSeq(fields, "\r\n") {
		if !strings.HasPrefix(f, name+":") {
			kept = append(kept, f)
		}
	}
	return strings.Join(kept, "\r\n")
}

// overlook mends in a request what the fault does not look at, and gives the key
// that it came with.
func (e Endpoint) overlook(r *http.Request) (key string) {
	key = r.Header.Get("Sec-WebSocket-Key")
	switch {
	case e.Fault == versionUnchecked && len(r.Header["Sec-Websocket-Version"]) == 1:
		r.Header.Set("Sec-WebSocket-Version", "13")
	case e.Fault == keyUnasked && key == "", e.Fault == keyUnchecked && key != "":
		r.Header.Set("Sec-WebSocket-Key", goodKey)
	case e.Fault == upgradeUnasked:
		r.Header.Set("Upgrade", "websocket")
	case e.Fault == connectionUnasked:
		r.Header.Set("Connection", "Upgrade")
	case e.Fault == methodUnchecked:
		r.Method = http.MethodGet
	case e.Fault == oldHTTP:
		r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.1", 1, 1
	case e.Fault == voidOfferTaken && strings.Contains(r.Header.Get("Sec-WebSocket-Extensions"), handshake.PermessageDeflate):
		r.Header.Set("Sec-WebSocket-Extensions", handshake.PermessageDeflate)
	}
	return key
}

// balk refuses what only the fault finds wrong.
func (e Endpoint) balk(r *http.Request) error {
	upgrade, connection := r.Header.Get("Upgrade"), r.Header.Get("Connection")
	switch {
	case e.Fault == upgradeCase && upgrade != "websocket":
		return handshake.ErrUpgrade
	case e.Fault == connectionWhole && !strings.EqualFold(connection, "Upgrade"):
		return handshake.ErrConnection
	}
	return nil
}

// reject answers with plain HTTP.
func (e Endpoint) reject(nc net.Conn, err error) {
	var refusal *handshake.Error
	if !errors.As(err, &refusal) {
		refusal = &handshake.Error{Status: http.StatusBadRequest, Text: err.Error()}
	}
	if e.Fault == versionUnnamed && errors.Is(err, handshake.ErrVersionUnsupported) {
		refusal = &handshake.Error{Status: http.StatusBadRequest, Section: refusal.Section, Text: refusal.Text}
	}
	refuse(nc, refusal)
}

// refuse sends a refusal and waits for the peer to have read it.
func refuse(nc net.Conn, e *handshake.Error) {
	if _, err := nc.Write(handshake.AppendReject(nil, e)); err != nil {
		return
	}
	s := &session{nc: nc, role: frame.Server}
	s.hangUp()
}
