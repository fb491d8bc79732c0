package handshake

import (
	"bufio"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"rfc6455/testdata"
)

// wishes gives what a vector wants of permessage-deflate.
func wishes(w testdata.DeflateWishes) DeflateConfig {
	return DeflateConfig{
		Enabled:             w.Enabled,
		ServerTakeover:      w.ServerTakeover,
		ClientTakeover:      w.ClientTakeover,
		ServerMaxWindowBits: w.ServerBits,
		ClientMaxWindowBits: w.ClientBits,
	}
}

// readRequest reads a request as an HTTP server does. The parser refuses a
// second Host field itself, so those are put back after it.
func readRequest(t testing.TB, text string) *http.Request {
	t.Helper()
	header, rest, _ := strings.Cut(text, "\r\n\r\n")
	var kept, hosts []string
	for line := range strings.SplitSeq(header, "\r\n") {
		if host, ok := strings.CutPrefix(line, "Host:"); ok {
			if hosts = append(hosts, strings.TrimSpace(host)); len(hosts) > 1 {
				continue
			}
		}
		kept = append(kept, line)
	}
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(strings.Join(kept, "\r\n") + "\r\n\r\n" + rest)))
	if err != nil {
		t.Fatal(err)
	}
	if len(hosts) > 1 {
		r.Header["Host"] = hosts
	}
	return r
}

// serve does what a server does with a request.
func serve(r *http.Request, v testdata.ServerHandshake) (Request, Agreement, error) {
	req, err := ParseRequest(r)
	if err == nil {
		err = CheckOrigin(req, v.Scheme, req.Host, v.AllowOrigins)
	}
	if err == nil && v.Loopback {
		err = CheckHost(req.Host, v.AllowHosts)
	}
	return req, req.Agree(v.Subprotocols, wishes(v.Deflate)), err
}

// idOf gives the ID of a rule; empty: no error.
func idOf(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error is no *Error: %v", err)
	}
	if !slices.ContainsFunc(Errors, func(r *Error) bool { return errors.Is(e, r) }) {
		t.Fatalf("rule %q is not listed", e.ID)
	}
	return e.ID
}

func TestServerVectors(t *testing.T) {
	vectors, err := testdata.ServerHandshakes()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		t.Run(v.ID, func(t *testing.T) {
			r, a, err := serve(readRequest(t, v.Text()), v)
			if got := idOf(t, err); got != v.Error {
				t.Fatalf("%s: broke rule %q (%v), want %q", v.At, got, err, v.Error)
			}
			if err == nil {
				want := "HTTP/1.1 101 Switching Protocols\r\n" + strings.Join(v.Answer, "\r\n") + "\r\n\r\n"
				if got := string(r.AppendAccept(nil, a)); got != want {
					t.Errorf("%s: answer\n%swant\n%s", v.At, got, want)
				}
				return
			}
			e, _ := errors.AsType[*Error](err)
			checkRefusal(t, v, string(AppendReject(nil, e)))
		})
	}
}

// checkRefusal looks at the bytes of a refusal.
func checkRefusal(t *testing.T, v testdata.ServerHandshake, text string) {
	t.Helper()
	answer, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), nil)
	if err != nil {
		t.Fatalf("%s: %v in\n%s", v.At, err, text)
	}
	defer answer.Body.Close()
	if answer.StatusCode != v.Status || !answer.Close {
		t.Errorf("%s: status %d, closes %t; want %d, true", v.At, answer.StatusCode, answer.Close, v.Status)
	}
	for _, line := range v.Answer {
		if !strings.Contains(text, "\r\n"+line+"\r\n") {
			t.Errorf("%s: answer lacks %q:\n%s", v.At, line, text)
		}
	}
}

func TestClientVectors(t *testing.T) {
	vectors, err := testdata.ClientHandshakes()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		t.Run(v.ID, func(t *testing.T) {
			o, err := offerOf(v)
			if err != nil || len(v.Answer) == 0 {
				if got := idOf(t, err); got != v.Error {
					t.Fatalf("%s: broke rule %q (%v), want %q", v.At, got, err, v.Error)
				}
			}
			if err != nil {
				return
			}
			checkSent(t, v, o)
			if len(v.Answer) > 0 {
				checkAnswered(t, v, o)
			}
		})
	}
}

