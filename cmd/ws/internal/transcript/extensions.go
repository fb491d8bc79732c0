package transcript

import (
	"errors"
	"fmt"
	"net/http"

	"rfc6455/handshake"
)

// ParseExtensions reads what was agreed as the answer's Sec-WebSocket-Extensions
// says it: nothing, or permessage-deflate with its parameters.
func ParseExtensions(value string) (handshake.DeflateParams, error) {
	if value == "" {
		return handshake.DeflateParams{}, nil
	}
	// The rules of an answer are package handshake's: here it answers an offer to
	// which every legal one fits.
	const key = "AAAAAAAAAAAAAAAAAAAAAA=="
	offer := handshake.Offer{Key: key, Deflate: handshake.DeflateConfig{
		Enabled: true, ServerTakeover: true, ClientTakeover: true, ClientMaxWindowBits: handshake.MaxWindowBits,
	}}
	agreed, err := handshake.CheckResponse(&http.Response{
		StatusCode: http.StatusSwitchingProtocols, ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Upgrade": {"websocket"}, "Connection": {"Upgrade"},
			"Sec-Websocket-Accept":     {handshake.AcceptKey(key)},
			"Sec-Websocket-Extensions": {value},
		},
	}, offer)
	if rule := (*handshake.Error)(nil); errors.As(err, &rule) {
		return handshake.DeflateParams{}, fmt.Errorf("extensions %q: %s: allowed is permessage-deflate with its parameters (RFC 7692 §7.1)", value, rule.Text)
	}
	return agreed.Deflate, err
}
