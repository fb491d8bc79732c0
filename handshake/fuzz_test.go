package handshake

import (
	"bufio"
	"errors"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rfc6455/testdata"
)

// extensionList is the grammar of §9.1 as it stands there, for one line. It is
// what the tokeniser is compared with.
var extensionList = func() *regexp.Regexp {
	const (
		token  = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]"
		lws    = `[ \t]*`
		quoted = `"(?:` + token + `|\\` + token + `)+"`
		param  = token + "+(?:" + lws + "=" + lws + "(?:" + token + "+|" + quoted + "))?"
		ext    = token + "+(?:" + lws + ";" + lws + param + ")*"
	)
	return regexp.MustCompile(`^[ \t,]*` + ext + `(?:` + lws + `,[ \t,]*` + ext + `)*[ \t,]*$`)
}()

// Parsing and printing are inverses; the tokeniser takes what the grammar
// takes; what is kept is no longer than what was read.
func FuzzExtensions(f *testing.F) {
	servers, err := testdata.ServerHandshakes()
	if err != nil {
		f.Fatal(err)
	}
	for _, v := range servers {
		for _, line := range v.Request {
			if value, ok := strings.CutPrefix(line, "Sec-WebSocket-Extensions:"); ok {
				f.Add(value)
			}
		}
	}
	f.Add(manyExtensions)
	for _, line := range hostileLines {
		f.Add(line(64))
	}
	f.Fuzz(func(t *testing.T, line string) {
		list, err := ParseExtensions([]string{line})
		if errors.Is(err, ErrExtensionLimit) || errors.Is(err, ErrParameterLimit) {
			return // the limit may stand before the bad byte
		}
		if (err == nil) != extensionList.MatchString(line) {
			t.Fatalf("%q: %v", line, err)
		}
		if err != nil {
			return
		}
		printed := string(AppendExtensions(nil, list))
		if again, err := ParseExtensions([]string{printed}); err != nil || !reflect.DeepEqual(again, list) {
			t.Errorf("%q is printed as %q, which gives %+v, %v", line, printed, again, err)
		}
		if len(printed) > 2*len(line) { // a blank for each comma and semicolon
			t.Errorf("%q is printed as %q", line, printed)
		}
		DeflateConfig{Enabled: true, ServerMaxWindowBits: 10, ClientMaxWindowBits: 10}.Answer(list)
	})
}

// A request is refused by a listed rule, with an answer that is one; or taken,
// with an answer that a client takes.
func FuzzParseRequest(f *testing.F) {
	servers, err := testdata.ServerHandshakes()
	if err != nil {
		f.Fatal(err)
	}
	for _, v := range servers {
		f.Add(v.Text())
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		if err != nil {
			return
		}
		req, err := ParseRequest(r)
		if err != nil {
			e, ok := errors.AsType[*Error](err)
			if !ok || idOf(t, err) == "" || e.Status < 400 {
				t.Fatalf("%q: %+v", text, err)
			}
			if answer, _ := readAnswer(t, AppendReject(nil, e)); answer.StatusCode != e.Status || !answer.Close {
				t.Errorf("%q: answer %+v", text, answer)
			}
			return
		}
		CheckOrigin(req, "http", req.Host, []string{req.Origin})
		CheckHost(req.Host, []string{req.Host})
		checkTaken(t, req)
	})
}

// checkTaken looks at the answer to a request, as its client would.
func checkTaken(t *testing.T, req Request) {
	t.Helper()
	last := req.Protocols[max(0, len(req.Protocols)-1):]
	a := req.Agree(last, DeflateConfig{Enabled: true})
	answer, _ := readAnswer(t, req.AppendAccept(nil, a))
	o := Offer{Key: req.Key, Protocols: req.Protocols, Deflate: DeflateConfig{Enabled: slices.ContainsFunc(req.Extensions, isDeflate)}}
	o.Deflate.ServerMaxWindowBits = a.Deflate.ServerMaxWindowBits
	if got, err := CheckResponse(answer, o); err != nil || got.Protocol != strings.Join(last, "") || got.Deflate != a.Deflate {
		t.Errorf("%+v: server agrees to %+v, client to %+v, %v", req, a, got, err)
	}
}

// An answer is refused by a listed rule, or gives nothing that was not
// offered.
func FuzzCheckResponse(f *testing.F) {
	clients, err := testdata.ClientHandshakes()
	if err != nil {
		f.Fatal(err)
	}
	for _, v := range clients {
		d := v.Deflate
		f.Add(v.Text(), strings.Join(v.Subprotocols, ","), d.Enabled, d.ServerTakeover, d.ClientTakeover, d.ServerBits, d.ClientBits)
	}
	f.Fuzz(func(t *testing.T, text, protocols string, enabled, server, client bool, serverBits, clientBits int) {
		answer, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), nil)
		if err != nil {
			return
		}
		defer answer.Body.Close()
		o := sample()
		o.Protocols = strings.Split(protocols, ",")
		o.Deflate = DeflateConfig{enabled, server, client, serverBits, clientBits}
		a, err := CheckResponse(answer, o)
		if err != nil {
			if idOf(t, err) == "" || a != (Agreement{}) {
				t.Fatalf("%q: %+v, %v", text, a, err)
			}
			return
		}
		if a.Protocol != "" && !slices.Contains(o.Protocols, a.Protocol) || !withinOffer(a.Deflate, o.Deflate) {
			t.Errorf("%q: agreed %+v to %+v", text, a, o)
		}
	})
}

// withinOffer reports whether p is nothing that c could not have offered.
func withinOffer(p DeflateParams, c DeflateConfig) bool {
	offer := c.offer()
	if !p.Enabled {
		return p == DeflateParams{}
	}
	return c.Enabled &&
		(p.ServerNoContextTakeover || !offer.ServerNoContextTakeover) &&
		(p.ClientNoContextTakeover || !offer.ClientNoContextTakeover) &&
		(offer.ServerMaxWindowBits == 0 || p.ServerMaxWindowBits != 0 && p.ServerMaxWindowBits <= offer.ServerMaxWindowBits) &&
		p.ServerMaxWindowBits <= MaxWindowBits && p.ClientMaxWindowBits <= offer.ClientMaxWindowBits
}
