package conform

import (
	"bufio"
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/testdata"
)

// Vectors of clients' handshakes become cases where they have an answer: it is sent
// to the target, with the Accept that its own key asks for where the vector's is
// right. Whether the answer may be taken depends on what the target offered; a vector
// that means something else then is skipped.

func clientHandshakes() (cases []*Case, err error) {
	_, all, err := allHandshakes()
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		if len(v.Answer) == 0 {
			continue // what a client is told by its user is not seen from here
		}
		s := clientShake{v, ruleOf(v.Error)}
		c := &Case{ID: v.ID, Family: Handshake, Strict: v.Strict, play: s.play}
		section := "RFC 6455 §4.1"
		c.Expect = "the connection works"
		if s.rule != nil {
			section, c.Expect = s.rule.Section, "the client fails the connection: "+s.rule.Text
		}
		c.Clause, c.What = describe(v.Comment)
		c.Clause = cmp.Or(c.Clause, section)
		cases = append(cases, c)
	}
	return append(cases, requestCases()...), nil
}

func allHandshakes() ([]testdata.ServerHandshake, []testdata.ClientHandshake, error) {
	servers, err := testdata.ServerHandshakes()
	if err != nil {
		return nil, nil, err
	}
	clients, err := testdata.ClientHandshakes()
	return servers, clients, err
}

// A clientShake is a vector, and the rule that its answer breaks: nil for none.
type clientShake struct {
	testdata.ClientHandshake
	rule *handshake.Error
}

// play answers a client, and sees whether it takes the answer.
func (s clientShake) play(ctx context.Context, b *bench) outcome {
	log := newTranscript()
	a, o := b.visit(ctx)
	if a.nc == nil {
		o.log = log
		return o
	}
	log.remark(false, headOf(a.req.Head))
	offer, err := offered(a.req.Request)
	if err != nil {
		a.nc.Close()
		return outcome{verdict: Fail, reason: "the opening handshake: " + err.Error(), log: log}
	}
	answer := strings.ReplaceAll(s.Text(), handshake.AcceptKey(s.Key), handshake.AcceptKey(offer.Key))
	agreed, why := s.means(answer, offer)
	if why != "" {
		a.nc.Close()
		return outcome{verdict: Skipped, reason: why, log: log}
	}
	log.remark(true, headOf([]byte(answer)))
	a.nc.Write([]byte(answer)) // that it was in vain shows
	l := newLink(&line{Conn: a.nc, role: frame.Server, agreed: agreed.Deflate, log: log}, b.keys, b.cfg.NoEcho)
	defer l.end()
	if s.rule != nil {
		o = s.refused(ctx, b, l)
	} else {
		o = works(ctx, b, l)
	}
	o.close, o.ending = l.trace().code, l.trace().ending()
	return o.with(l)
}

// means says whether the answer still means what the vector says, to this offer.
func (s clientShake) means(answer string, offer handshake.Offer) (handshake.Agreement, string) {
	r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(answer)), &http.Request{Method: http.MethodGet})
	if err != nil {
		return handshake.Agreement{}, "the answer is not even HTTP"
	}
	agreed, err := handshake.CheckResponse(r, offer)
	switch {
	case err == nil && s.rule != nil:
		return agreed, "to what the client offers this answer is good"
	case err != nil && (s.rule == nil || !s.rule.Is(err)):
		return agreed, "the client does not offer what this answers"
	}
	return agreed, ""
}

// refused waits for the client to fail the connection, and shows that it did not by
// frames that it answers. One that is silent has time: it may read on first, as if the
// answer were a page.
func (s clientShake) refused(ctx context.Context, b *bench, l *link) outcome {
	l.touch()
	if !l.await(ctx, 2*settle, (*trace).ended) && !l.trace().over {
		l.probe(ctx)
		l.frame(ctx, frame.Text, []byte("conform"))
		l.await(ctx, max(b.patience, b.cfg.Timeout/2), func(t *trace) bool { return t.shut() || t.probed || len(t.messages) > 0 })
	}
	if l.trace().close != "" {
		l.finish()
		l.await(ctx, b.patience, (*trace).ended)
	}
	switch t := l.trace(); {
	case (t.probed || len(t.messages) > 0) && s.Strict != "":
		return lax("took it: %s; %s", s.rule.Text, s.Strict)
	case t.probed || len(t.messages) > 0:
		return failed("took it: %s (%s)", s.rule.Text, s.rule.Section)
	case t.over, t.close != "":
		return passed("")
	case s.rule == handshake.ErrAnswerStatus:
		return lax("kept the connection of an answer that is ordinary HTTP")
	}
	return failed("did not fail the connection (§4.1): %s (%s)", s.rule.Text, s.rule.Section)
}

