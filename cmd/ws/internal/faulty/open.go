package faulty

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"io"
	"net"
	"net/http"
	"time"

	"rfc6455/handshake"
)

// open does the client's half of the opening handshake (§4.1). It gives what was
// read behind it, and what was agreed.
func (e Endpoint) open(nc net.Conn, u handshake.URL) ([]byte, handshake.Agreement, error) {
	var none handshake.Agreement
	var nonce [16]byte
	rand.Read(nonce[:])
	o := handshake.Offer{URL: u, Key: handshake.EncodeKey(nonce), Protocols: e.Subprotocols, Deflate: e.offer()}
	if err := o.Check(); err != nil {
		return nil, none, err
	}
	nc.SetDeadline(time.Now().Add(idle))
	if _, err := nc.Write(o.AppendRequest(nil)); err != nil {
		return nil, none, err
	}
	br := bufio.NewReader(io.LimitReader(nc, maxHeader))
	r, err := http.ReadResponse(br, &http.Request{Method: http.MethodGet})
	if err != nil {
		return nil, none, err
	}
	e.excuse(r, o)
	a, err := handshake.CheckResponse(r, o)
	if err != nil {
		return nil, none, err
	}
	early, err := br.Peek(br.Buffered())
	return bytes.Clone(early), a, err
}

// offer gives what it offers of permessage-deflate: by itself, any window.
func (e Endpoint) offer() handshake.DeflateConfig {
	d := e.wishes()
	if e.Deflate == (handshake.DeflateConfig{}) {
		d.ClientMaxWindowBits = maxBits
	}
	return d
}

// excuse mends in an answer what the fault does not look at, or spoils what only
// the fault finds wrong.
func (e Endpoint) excuse(r *http.Response, o handshake.Offer) {
	switch e.Fault {
	case answerAcceptUnchecked:
		r.Header.Set("Sec-WebSocket-Accept", handshake.AcceptKey(o.Key))
	case answerStatusUnchecked:
		r.StatusCode = http.StatusSwitchingProtocols
	case answerUpgradeUnchecked:
		r.Header.Set("Upgrade", "websocket")
	case answerConnectionUnchecked:
		r.Header.Set("Connection", "Upgrade")
	case answerUpgradeCase:
		if r.Header.Get("Upgrade") != "websocket" {
			r.Header.Del("Upgrade")
		}
	case answerProtocolUnchecked:
		r.Header.Del("Sec-WebSocket-Protocol")
	case answerExtensionUnchecked:
		if _, err := handshake.CheckResponse(r, o); err != nil {
			r.Header.Del("Sec-WebSocket-Extensions")
		}
	}
}