// offerOf makes the offer of a vector.
func offerOf(v testdata.ClientHandshake) (Offer, error) {
	u, err := ParseURL(v.URL)
	if err != nil {
		return Offer{}, err
	}
	h := http.Header{}
	for _, line := range v.Fields {
		name, value, _ := strings.Cut(line, ":")
		h[name] = append(h[name], value)
	}
	fields, err := NewFields(h)
	if err != nil {
		return Offer{}, err
	}
	o := Offer{URL: u, Key: v.Key, Origin: v.Origin, Protocols: v.Subprotocols, Deflate: wishes(v.Deflate), Fields: fields}
	return o, o.Check()
}

// checkSent looks at the request, and gives it to our own server.
func checkSent(t *testing.T, v testdata.ClientHandshake, o Offer) {
	t.Helper()
	if got := o.URL.Address(); v.Address != "" && got != v.Address {
		t.Errorf("%s: connects to %s, want %s", v.At, got, v.Address)
	}
	got := string(o.AppendRequest(nil))
	want := strings.Join(v.Request, "\r\n") + "\r\n\r\n"
	if len(v.Request) > 0 && got != want {
		t.Errorf("%s: sends\n%swant\n%s", v.At, got, want)
	}
	r, err := ParseRequest(readRequest(t, got))
	if err != nil {
		t.Fatalf("%s: our own server refuses it: %v", v.At, err)
	}
	if r.Key != o.Key || r.Origin != o.Origin || r.Resource != o.URL.Resource || !slices.Equal(r.Protocols, o.Protocols) {
		t.Errorf("%s: our own server reads %+v", v.At, r)
	}
}

// checkAnswered gives the answer to our client.
func checkAnswered(t *testing.T, v testdata.ClientHandshake, o Offer) {
	t.Helper()
	answer, err := http.ReadResponse(bufio.NewReader(strings.NewReader(v.Text())), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	a, err := CheckResponse(answer, o)
	if got := idOf(t, err); got != v.Error {
		t.Fatalf("%s: broke rule %q (%v), want %q", v.At, got, err, v.Error)
	}
	if err != nil && a != (Agreement{}) {
		t.Errorf("%s: agreed %+v, and an error", v.At, a)
	}
	if e, ok := errors.AsType[*Error](err); ok && errors.Is(err, ErrAnswerStatus) && e.Status != answer.StatusCode {
		t.Errorf("%s: error carries status %d, want %d", v.At, e.Status, answer.StatusCode)
	}
	extensions := ""
	if a.Deflate.Enabled {
		line := string(a.Deflate.appendField(nil, answering))
		extensions = strings.TrimSuffix(strings.TrimPrefix(line, "Sec-WebSocket-Extensions: "), "\r\n")
	}
	if a.Protocol != v.Subprotocol || extensions != v.Extensions {
		t.Errorf("%s: agreed %q and %q, want %q and %q", v.At, a.Protocol, extensions, v.Subprotocol, v.Extensions)
	}
}

// Every rule has a vector that breaks it, and an ID and a text of its own.
func TestErrorsHaveVectors(t *testing.T) {
	servers, err := testdata.ServerHandshakes()
	if err != nil {
		t.Fatal(err)
	}
	clients, err := testdata.ClientHandshakes()
	if err != nil {
		t.Fatal(err)
	}
	broken := map[string]bool{}
	for _, v := range servers {
		broken[v.Error] = true
	}
	for _, v := range clients {
		broken[v.Error] = true
	}
	ids, texts := map[string]bool{}, map[string]bool{}
	for _, e := range Errors {
		if !broken[e.ID] {
			t.Errorf("no vector breaks rule %q", e.ID)
		}
		if ids[e.ID] || texts[e.Text] {
			t.Errorf("ID or text of rule %q is taken", e.ID)
		}
		ids[e.ID], texts[e.Text] = true, true
	}
}