// works shows by a Ping that the connection is open.
func works(ctx context.Context, b *bench, l *link) outcome {
	l.probe(ctx)
	l.await(ctx, b.patience, func(t *trace) bool { return t.shut() || t.probed })
	t := l.trace()
	switch {
	case t.broken != nil:
		return failed("the target's own frames: %v", t.broken)
	case !t.probed:
		return failed("refused an answer that breaks no rule")
	}
	l.frame(ctx, frame.Close, frame.AppendClose(nil, frame.NormalClosure, ""))
	l.await(ctx, settle, (*trace).shut)
	return passed("")
}

// offered gives what a client's request offers, as our own client would say it.
func offered(r *http.Request) (handshake.Offer, error) {
	req, err := handshake.ParseRequest(r)
	if err != nil {
		return handshake.Offer{}, err
	}
	o := handshake.Offer{Key: req.Key, Protocols: req.Protocols}
	for _, e := range req.Extensions {
		if e.Name == handshake.PermessageDeflate && !o.Deflate.Enabled {
			o.Deflate = wishes(e.Params)
		}
	}
	return o, nil
}

func wishes(params []handshake.Param) handshake.DeflateConfig {
	d := handshake.DeflateConfig{Enabled: true, ServerTakeover: true, ClientTakeover: true}
	for _, p := range params {
		bits, err := strconv.Atoi(p.Value)
		if err != nil {
			bits = handshake.MaxWindowBits
		}
		switch p.Name {
		case "server_no_context_takeover":
			d.ServerTakeover = false
		case "client_no_context_takeover":
			d.ClientTakeover = false
		case "server_max_window_bits":
			d.ServerMaxWindowBits = bits
		case "client_max_window_bits":
			d.ClientMaxWindowBits = bits
		}
	}
	return d
}

// requestCases judge what a client says by itself.
func requestCases() []*Case {
	return []*Case{
		{ID: "handshake/request", Family: Handshake, Clause: "RFC 6455 §4.1", What: "the client's request obeys every rule.",
			Expect: "a request that breaks no rule", play: playRequest},
		{ID: "handshake/fresh-key", Family: Handshake, Clause: "RFC 6455 §4.1", What: "the key is a new one for each connection.",
			Expect: "two different keys", play: playFreshKey},
		{ID: "masking/fresh-keys", Family: Masking, Clause: "RFC 6455 §5.3", What: "each frame is masked with a new key that nobody can foresee.",
			Expect: "twenty different keys", play: playFreshMasks},
	}
}

func playRequest(ctx context.Context, b *bench) outcome {
	l, o := b.open(ctx, nil)
	if l == nil {
		return o
	}
	defer l.end()
	if len(l.early) > 0 {
		return failed("sent %d bytes before the answer had come (§4.1)", len(l.early)).with(l)
	}
	return works(ctx, b, l).with(l)
}

func playFreshKey(ctx context.Context, b *bench) outcome {
	keys := map[string]bool{}
	for range 2 {
		a, o := b.visit(ctx)
		if a.nc == nil {
			return o
		}
		a.nc.Close()
		keys[a.req.Header.Get("Sec-WebSocket-Key")] = true
	}
	if len(keys) == 1 {
		return failed("two connections have the same Sec-WebSocket-Key (§4.1)")
	}
	return passed("")
}

// playFreshMasks has twenty frames come, and looks at their keys.
func playFreshMasks(ctx context.Context, b *bench) outcome {
	const frames = 20
	l, o := b.open(ctx, nil)
	if l == nil {
		return o
	}
	defer l.end()
	for i := range frames {
		l.frame(ctx, frame.Ping, []byte(strconv.Itoa(i)))
		l.await(ctx, b.patience, func(t *trace) bool { return t.shut() || len(t.pongs) > i })
	}
	keys := l.log.keys()
	switch {
	case l.trace().broken != nil:
		return failed("the target's own frames: %v", l.trace().broken).with(l)
	case len(keys) < frames/2:
		return failed("answered only %d of %d Pings (§5.5.2)", len(keys), frames).with(l)
	}
	distinct := map[frame.MaskKey]bool{}
	steps := map[uint32]bool{}
	for i, k := range keys {
		distinct[k] = true
		if i > 0 {
			steps[number(k)-number(keys[i-1])] = true
		}
	}
	switch {
	case len(distinct) < len(keys):
		return failed("used a key twice in %d frames (§5.3)", len(keys)).with(l)
	case len(steps) == 1:
		return failed("each key is the one before plus the same (§5.3)").with(l)
	}
	return passed("").with(l)
}

func number(k frame.MaskKey) uint32 {
	return uint32(k[0])<<24 | uint32(k[1])<<16 | uint32(k[2])<<8 | uint32(k[3])
}
