package handshake

import (
	"encoding/base64"
	"slices"
	"strings"
)

// An Offer is what a client asks for, §4.1.
type Offer struct {
	URL       URL
	Key       string        // see [EncodeKey]; a new one for every connection
	Origin    string        // only if a browser's rules apply; empty: not sent
	Protocols []string      // the subprotocols, most wanted first; nil: not sent
	Deflate   DeflateConfig // the zero value: not sent
	Fields    Fields        // cookies, authorization and the like
}

// Rules on what a client may send.
var (
	ErrOfferKey      = rule("offer-key", "RFC 6455 §4.1", 0, "offer's key is not the base64 of 16 bytes")
	ErrOfferOrigin   = rule("offer-origin", "RFC 6455 §4.1", 0, "offer's origin is not a serialized origin")
	ErrOfferProtocol = rule("offer-protocol", "RFC 6455 §4.1", 0, "offer's subprotocols are not tokens that differ")
)

// EncodeKey gives the Sec-WebSocket-Key for 16 bytes, which must be random and
// new for each connection, §4.1 item 7.
func EncodeKey(nonce [16]byte) string { return base64.StdEncoding.EncodeToString(nonce[:]) }

// Check judges what is to be sent. Its errors are the rules named offer-*, and
// those of [ParseURL] for a URL that does not come from there.
func (o Offer) Check() error {
	if u, err := ParseURL(o.URL.String()); err != nil {
		return err
	} else if u != o.URL {
		return ErrURIHost.with(o.URL.String())
	}
	if !isKey(o.Key) {
		return ErrOfferKey.with(o.Key)
	}
	if _, ok := parseOrigin(o.Origin); !ok && o.Origin != "" && o.Origin != "null" {
		return ErrOfferOrigin.with(o.Origin)
	}
	for i, p := range o.Protocols {
		if !isToken(p) || slices.Contains(o.Protocols[:i], p) {
			return ErrOfferProtocol.with(p)
		}
	}
	return nil
}

// AppendRequest appends the whole request. It panics where o.Check has an
// error: such an offer could smuggle a second request into the first.
func (o Offer) AppendRequest(b []byte) []byte {
	if err := o.Check(); err != nil {
		panic(err)
	}
	b = append(append(b, "GET "...), o.URL.Resource...)
	b = append(b, " HTTP/1.1\r\n"...)
	b = appendField(b, "Host", o.URL.Authority())
	b = append(b, "Upgrade: websocket\r\nConnection: Upgrade\r\n"...)
	b = appendField(b, "Sec-WebSocket-Key", o.Key)
	if o.Origin != "" {
		b = appendField(b, "Origin", o.Origin)
	}
	if len(o.Protocols) > 0 {
		b = appendField(b, "Sec-WebSocket-Protocol", strings.Join(o.Protocols, ", "))
	}
	b = append(b, "Sec-WebSocket-Version: 13\r\n"...)
	if o.Deflate.Enabled {
		b = o.Deflate.offer().appendField(b, offering)
	}
	return append(append(b, o.Fields.lines...), "\r\n"...)
}
