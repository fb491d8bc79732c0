package handshake

import (
	"iter"
	"strings"
	"testing"
)

// deflateConfigs gives every configuration, some bits standing for all.
func deflateConfigs() iter.Seq[DeflateConfig] {
	return func(yield func(DeflateConfig) bool) {
		bits := []int{0, 1, 8, 9, 12, 15, 16}
		for i := range 4 * len(bits) * len(bits) {
			c := DeflateConfig{
				Enabled:             true,
				ServerTakeover:      i&1 != 0,
				ClientTakeover:      i&2 != 0,
				ServerMaxWindowBits: bits[i/4%len(bits)],
				ClientMaxWindowBits: bits[i/4/len(bits)],
			}
			if !yield(c) {
				return
			}
		}
	}
}

// fieldValue is the value that a line of a header has.
func fieldValue(line []byte) []string {
	_, value, _ := strings.Cut(strings.TrimSuffix(string(line), "\r\n"), ": ")
	return []string{value}
}

// Whatever both sides want, our client takes our server's answer, and both
// hold to the same, to what each wants, and to what the RFC allows.
func TestDeflateBothRoles(t *testing.T) {
	for client := range deflateConfigs() {
		offers, err := ParseExtensions(fieldValue(client.offer().appendField(nil, offering)))
		if err != nil {
			t.Fatal(err)
		}
		for server := range deflateConfigs() {
			p := server.Answer(offers)
			answer, err := ParseExtensions(fieldValue(p.appendField(nil, answering)))
			if err != nil || len(answer) != 1 {
				t.Fatalf("%+v: %+v %v", p, answer, err)
			}
			agreed, err := client.checkAnswer(answer[0].Params)
			if err != nil {
				t.Fatalf("offer %+v, answer %+v: %v", client, p, err)
			}
			checkAgreed(t, client, server, p, agreed)
		}
	}
}

// checkAgreed judges what server and client say was agreed.
func checkAgreed(t *testing.T, c, s DeflateConfig, server, client DeflateParams) {
	t.Helper()
	offer := c.offer()
	lesser := func(a, b, least int) int { return min(windowBits(a, least), windowBits(b, least)) }
	for _, rule := range []struct {
		holds bool
		text  string
	}{
		{server.ServerNoContextTakeover != (c.ServerTakeover && s.ServerTakeover), "the server's window is kept if both allow it"},
		{server.ClientNoContextTakeover != (c.ClientTakeover && s.ClientTakeover), "the client's window is kept if both allow it"},
		{client.ServerNoContextTakeover == server.ServerNoContextTakeover, "both say the same of the server's takeover"},
		{client.ClientNoContextTakeover == server.ClientNoContextTakeover, "both say the same of the client's takeover"},
		{client.ServerMaxWindowBits == server.ServerMaxWindowBits, "both say the same of the server's window"},
		{windowBits(server.ServerMaxWindowBits, 8) == lesser(offer.ServerMaxWindowBits, s.ServerMaxWindowBits, 8), "the server's window is the lesser of both wishes"},
		{offer.ServerMaxWindowBits == 0 || server.ServerMaxWindowBits != 0, "server_max_window_bits is answered if offered"},
		{offer.ClientMaxWindowBits != 0 || server.ClientMaxWindowBits == 0, "client_max_window_bits is answered only if offered"},
		{server.ClientMaxWindowBits != 8, "client_max_window_bits is never 8"},
		{offer.ClientMaxWindowBits == 0 || client.ClientMaxWindowBits == lesser(offer.ClientMaxWindowBits, s.ClientMaxWindowBits, 9), "the client's window is the lesser of both wishes"},
	} {
		if !rule.holds {
			t.Errorf("client wants %+v, server %+v; server says %+v, client %+v: not so: %s", c, s, server, client, rule.text)
		}
	}
}

// Not enabled, a side neither answers nor takes an answer.
func TestDeflateNotEnabled(t *testing.T) {
	offers := []Extension{{Name: PermessageDeflate}}
	if p := (DeflateConfig{ServerTakeover: true}).Answer(offers); p != (DeflateParams{}) {
		t.Errorf("%+v", p)
	}
	if p := (DeflateConfig{Enabled: true}).Answer(nil); p != (DeflateParams{}) {
		t.Errorf("%+v", p)
	}
}
