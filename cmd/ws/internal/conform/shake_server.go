package conform

import (
	"bufio"
	"context"
	"net/http"
	"slices"
	"strings"

	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/testdata"
)

// Vectors of servers' handshakes become cases: their request is sent with the
// target's own name and resource. What the answer has to be is known where a rule is
// broken; a 101 is judged against the request, as a client judges it.

// mayTake are the rules over which a server need not refuse, and why.
var mayTake = map[string]string{
	"http-major":        "a server may take HTTP of any major version for its own",
	"target":            "which targets there are is the server's to say",
	"key-invalid":       "a server need not decode the key (§4.2.2)",
	"key-repeated":      "§11.3.1 binds the client",
	"version-repeated":  "§11.3.5 binds the client",
	"body":              "the RFC does not say what a body would mean",
	"protocol-grammar":  "§4.3 binds the client",
	"protocol-repeated": "§4.1 binds the client",
}

// oursToLimit are rules that no RFC has: whoever takes more is as good.
var oursToLimit = []string{"protocol-limit", "extension-limit", "parameter-limit"}

// plainRequests are rules without which a request means no upgrade: it is one of
// ordinary HTTP, and may be answered by a page.
var plainRequests = []string{"method", "upgrade", "connection", "http-version", "target"}

func handshakeCases(role frame.Role) (cases []*Case, err error) {
	if role == frame.Client {
		return clientHandshakes()
	}
	all, err := testdata.ServerHandshakes()
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		if strings.HasPrefix(v.ID, "origin/") || strings.HasPrefix(v.ID, "host/") {
			continue // whom a server lets in is its own to say (§10.2)
		}
		s := serverShake{v, ruleOf(v.Error)}
		c := &Case{ID: v.ID, Family: Handshake, Strict: v.Strict, play: s.play}
		c.Clause, c.What = describe(v.Comment)
		if c.Clause == "" {
			c.Clause = s.clause()
		}
		c.Expect = "101, with an answer that fits the request"
		if s.rule != nil {
			c.Expect = "a refusal: " + s.rule.Text
			c.Strict = strings.TrimPrefix(c.Strict+" "+mayTake[v.Error], " ")
		}
		cases = append(cases, c)
	}
	return cases, nil
}

// ruleOf finds a rule by its ID.
func ruleOf(id string) *handshake.Error {
	i := slices.IndexFunc(handshake.Errors, func(e *handshake.Error) bool { return e.ID == id })
	if i < 0 {
		return nil
	}
	return handshake.Errors[i]
}

// A serverShake is a vector, and the rule that its request breaks: nil for none.
type serverShake struct {
	testdata.ServerHandshake
	rule *handshake.Error
}

func (s serverShake) clause() string {
	switch folder, _, _ := strings.Cut(s.ID, "/"); {
	case s.rule != nil && s.rule.Section != "":
		return s.rule.Section
	case folder == "deflate-offer":
		return "RFC 7692 §7.1"
	case folder == "extension":
		return "RFC 6455 §9.1"
	}
	return "RFC 6455 §4.2.2"
}

// request gives the vector's request for the target.
func (s serverShake) request(o handshake.Offer) []byte {
	lines := slices.Clone(s.Request)
	authority := o.URL.Authority()
	method, rest, _ := strings.Cut(lines[0], " ")
	rest = strings.Replace(rest, "server.example.com:80", authority, 1)
	rest = strings.Replace(rest, "server.example.com", authority, 1)
	if path, more, ok := strings.Cut(rest, "/chat"); ok {
		if strings.Contains(o.URL.Resource, "?") {
			more = strings.Replace(more, "?", "&", 1)
		}
		rest = path + o.URL.Resource + more
	}
	lines[0] = method + " " + rest
	for i, line := range lines {
		switch line {
		case "Host: server.example.com":
			lines[i] = "Host: " + authority
		case "Origin: http://example.com":
			lines[i] = "Origin: " + originOf(o.URL)
		}
	}
	head := testdata.ServerHandshake{Request: append(lines[:1:1], append(added(o), lines[1:]...)...)}
	return []byte(head.Text())
}

// originOf is the origin of a page that comes from the target itself.
func originOf(u handshake.URL) string {
	if u.Secure {
		return "https://" + u.Authority()
	}
	return "http://" + u.Authority()
}

