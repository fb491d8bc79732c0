package handshake

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

// A Request is a client's opening handshake that obeys §4.2.1. Only
// [ParseRequest] should make one.
type Request struct {
	Host       string      // the Host field, or the authority of an absolute target
	Resource   string      // the resource name, §3: path and query
	Key        string      // Sec-WebSocket-Key, as it came
	Origin     string      // empty: none, so probably no browser
	FetchSite  string      // Sec-Fetch-Site, where a browser sends it
	Protocols  []string    // the subprotocols offered, most wanted first; all differ
	Extensions []Extension // the extensions offered, most wanted first
}

// MaxProtocols is how many subprotocols a request may offer.
const MaxProtocols = 32

// Rules on the request, in the order in which they are judged.
var (
	ErrHTTPMajor          = rule("http-major", "RFC 9110 §15.6.6", http.StatusHTTPVersionNotSupported, "request is not HTTP/1.x")
	ErrHTTPVersion        = rule("http-version", "RFC 6455 §4.2.1", http.StatusBadRequest, "request is older than HTTP/1.1 and cannot upgrade")
	ErrMethod             = rule("method", "RFC 6455 §4.2.1", http.StatusMethodNotAllowed, "request's method is not GET")
	ErrTarget             = rule("target", "RFC 6455 §4.2.1", http.StatusBadRequest, "request's target is neither a resource name nor an http URI")
	ErrHostMissing        = rule("host-missing", "RFC 6455 §4.2.1", http.StatusBadRequest, "request has no Host")
	ErrHostRepeated       = rule("host-repeated", "RFC 9112 §3.2", http.StatusBadRequest, "request has Host more than once")
	ErrUpgrade            = rule("upgrade", "RFC 6455 §4.2.1", http.StatusUpgradeRequired, "request's Upgrade does not list websocket")
	ErrConnection         = rule("connection", "RFC 6455 §4.2.1", http.StatusBadRequest, "request's Connection does not list Upgrade")
	ErrBody               = rule("body", "RFC 6455 §4.1", http.StatusBadRequest, "request has a body, which would be read as frames")
	ErrVersionMissing     = rule("version-missing", "RFC 6455 §4.2.1", http.StatusBadRequest, "request has no Sec-WebSocket-Version")
	ErrVersionRepeated    = rule("version-repeated", "RFC 6455 §11.3.5", http.StatusBadRequest, "request has Sec-WebSocket-Version more than once")
	ErrVersionGrammar     = rule("version-grammar", "RFC 6455 §4.3", http.StatusBadRequest, "Sec-WebSocket-Version is not a number from 0 to 255")
	ErrVersionUnsupported = rule("version-unsupported", "RFC 6455 §4.2.2", http.StatusUpgradeRequired, "Sec-WebSocket-Version is not 13")
	ErrKeyMissing         = rule("key-missing", "RFC 6455 §4.2.1", http.StatusBadRequest, "request has no Sec-WebSocket-Key")
	ErrKeyRepeated        = rule("key-repeated", "RFC 6455 §11.3.1", http.StatusBadRequest, "request has Sec-WebSocket-Key more than once")
	ErrKeyInvalid         = rule("key-invalid", "RFC 6455 §4.2.1", http.StatusBadRequest, "Sec-WebSocket-Key is not the base64 of 16 bytes")
	ErrOriginRepeated     = rule("origin-repeated", "RFC 6454 §7.3", http.StatusBadRequest, "request has Origin more than once")
	ErrOriginEmpty        = rule("origin-empty", "RFC 6454 §7.1", http.StatusBadRequest, "request's Origin is empty")
	ErrProtocolGrammar    = rule("protocol-grammar", "RFC 6455 §4.3", http.StatusBadRequest, "Sec-WebSocket-Protocol is not a list of tokens")
	ErrProtocolRepeated   = rule("protocol-repeated", "RFC 6455 §4.1", http.StatusBadRequest, "request offers a subprotocol more than once")
	ErrProtocolLimit      = rule("protocol-limit", "", http.StatusRequestHeaderFieldsTooLarge, "more than 32 subprotocols")
)

// IsAttempt reports whether a request means to open a WebSocket connection,
// well or badly. If not, a server may answer it as plain HTTP, with a page for
// one. Sec-WebSocket-* alone is an attempt, too: a proxy lost the rest.
func IsAttempt(r *http.Request) bool {
	return lists(r.Header["Upgrade"], "websocket") ||
		len(r.Header["Sec-Websocket-Key"]) > 0 || len(r.Header["Sec-Websocket-Version"]) > 0
}

