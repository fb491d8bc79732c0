package handshake

import "strconv"

// PermessageDeflate is the registered name (RFC 6455 §9.1) of the extension,
// RFC 7692 §7.
const PermessageDeflate = "permessage-deflate"

// Window sizes in bits, RFC 7692 §7.1.2: 2^8 to 2^15 bytes.
const (
	MinWindowBits = 8
	MaxWindowBits = 15
)

// A DeflateConfig is what one side wants of permessage-deflate. The zero value
// wants none of it. A number of bits outside its range counts as the nearest
// one inside.
//
// A server answers with it, see [DeflateConfig.Answer]; a client offers it.
type DeflateConfig struct {
	Enabled bool

	// ServerTakeover and ClientTakeover let a side keep its window from one
	// message to the next: messages shrink more, and each connection holds
	// the memory. If false, server_no_context_takeover or
	// client_no_context_takeover is said.
	ServerTakeover, ClientTakeover bool

	// ServerMaxWindowBits, 8 to 15, bounds the server's window; 0: unsaid.
	ServerMaxWindowBits int

	// ClientMaxWindowBits, 9 to 15, bounds the client's window; 0: unsaid.
	// Not 8: many compressors that are told 8 use 9. A client that says
	// nothing must not be told anything; 15 offers the bare parameter, by
	// which it takes any bound.
	ClientMaxWindowBits int
}

// DeflateParams are the agreed parameters of permessage-deflate, and how they
// stand in an answer. The zero value: not in use.
type DeflateParams struct {
	Enabled                 bool
	ServerNoContextTakeover bool
	ClientNoContextTakeover bool
	ServerMaxWindowBits     int // 8 to 15; 0: unsaid, so 15
	ClientMaxWindowBits     int // 8 to 15; 0: unsaid, so 15
}

// Rules on an answer. In an offer the first three void that offer, and the
// next one is looked at.
var (
	ErrDeflateParam          = rule("answer-deflate-param", "RFC 7692 §7", 0, "permessage-deflate has an unknown parameter")
	ErrDeflateParamRepeated  = rule("answer-deflate-param-repeated", "RFC 7692 §7", 0, "permessage-deflate has a parameter twice")
	ErrDeflateValue          = rule("answer-deflate-value", "RFC 7692 §7.1", 0, "permessage-deflate has a parameter with an invalid value")
	ErrAnswerDeflateRepeated = rule("answer-deflate-repeated", "RFC 7692 §5", 0, "answer has permessage-deflate twice")
	ErrAnswerServerTakeover  = rule("answer-server-takeover", "RFC 7692 §7.1.1.1", 0, "answer leaves out the server_no_context_takeover that was asked")
	ErrAnswerServerWindow    = rule("answer-server-window", "RFC 7692 §7.1.2.1", 0, "answer's server_max_window_bits is missing or more than was asked")
	ErrAnswerClientUnasked   = rule("answer-client-window-unasked", "RFC 7692 §7.1.2.2", 0, "answer has a client_max_window_bits that was not offered")
	ErrAnswerClientWindow    = rule("answer-client-window", "RFC 7692 §7.1.2.2", 0, "answer's client_max_window_bits is more than was offered")
)

// Answer gives the server's answer to the first offer of permessage-deflate
// that is valid, RFC 7692 §5 and §7. If there is none, or c is not enabled, the
// extension is not in use: no reason to refuse the handshake.
func (c DeflateConfig) Answer(offers []Extension) DeflateParams {
	for _, x := range offers {
		if !c.Enabled || !isDeflate(x) {
			continue
		}
		if offer, err := parseDeflate(x.Params, offering); err == nil {
			return c.answer(offer)
		}
	}
	return DeflateParams{}
}

// answer joins what the client said and what c says.
func (c DeflateConfig) answer(offer DeflateParams) DeflateParams {
	server := windowBits(c.ServerMaxWindowBits, MinWindowBits)
	client := windowBits(c.ClientMaxWindowBits, MinWindowBits+1)
	p := DeflateParams{
		Enabled:                 true,
		ServerNoContextTakeover: offer.ServerNoContextTakeover || !c.ServerTakeover,
		// In the offer it is a promise that holds without an answer, §7.1.1.2.
		ClientNoContextTakeover: offer.ClientNoContextTakeover || !c.ClientTakeover,
	}
	// §7.1.2.1: taken by saying the same or less; 15 needs no saying.
	if offer.ServerMaxWindowBits != 0 || server < MaxWindowBits {
		p.ServerMaxWindowBits = min(server, windowBits(offer.ServerMaxWindowBits, MinWindowBits))
	}
	// §7.1.2.2: only if offered. The client keeps its own bound unanswered, so
	// an answer that would not lower it, and an 8 with it, is never needed.
	if client < offer.ClientMaxWindowBits {
		p.ClientMaxWindowBits = client
	}
	return p
}