// added gives the header lines that the caller wants in every request.
func added(o handshake.Offer) (lines []string) {
	bare := o
	bare.Fields = handshake.Fields{}
	have := strings.Split(string(bare.AppendRequest(nil)), "\r\n")
	for _, line := range strings.Split(string(o.AppendRequest(nil)), "\r\n") {
		if !slices.Contains(have, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// play sends the request and judges the answer.
func (s serverShake) play(ctx context.Context, b *bench) outcome {
	log := newTranscript()
	offer, err := wire.NewOffer(b.cfg.URL, &b.cfg.Conn)
	if err != nil {
		return failed("%v", err)
	}
	request := s.request(offer)
	ctx, cancel := context.WithTimeout(ctx, max(b.patience, b.cfg.Timeout/2))
	defer cancel()
	nc, a, o := b.ask(ctx, request, log)
	if nc == nil {
		if s.rule != nil && !b.dead {
			o = s.unanswered(ctx)
			o.log = log
		}
		return o
	}
	defer nc.Close()
	if s.rule != nil {
		o = s.judgeRefusal(a)
	} else {
		o = s.judgeAccept(a, request)
	}
	o.log = log
	return o
}

// unanswered judges a target that said nothing in HTTP.
func (s serverShake) unanswered(ctx context.Context) outcome {
	if ctx.Err() != nil {
		return failed("neither answered nor ended the connection: %s", s.rule.Text)
	}
	return lax("dropped the connection instead of saying so in HTTP (§4.2.1): %s", s.rule.Text)
}

// judgeRefusal judges the answer to a request that breaks a rule.
func (s serverShake) judgeRefusal(a *wire.Answer) outcome {
	id := s.rule.ID
	switch {
	case isSwitch(a) && slices.Contains(oursToLimit, id):
		return passed("takes more than we do")
	case isSwitch(a) && (s.Strict != "" || mayTake[id] != ""):
		return lax("took it: %s; %s", s.rule.Text, strings.TrimPrefix(s.Strict+" "+mayTake[id], " "))
	case isSwitch(a):
		return failed("took it: %s (%s)", s.rule.Text, s.rule.Section)
	case id == "version-unsupported" && !names13(a.Header) && s.Strict != "" && a.StatusCode >= 400:
		return lax("refused with %d, and does not name the versions that it knows: %s", a.StatusCode, s.Strict)
	case id == "version-unsupported" && !names13(a.Header):
		return failed("refused with %d, and does not name the versions that it knows (§4.2.2, §4.4)", a.StatusCode)
	case a.StatusCode == s.Status, a.StatusCode >= 400 && s.Strict != "":
		return passed("")
	case a.StatusCode >= 400:
		return lax("refused with %d; %d says it better", a.StatusCode, s.Status)
	case slices.Contains(plainRequests, id):
		return lax("answered with %d, as a request of ordinary HTTP: %s", a.StatusCode, s.rule.Text)
	}
	return failed("answered with %d, which is no error: %s (%s)", a.StatusCode, s.rule.Text, s.rule.Section)
}

// names13 says whether Sec-WebSocket-Version lists 13 (§4.4).
func names13(h http.Header) bool {
	for _, line := range h.Values("Sec-WebSocket-Version") {
		for v := range strings.SplitSeq(line, ",") {
			if strings.TrimSpace(v) == "13" {
				return true
			}
		}
	}
	return false
}

// judgeAccept judges the answer to a good request.
func (s serverShake) judgeAccept(a *wire.Answer, request []byte) outcome {
	if !isSwitch(a) {
		if s.Strict != "" {
			return lax("refused with %d: %s", a.StatusCode, s.Strict)
		}
		return failed("refused with %d what breaks no rule", a.StatusCode)
	}
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(string(request))))
	if err != nil {
		return failed("%v", err)
	}
	req, err := handshake.ParseRequest(r)
	if err != nil {
		return failed("%v", err)
	}
	plain := *a.Response
	plain.Header = plain.Header.Clone()
	plain.Header.Del("Sec-WebSocket-Extensions")
	if _, err := handshake.CheckResponse(&plain, handshake.Offer{Key: req.Key, Protocols: req.Protocols}); err != nil {
		return failed("%v", err)
	}
	offered := strings.Join(r.Header.Values("Sec-WebSocket-Extensions"), ", ")
	if _, err := agree(offered, a.Header.Values("Sec-WebSocket-Extensions")); err != nil {
		return failed("the answer's extensions: %v", err)
	}
	return passed("")
}
