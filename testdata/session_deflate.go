package testdata

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"rfc6455/frame"
)

// Parameters are those of an agreed permessage-deflate (RFC 7692 §7.1).
type Parameters struct {
	ServerNoContextTakeover, ClientNoContextTakeover bool
	ServerMaxWindowBits, ClientMaxWindowBits         int // 0: not said
}

// Window says what an endpoint of role sender compresses with: how large a
// window, and whether it keeps it from message to message.
func (p *Parameters) Window(sender frame.Role) (bits int, takeover bool) {
	const most = 15 // RFC 7692 §7.1.2
	if sender == frame.Server {
		return cmp.Or(p.ServerMaxWindowBits, most), !p.ServerNoContextTakeover
	}
	return cmp.Or(p.ClientMaxWindowBits, most), !p.ClientNoContextTakeover
}

// String gives them as the value that the header of the answer has.
func (p *Parameters) String() string {
	s := "permessage-deflate"
	if p.ServerNoContextTakeover {
		s += "; server_no_context_takeover"
	}
	if p.ClientNoContextTakeover {
		s += "; client_no_context_takeover"
	}
	if p.ServerMaxWindowBits > 0 {
		s += "; server_max_window_bits=" + strconv.Itoa(p.ServerMaxWindowBits)
	}
	if p.ClientMaxWindowBits > 0 {
		s += "; client_max_window_bits=" + strconv.Itoa(p.ClientMaxWindowBits)
	}
	return s
}

// parseParameters reads the value that the header of the answer has.
func parseParameters(value string) (*Parameters, error) {
	name, rest, _ := strings.Cut(value, ";")
	if strings.TrimSpace(name) != "permessage-deflate" {
		return nil, fmt.Errorf("%q is not permessage-deflate", name)
	}
	p := new(Parameters)
	for rest != "" {
		var word string
		word, rest, _ = strings.Cut(rest, ";")
		if err := p.parse(strings.TrimSpace(word)); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *Parameters) parse(word string) error {
	name, value, _ := strings.Cut(word, "=")
	switch word {
	case "server_no_context_takeover":
		p.ServerNoContextTakeover = true
		return nil
	case "client_no_context_takeover":
		p.ClientNoContextTakeover = true
		return nil
	}
	bits, err := strconv.Atoi(value)
	if err != nil || bits < 8 || bits > 15 {
		return fmt.Errorf("%q is no parameter", word)
	}
	switch name {
	case "server_max_window_bits":
		p.ServerMaxWindowBits = bits
	case "client_max_window_bits":
		p.ClientMaxWindowBits = bits
	default:
		return fmt.Errorf("%q is no parameter", word)
	}
	return nil
}