// offer is c as a client's offer.
func (c DeflateConfig) offer() DeflateParams {
	p := DeflateParams{Enabled: true, ServerNoContextTakeover: !c.ServerTakeover, ClientNoContextTakeover: !c.ClientTakeover}
	if c.ServerMaxWindowBits != 0 {
		p.ServerMaxWindowBits = windowBits(c.ServerMaxWindowBits, MinWindowBits)
	}
	if c.ClientMaxWindowBits != 0 {
		p.ClientMaxWindowBits = windowBits(c.ClientMaxWindowBits, MinWindowBits+1)
	}
	return p
}

// checkAnswer judges the parameters of an answer to c.offer (RFC 6455 §9), and
// gives what then holds: the client's own promises, too.
func (c DeflateConfig) checkAnswer(params []Param) (DeflateParams, error) {
	p, err := parseDeflate(params, answering)
	if err != nil {
		return DeflateParams{}, err
	}
	offer := c.offer()
	switch {
	case offer.ServerNoContextTakeover && !p.ServerNoContextTakeover:
		return DeflateParams{}, ErrAnswerServerTakeover
	case offer.ServerMaxWindowBits != 0 && (p.ServerMaxWindowBits == 0 || p.ServerMaxWindowBits > offer.ServerMaxWindowBits):
		return DeflateParams{}, ErrAnswerServerWindow
	case offer.ClientMaxWindowBits == 0 && p.ClientMaxWindowBits != 0:
		return DeflateParams{}, ErrAnswerClientUnasked
	case p.ClientMaxWindowBits > offer.ClientMaxWindowBits:
		return DeflateParams{}, ErrAnswerClientWindow
	}
	p.ClientNoContextTakeover = p.ClientNoContextTakeover || offer.ClientNoContextTakeover
	if p.ClientMaxWindowBits == 0 {
		p.ClientMaxWindowBits = offer.ClientMaxWindowBits
	}
	return p, nil
}

// windowBits is the number of bits that a wish comes to: 15 if unsaid.
func windowBits(bits, least int) int {
	if bits == 0 {
		return MaxWindowBits
	}
	return min(max(bits, least), MaxWindowBits)
}

// A side of the negotiation: the same parameters, but in an offer
// client_max_window_bits may stand without a value, and then means 15.
type side uint8

const (
	offering side = iota
	answering
)

func isDeflate(x Extension) bool { return x.Name == PermessageDeflate }

// parseDeflate reads the parameters of an offer or an answer, RFC 7692 §7.1.
func parseDeflate(params []Param, by side) (DeflateParams, error) {
	p := DeflateParams{Enabled: true}
	for _, param := range params {
		var err *Error
		switch param.Name {
		case "server_no_context_takeover":
			err = setFlag(&p.ServerNoContextTakeover, param)
		case "client_no_context_takeover":
			err = setFlag(&p.ClientNoContextTakeover, param)
		case "server_max_window_bits":
			err = setBits(&p.ServerMaxWindowBits, param)
		case "client_max_window_bits":
			if by == offering && param.Value == "" {
				param.Value = strconv.Itoa(MaxWindowBits)
			}
			err = setBits(&p.ClientMaxWindowBits, param)
		default:
			err = ErrDeflateParam // RFC 6455 §9.1
		}
		if err != nil {
			return DeflateParams{}, err.with(param.Name)
		}
	}
	return p, nil
}

// setFlag takes a parameter without a value.
func setFlag(seen *bool, p Param) *Error {
	if *seen {
		return ErrDeflateParamRepeated
	}
	*seen = true
	if p.Value != "" {
		return ErrDeflateValue
	}
	return nil
}

// setBits takes a number from 8 to 15 without leading zeros.
func setBits(bits *int, p Param) *Error {
	if *bits != 0 {
		return ErrDeflateParamRepeated
	}
	n, err := strconv.Atoi(p.Value)
	if err != nil || n < MinWindowBits || n > MaxWindowBits || strconv.Itoa(n) != p.Value {
		return ErrDeflateValue
	}
	*bits = n
	return nil
}

// appendField appends the line of Sec-WebSocket-Extensions.
func (p DeflateParams) appendField(b []byte, by side) []byte {
	b = append(b, "Sec-WebSocket-Extensions: "+PermessageDeflate...)
	if p.ServerNoContextTakeover {
		b = append(b, "; server_no_context_takeover"...)
	}
	if p.ClientNoContextTakeover {
		b = append(b, "; client_no_context_takeover"...)
	}
	if p.ServerMaxWindowBits != 0 {
		b = append(b, "; server_max_window_bits="...)
		b = strconv.AppendInt(b, int64(p.ServerMaxWindowBits), 10)
	}
	switch {
	case p.ClientMaxWindowBits == MaxWindowBits && by == offering:
		b = append(b, "; client_max_window_bits"...)
	case p.ClientMaxWindowBits != 0:
		b = append(b, "; client_max_window_bits="...)
		b = strconv.AppendInt(b, int64(p.ClientMaxWindowBits), 10)
	}
	return append(b, "\r\n"...)
}
