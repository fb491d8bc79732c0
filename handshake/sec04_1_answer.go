package handshake

import (
	"net/http"
	"slices"
)

// An Agreement is what both sides hold to once the connection is established.
// Extensions are agreed here or never (§5.2, §5.8).
// The zero value is an agreement, too: no subprotocol and no extension.
type Agreement struct {
	Protocol string        // the Subprotocol In Use; empty: none, the RFC's null
	Deflate  DeflateParams // the Extensions In Use
	Fields   Fields        // what the server adds to its answer; CheckResponse leaves it empty
}

// Rules on the server's answer. A client that finds one broken must fail the
// connection.
var (
	ErrAnswerStatus           = rule("answer-status", "RFC 6455 §4.1", 0, "server did not switch protocols")
	ErrAnswerHTTPVersion      = rule("answer-http-version", "RFC 6455 §4.2.2", 0, "answer is older than HTTP/1.1")
	ErrAnswerUpgrade          = rule("answer-upgrade", "RFC 6455 §4.1", 0, "answer's Upgrade is not websocket")
	ErrAnswerConnection       = rule("answer-connection", "RFC 6455 §4.1", 0, "answer's Connection does not list Upgrade")
	ErrAnswerAcceptMissing    = rule("answer-accept-missing", "RFC 6455 §4.1", 0, "answer has no Sec-WebSocket-Accept")
	ErrAnswerAcceptRepeated   = rule("answer-accept-repeated", "RFC 6455 §11.3.3", 0, "answer has Sec-WebSocket-Accept more than once")
	ErrAnswerAccept           = rule("answer-accept", "RFC 6455 §4.1", 0, "answer's Sec-WebSocket-Accept does not fit the key")
	ErrAnswerProtocolRepeated = rule("answer-protocol-repeated", "RFC 6455 §11.3.4", 0, "answer has Sec-WebSocket-Protocol more than once")
	ErrAnswerProtocol         = rule("answer-protocol", "RFC 6455 §4.1", 0, "answer's subprotocol was not offered")
	ErrAnswerExtsRepeated     = rule("answer-extensions-repeated", "RFC 6455 §11.3.2", 0, "answer has Sec-WebSocket-Extensions more than once")
	ErrAnswerExtsGrammar      = rule("answer-extensions-grammar", "RFC 6455 §9.1", 0, "answer's Sec-WebSocket-Extensions breaks its grammar")
	ErrAnswerExtension        = rule("answer-extension", "RFC 6455 §4.1", 0, "answer's extension was not offered")
)

// CheckResponse judges the answer to o and gives what was agreed. Its errors
// are the rules named answer-*. A status other than 101 gives ErrAnswerStatus
// with that Status; such an answer is plain HTTP, for the caller to act on. A
// server may choose none of the subprotocols offered: Protocol is empty then.
func CheckResponse(r *http.Response, o Offer) (Agreement, error) {
	if r.StatusCode != http.StatusSwitchingProtocols {
		e := ErrAnswerStatus.with(r.Status)
		e.Status = r.StatusCode
		return Agreement{}, e
	}
	if err := checkUpgraded(r, o.Key); err != nil {
		return Agreement{}, err
	}
	protocol, err := checkProtocol(r.Header["Sec-Websocket-Protocol"], o.Protocols)
	if err != nil {
		return Agreement{}, err
	}
	deflate, err := checkExtensions(r.Header["Sec-Websocket-Extensions"], o.Deflate)
	if err != nil {
		return Agreement{}, err
	}
	return Agreement{Protocol: protocol, Deflate: deflate}, nil
}

// checkUpgraded judges version, Upgrade, Connection and Accept, in the order
// of §4.1.
func checkUpgraded(r *http.Response, key string) error {
	if !r.ProtoAtLeast(1, 1) {
		return ErrAnswerHTTPVersion.with(r.Proto)
	}
	upgraded := false
	for element := range elements(r.Header["Upgrade"]) {
		if !equalFold(element, "websocket") {
			return ErrAnswerUpgrade.with(element)
		}
		upgraded = true
	}
	if !upgraded {
		return ErrAnswerUpgrade
	}
	if !lists(r.Header["Connection"], "Upgrade") {
		return ErrAnswerConnection.with(r.Header.Get("Connection"))
	}
	switch accept := r.Header["Sec-Websocket-Accept"]; {
	case len(accept) == 0:
		return ErrAnswerAcceptMissing
	case len(accept) > 1:
		return ErrAnswerAcceptRepeated
	case accept[0] != AcceptKey(key):
		return ErrAnswerAccept.with(accept[0])
	}
	return nil
}

// checkProtocol judges Sec-WebSocket-Protocol: one line, one of the offered,
// letters not folded.
func checkProtocol(lines, offered []string) (string, error) {
	switch {
	case len(lines) == 0:
		return "", nil
	case len(lines) > 1:
		return "", ErrAnswerProtocolRepeated
	case !slices.Contains(offered, lines[0]):
		return "", ErrAnswerProtocol.with(lines[0])
	}
	return lines[0], nil
}

// checkExtensions judges Sec-WebSocket-Extensions: one line, nothing but the
// one extension that an Offer can have.
func checkExtensions(lines []string, offered DeflateConfig) (agreed DeflateParams, err error) {
	if len(lines) > 1 {
		return agreed, ErrAnswerExtsRepeated
	}
	list, err := ParseExtensions(lines)
	if err != nil {
		return agreed, ErrAnswerExtsGrammar.with(lines[0])
	}
	for _, x := range list {
		if x.Name != PermessageDeflate || !offered.Enabled {
			return agreed, ErrAnswerExtension.with(x.Name)
		}
	}
	if len(list) > 1 {
		return agreed, ErrAnswerDeflateRepeated
	}
	if len(list) == 0 {
		return agreed, nil
	}
	return offered.checkAnswer(list[0].Params)
}
