package handshake

import (
	"crypto/sha1"
	"encoding/base64"
	"slices"
)

// keyGUID is appended to the key, §4.2.2 item 5.4. It proves no more than that
// the server knows the protocol.
const keyGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// Agree is the server's choice, §4.2.2 item 4: the first of its subprotocols,
// in its own order of preference, that the client offered, and the first
// offered permessage-deflate that d can take. It never fails: what does not fit
// stays out of the agreement.
func (r Request) Agree(protocols []string, d DeflateConfig) Agreement {
	a := Agreement{Deflate: d.Answer(r.Extensions)}
	for _, p := range protocols {
		if slices.Contains(r.Protocols, p) {
			a.Protocol = p
			break
		}
	}
	return a
}

// AppendAccept appends the whole 101 answer, §4.2.2 item 5. It panics if a has
// a subprotocol or an extension (§9) that r did not offer, as no agreement that
// r.Agree gives has: the client would have to fail the connection.
func (r Request) AppendAccept(b []byte, a Agreement) []byte {
	if a.Protocol != "" && !(isToken(a.Protocol) && slices.Contains(r.Protocols, a.Protocol)) {
		panic("handshake: AppendAccept with a subprotocol that was not offered")
	}
	if a.Deflate.Enabled && !slices.ContainsFunc(r.Extensions, isDeflate) {
		panic("handshake: AppendAccept with an extension that was not offered")
	}
	b = append(b, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "...)
	b = append(appendAcceptKey(b, r.Key), "\r\n"...)
	if a.Protocol != "" {
		b = appendField(b, "Sec-WebSocket-Protocol", a.Protocol)
	}
	if a.Deflate.Enabled {
		b = a.Deflate.appendField(b, answering)
	}
	return append(append(b, a.Fields.lines...), "\r\n"...)
}

// AcceptKey gives the Sec-WebSocket-Accept for a Sec-WebSocket-Key, both in
// base64, §4.2.2 item 5.4.
func AcceptKey(key string) string { return string(appendAcceptKey(nil, key)) }

// appendAcceptKey appends AcceptKey(key).
func appendAcceptKey(b []byte, key string) []byte {
	var stack [64]byte // 24 and 36 bytes
	sum := sha1.Sum(append(append(stack[:0], key...), keyGUID...))
	return base64.StdEncoding.AppendEncode(b, sum[:])
}
