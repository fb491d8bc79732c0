package annotate

import (
	"bufio"
	"bytes"
	"errors"
	"net/http"
	"strings"
	"time"

	"rfc6455/cmd/ws/internal/transcript"
	"rfc6455/frame"
	"rfc6455/handshake"
)

// Limits of an opening handshake.
const (
	MaxHead    = 64 << 10 // bytes of a request's or an answer's head, and of what comes early: over it ErrHead
	maxInterim = 5        // 1xx answers before the real one
)

// ErrHead says that a head of the opening handshake was over [MaxHead].
var ErrHead = errors.New("head of the opening handshake over 64 KiB")

// An Opening is an opening handshake (§4).
type Opening struct {
	At          time.Duration // of the answer, else of the request
	Request     []string      // lines of its head as they came, without the empty one
	Answer      []string      // nil: none came
	RequestErr  error         // the rule that the request breaks, or nil
	AnswerErr   error         // the rule that the answer breaks; an answer other than 101 breaks none
	Established bool          // the answer is 101
	Agreement   handshake.Agreement
}

// An opener waits for both heads.
type opener struct {
	heads   [2][]byte // by role: what came
	request *http.Request
	opening Opening
}

// A verdict is what an opener knows so far.
type verdict uint8

const (
	waiting verdict = iota
	foreign         // no opening handshake
	tooLong         // over MaxHead
	settled         // the opening is whole; what is left of heads comes after it
)

// take takes the next bytes of a side.
func (o *opener) take(from frame.Role, at time.Duration, p []byte) verdict {
	if len(o.heads[from])+len(p) > MaxHead {
		if o.request == nil {
			return foreign
		}
		return tooLong
	}
	o.heads[from] = append(o.heads[from], p...)
	if o.request == nil {
		if v := o.takeRequest(at); v != settled {
			return v
		}
	}
	return o.takeAnswer(at)
}

// takeRequest is settled if there is a request.
func (o *opener) takeRequest(at time.Duration) verdict {
	const begin = "GET " // §4.1 item 2
	b := o.heads[frame.Client]
	if !bytes.HasPrefix(b, []byte(begin)[:min(len(b), len(begin))]) {
		return foreign
	}
	head, rest, ok := cutHead(b)
	if !ok {
		return waiting
	}
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
	if err != nil || !handshake.IsAttempt(r) {
		return foreign
	}
	o.request, o.heads[frame.Client] = r, rest
	o.opening.At, o.opening.Request = at, lines(head)
	_, o.opening.RequestErr = handshake.ParseRequest(r)
	return settled
}

func (o *opener) takeAnswer(at time.Duration) verdict {
	for range maxInterim + 1 {
		head, rest, ok := cutHead(o.heads[frame.Server])
		if !ok {
			return waiting
		}
		a, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), o.request)
		if err != nil {
			return foreign
		}
		if o.heads[frame.Server] = rest; a.StatusCode >= 200 || a.StatusCode == http.StatusSwitchingProtocols {
			o.opening.At, o.opening.Answer = at, lines(head)
			o.judge(a)
			return settled
		}
	}
	return foreign
}

// judge judges the answer to the request.
func (o *opener) judge(a *http.Response) {
	if o.opening.Established = a.StatusCode == http.StatusSwitchingProtocols; !o.opening.Established {
		return
	}
	agreed, err := agreement(o.request, a)
	if err != nil { // what the server believes to be agreed is still the best guess
		agreed.Protocol = a.Header.Get("Sec-WebSocket-Protocol")
		agreed.Deflate, _ = transcript.ParseExtensions(strings.Join(a.Header.Values("Sec-WebSocket-Extensions"), ", "))
	}
	o.opening.Agreement, o.opening.AnswerErr = agreed, err
}

// agreement gives what a request and its answer agree on. Of several offers of
// permessage-deflate it may be any that the answer fits.
func agreement(r *http.Request, a *http.Response) (agreed handshake.Agreement, err error) {
	offer := handshake.Offer{Key: r.Header.Get("Sec-WebSocket-Key")}
	for _, line := range r.Header.Values("Sec-WebSocket-Protocol") {
		for name := range strings.SplitSeq(line, ",") {
			offer.Protocols = append(offer.Protocols, strings.TrimSpace(name))
		}
	}
	for _, offer.Deflate = range offers(r) {
		if agreed, err = handshake.CheckResponse(a, offer); err == nil {
			return agreed, nil
		}
	}
	return agreed, err
}

// offers gives the offers of permessage-deflate in a request, at least the one of
// none.
func offers(r *http.Request) (all []handshake.DeflateConfig) {
	list, err := handshake.ParseExtensions(r.Header.Values("Sec-WebSocket-Extensions"))
	for _, x := range list {
		if x.Name != handshake.PermessageDeflate || err != nil {
			continue
		}
		d := handshake.DeflateConfig{Enabled: true, ServerTakeover: true, ClientTakeover: true}
		for _, p := range x.Params {
			switch p.Name {
			case "server_no_context_takeover":
				d.ServerTakeover = false
			case "client_no_context_takeover":
				d.ClientTakeover = false
			case "server_max_window_bits":
				d.ServerMaxWindowBits = windowBits(p.Value)
			case "client_max_window_bits":
				d.ClientMaxWindowBits = windowBits(p.Value)
			}
		}
		all = append(all, d)
	}
	if len(all) == 0 {
		all = append(all, handshake.DeflateConfig{})
	}
	return all
}

// windowBits reads a window's bits. Without a value, and with one that is none, it
// is the largest: the answer is judged here, and not the offer.
func windowBits(value string) int {
	if len(value) == 1 && value >= "8" && value <= "9" {
		return int(value[0] - '0')
	}
	if len(value) == 2 && value >= "10" && value <= "15" {
		return 10 + int(value[1]-'0')
	}
	return handshake.MaxWindowBits
}

// cutHead cuts a head, with its empty line, off b.
func cutHead(b []byte) (head, rest []byte, ok bool) {
	const end = "\r\n\r\n"
	i := bytes.Index(b, []byte(end))
	if i < 0 {
		return nil, b, false
	}
	return b[:i+len(end)], b[i+len(end):], true
}

// lines gives the lines of a head.
func lines(head []byte) []string {
	return strings.Split(strings.TrimRight(string(head), "\r\n"), "\r\n")
}
