package conform

import (
	"fmt"
	"slices"
	"strconv"

	"rfc6455/handshake"
)

// agree judges the Sec-WebSocket-Extensions of an answer against any offer, as it
// stands in the request (RFC 7692 §7.1). [handshake.CheckResponse] does so for the
// offers that our own client makes.
func agree(offer string, answer []string) (p handshake.DeflateParams, err error) {
	chosen, err := handshake.ParseExtensions(answer)
	if err != nil || len(chosen) == 0 {
		return p, err
	}
	if len(answer) > 1 {
		return p, handshake.ErrAnswerExtsRepeated
	}
	var offers []handshake.Extension
	if offer != "" {
		offers, _ = handshake.ParseExtensions([]string{offer}) // what is malformed offers nothing
	}
	if len(chosen) > 1 {
		return p, fmt.Errorf("%d extensions are chosen, and they all use RSV1 or were not offered", len(chosen))
	}
	if chosen[0].Name != handshake.PermessageDeflate {
		return p, fmt.Errorf("%w: %q", handshake.ErrAnswerExtension, chosen[0].Name)
	}
	if p, err = parameters(chosen[0].Params); err != nil {
		return p, err
	}
	err = fmt.Errorf("%w: permessage-deflate", handshake.ErrAnswerExtension)
	for _, o := range offers {
		if o.Name != handshake.PermessageDeflate {
			continue
		}
		if err = fits(o.Params, p); err == nil {
			return p, nil
		}
	}
	return p, err
}

// parameters reads those of an answer (RFC 7692 §7.1.1, §7.1.2).
func parameters(list []handshake.Param) (p handshake.DeflateParams, err error) {
	p.Enabled = true
	seen := map[string]bool{}
	for _, param := range list {
		if seen[param.Name] {
			return p, fmt.Errorf("%s stands twice (RFC 7692 §7.1)", param.Name)
		}
		seen[param.Name] = true
		switch param.Name {
		case "server_no_context_takeover":
			p.ServerNoContextTakeover, err = true, noValue(param)
		case "client_no_context_takeover":
			p.ClientNoContextTakeover, err = true, noValue(param)
		case "server_max_window_bits":
			p.ServerMaxWindowBits, err = bitsOf(param)
		case "client_max_window_bits":
			p.ClientMaxWindowBits, err = bitsOf(param)
		default:
			err = fmt.Errorf("%q is no parameter of permessage-deflate (RFC 7692 §7.1)", param.Name)
		}
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

func noValue(p handshake.Param) error {
	if p.Value != "" {
		return fmt.Errorf("%s has a value (RFC 7692 §7.1.1)", p.Name)
	}
	return nil
}

func bitsOf(p handshake.Param) (int, error) {
	n, err := strconv.Atoi(p.Value)
	if err != nil || n < handshake.MinWindowBits || n > handshake.MaxWindowBits || p.Value != strconv.Itoa(n) {
		return 0, fmt.Errorf("%s=%s is not 8 to 15 (RFC 7692 §7.1.2)", p.Name, p.Value)
	}
	return n, nil
}

// fits says whether an answer may be given to one offer. An offer with a parameter
// that is unknown, stands twice or has a bad value has to be declined (RFC 7692 §7.1).
func fits(offer []handshake.Param, p handshake.DeflateParams) error {
	client := false
	for i, o := range offer {
		bits, bad := 0, error(nil)
		switch o.Name {
		case "server_no_context_takeover":
			if bad = noValue(o); !p.ServerNoContextTakeover {
				return fmt.Errorf("the answer lacks server_no_context_takeover, which was asked for (RFC 7692 §7.1.1.1)")
			}
		case "client_no_context_takeover":
			bad = noValue(o)
		case "server_max_window_bits":
			if bits, bad = bitsOf(o); p.ServerMaxWindowBits == 0 || p.ServerMaxWindowBits > bits {
				return fmt.Errorf("the answer's server_max_window_bits are not within the %s that were asked for (RFC 7692 §7.1.2.1)", o.Value)
			}
		case "client_max_window_bits":
			client = true
			if o.Value == "" {
				break
			}
			if bits, bad = bitsOf(o); p.ClientMaxWindowBits > bits {
				return fmt.Errorf("the answer's client_max_window_bits are over the %d that were offered (RFC 7692 §7.1.2.2)", bits)
			}
		default:
			bad = fmt.Errorf("%q is no parameter", o.Name)
		}
		if bad != nil || hasParam(offer[:i], o.Name) {
			return fmt.Errorf("an offer was taken that has to be declined, for its %s (RFC 7692 §7.1)", o.Name)
		}
	}
	if p.ClientMaxWindowBits > 0 && !client {
		return fmt.Errorf("the answer's client_max_window_bits were not offered (RFC 7692 §7.1.2.2)")
	}
	return nil
}

func hasParam(list []handshake.Param, name string) bool {
	return slices.ContainsFunc(list, func(p handshake.Param) bool { return p.Name == name })
}
