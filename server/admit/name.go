package admit

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"rfc6455/handshake"
)

// Rules on the header field that fixes a user's name. A proxy that adds the field
// where it should replace it lets its users choose whom to be; so both are
// refused rather than guessed at.
var (
	ErrNameRepeated = &handshake.Error{ID: "name-repeated", Status: http.StatusBadRequest, Text: "request has the header field that fixes the name more than once"}
	ErrNameNotUTF8  = &handshake.Error{ID: "name-not-utf8", Status: http.StatusBadRequest, Text: "the header field that fixes the name is not UTF-8"}
)

// CheckNameHeader judges the name of such a header field, at the start: it must
// be a token and must not belong to the handshake. The errors are package
// handshake's, named field-*.
func CheckNameHeader(header string) error {
	_, err := handshake.NewFields(http.Header{header: nil})
	return err
}

// Name gives the name that a proxy has fixed for the user of r by a header field,
// blanks around it cut off; empty: none is fixed, always so if the peer is not a
// proxy that is trusted. It is as it came: what may be in a name is the chat's to
// say. The errors are ErrNameRepeated and ErrNameNotUTF8.
func (p *Proxies) Name(r *http.Request, header string) (string, error) {
	if header == "" || !p.trusts(Peer(r.RemoteAddr)) {
		return "", nil
	}
	values := r.Header.Values(header)
	switch {
	case len(values) == 0:
		return "", nil
	case len(values) > 1:
		return "", ErrNameRepeated
	case !utf8.ValidString(values[0]):
		return "", ErrNameNotUTF8
	}
	return strings.TrimSpace(values[0]), nil
}