// ParseRequest judges a client's opening handshake. Its error is an [*Error]
// to refuse it with: one of those of this file or of [ParseExtensions].
func ParseRequest(r *http.Request) (Request, error) {
	for _, check := range []func(*http.Request) *Error{
		checkRequestLine, checkHost, checkUpgrade, checkVersion, checkKey, checkOrigin,
	} {
		if err := check(r); err != nil {
			return Request{}, err
		}
	}
	protocols, err := parseProtocols(r.Header["Sec-Websocket-Protocol"])
	if err != nil {
		return Request{}, err
	}
	extensions, err := ParseExtensions(r.Header["Sec-Websocket-Extensions"])
	if err != nil {
		return Request{}, err
	}
	return Request{
		Host:       r.Host,
		Resource:   r.URL.RequestURI(),
		Key:        r.Header["Sec-Websocket-Key"][0],
		Origin:     strings.Join(r.Header["Origin"], ""),
		FetchSite:  strings.Join(r.Header["Sec-Fetch-Site"], ", "),
		Protocols:  protocols,
		Extensions: extensions,
	}, nil
}

// checkRequestLine judges version, method and target, §4.2.1 item 1.
func checkRequestLine(r *http.Request) *Error {
	switch {
	case r.ProtoMajor != 1:
		return ErrHTTPMajor.with(r.Proto)
	case r.ProtoMinor < 1:
		return ErrHTTPVersion.with(r.Proto)
	case r.Method != http.MethodGet:
		return ErrMethod.with(r.Method)
	}
	u, absolute := r.URL, r.URL.Scheme != ""
	if absolute && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "") ||
		!absolute && !strings.HasPrefix(u.Path, "/") || strings.Contains(r.RequestURI, "#") {
		return ErrTarget.with(r.RequestURI)
	}
	return nil
}

// checkHost judges the authority, §4.2.1 item 2. A server's HTTP parser moves
// the only Host field to r.Host.
func checkHost(r *http.Request) *Error {
	if len(r.Header["Host"]) > 1 {
		return ErrHostRepeated
	}
	if r.Host == "" {
		return ErrHostMissing
	}
	return nil
}

// checkUpgrade judges the two lists of §4.2.1 items 3 and 4, and that nothing
// but frames follows the header.
func checkUpgrade(r *http.Request) *Error {
	switch {
	case !lists(r.Header["Upgrade"], "websocket"):
		return ErrUpgrade.with(strings.Join(r.Header["Upgrade"], ", "))
	case !lists(r.Header["Connection"], "Upgrade"):
		return ErrConnection.with(strings.Join(r.Header["Connection"], ", "))
	case r.ContentLength != 0 || len(r.TransferEncoding) > 0:
		return ErrBody
	}
	return nil
}

// checkVersion judges Sec-WebSocket-Version, §4.2.1 item 6. It comes before
// the key, so that a client of another version hears of that (§4.4).
func checkVersion(r *http.Request) *Error {
	switch v := r.Header["Sec-Websocket-Version"]; {
	case len(v) == 0:
		return ErrVersionMissing
	case len(v) > 1:
		return ErrVersionRepeated
	case v[0] == "13":
		return nil
	case isVersion(v[0]):
		return ErrVersionUnsupported.with(v[0])
	default:
		return ErrVersionGrammar.with(v[0])
	}
}

// isVersion reports whether s is a number from 0 to 255 without leading zeros,
// §4.3.
func isVersion(s string) bool {
	if s == "" || len(s) > 3 || s[0] == '0' && s != "0" {
		return false
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		n = 10*n + int(s[i]-'0')
	}
	return n <= 255
}

// checkKey judges Sec-WebSocket-Key, §4.2.1 item 5.
func checkKey(r *http.Request) *Error {
	switch v := r.Header["Sec-Websocket-Key"]; {
	case len(v) == 0:
		return ErrKeyMissing
	case len(v) > 1:
		return ErrKeyRepeated
	case !isKey(v[0]):
		return ErrKeyInvalid.with(v[0])
	}
	return nil
}

// isKey reports whether s is the canonical base64 of 16 bytes. That the unused
// bits are zero is the encoder's duty (RFC 4648 §3.5), in which the example in
// §4.1 item 7 of RFC 6455 fails.
func isKey(s string) bool {
	var nonce [18]byte
	if len(s) != 24 {
		return false // the decoder would skip line breaks
	}
	n, err := base64.StdEncoding.Strict().Decode(nonce[:], []byte(s))
	return err == nil && n == 16
}

// checkOrigin judges only the field's form; see [CheckOrigin].
func checkOrigin(r *http.Request) *Error {
	switch v := r.Header["Origin"]; {
	case len(v) > 1:
		return ErrOriginRepeated
	case len(v) == 1 && v[0] == "":
		return ErrOriginEmpty
	}
	return nil
}

// parseProtocols reads 1#token, whose elements must differ, §4.1 item 10.
func parseProtocols(lines []string) ([]string, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	var list []string
	for p := range elements(lines) {
		switch {
		case !isToken(p):
			return nil, ErrProtocolGrammar.with(p)
		case slices.Contains(list, p):
			return nil, ErrProtocolRepeated.with(p)
		case len(list) == MaxProtocols:
			return nil, ErrProtocolLimit
		}
		list = append(list, p)
	}
	if len(list) == 0 {
		return nil, ErrProtocolGrammar
	}
	return list, nil
}
