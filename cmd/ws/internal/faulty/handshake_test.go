package faulty

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"

	"rfc6455/handshake"
	"rfc6455/testdata"
)

// deflateOf gives what a vector wants of permessage-deflate; what wants nothing is
// not the zero value.
func deflateOf(w testdata.DeflateWishes) handshake.DeflateConfig {
	return handshake.DeflateConfig{
		Enabled: w.Enabled, ServerTakeover: w.ServerTakeover, ClientTakeover: w.ClientTakeover,
		ServerMaxWindowBits: max(w.ServerBits, 0), ClientMaxWindowBits: w.ClientBits,
	}
}

// endpointOf gives the endpoint that a vector is for.
func endpointOf(f *Fault, subprotocols []string, w testdata.DeflateWishes) Endpoint {
	e := Endpoint{Fault: f, Subprotocols: subprotocols, Deflate: deflateOf(w)}
	if !w.Enabled {
		e.Deflate.ServerMaxWindowBits = 15 // not the zero value, which takes all
	}
	return e
}

// asked gives the server vectors that an echo server is asked: it has no policy on
// origins and hosts, and its HTTP parser is the standard library's.
func asked(t *testing.T) []testdata.ServerHandshake {
	t.Helper()
	all, err := testdata.ServerHandshakes()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(v testdata.ServerHandshake) bool {
		return v.Status == http.StatusForbidden || v.Loopback || v.ID == "request/host-repeated"
	})
}

// ask sends a request over a connection and holds the answer against the vector.
func ask(e Endpoint, v testdata.ServerHandshake) error {
	ours, theirs := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.accept(context.Background(), theirs)
	}()
	defer func() {
		ours.Close()
		<-done
	}()
	go io.WriteString(ours, v.Text())
	br := bufio.NewReader(ours)
	r, err := http.ReadResponse(br, &http.Request{Method: http.MethodGet})
	if err != nil {
		return err
	}
	if r.StatusCode != v.Status {
		return fmt.Errorf("status %d, want %d", r.StatusCode, v.Status)
	}
	want := map[string][]string{}
	for _, line := range v.Answer {
		name, value, _ := strings.Cut(line, ": ")
		want[name] = append(want[name], value)
	}
	for name, values := range want {
		if got := r.Header.Values(name); !slices.Equal(got, values) && !(name == "Connection" && len(got) == 0) {
			return fmt.Errorf("%s is %q, want %q", name, got, values)
		}
	}
	for _, name := range []string{"Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol", "Sec-WebSocket-Version"} {
		if got := r.Header.Values(name); len(got) > 0 && want[name] == nil {
			return fmt.Errorf("%s is %q, want none", name, got)
		}
	}
	return nil
}

func TestAccept(t *testing.T) {
	vectors := asked(t)
	if len(vectors) < 150 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, v := range vectors {
		if err := ask(endpointOf(nil, v.Subprotocols, v.Deflate), v); err != nil {
			t.Errorf("%s: %v", v.ID, err)
		}
	}
}

// answered gives the client vectors that have an answer which an HTTP parser reads.
func answered(t *testing.T) []testdata.ClientHandshake {
	t.Helper()
	all, err := testdata.ClientHandshakes()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(v testdata.ClientHandshake) bool { return len(v.Answer) == 0 })
}

// reply takes a client's request and gives it the vector's answer, made for its
// key, and says whether the client took it.
func reply(e Endpoint, v testdata.ClientHandshake) (took bool, err error) {
	u, err := handshake.ParseURL(v.URL)
	if err != nil {
		return false, err
	}
	ours, theirs := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer ours.Close()
		r, err := http.ReadRequest(bufio.NewReader(ours))
		if err != nil {
			return
		}
		right := handshake.AcceptKey(r.Header.Get("Sec-WebSocket-Key"))
		io.WriteString(ours, strings.ReplaceAll(v.Text(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", right))
	}()
	_, _, err = e.open(theirs, u)
	theirs.Close()
	<-done
	return err == nil, err
}

func TestOpen(t *testing.T) {
	vectors := answered(t)
	if len(vectors) < 50 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, v := range vectors {
		took, err := reply(endpointOf(nil, v.Subprotocols, v.Deflate), v)
		if took != (v.Error == "") {
			t.Errorf("%s: %v, want %q", v.ID, err, v.Error)
		}
		if rule := (*handshake.Error)(nil); !took && errors.As(err, &rule) && rule.ID != v.Error {
			t.Errorf("%s: broke rule %q, want %q", v.ID, rule.ID, v.Error)
		}
	}
}

// TestShakingFaults gives each endpoint with a fault in its handshake the vectors
// that are said to show it.
func TestShakingFaults(t *testing.T) {
	servers, clients := asked(t), answered(t)
	for _, f := range Faults {
		for _, pattern := range f.Cases {
			if !f.Shaking {
				continue
			}
			found := 0
			for _, v := range servers {
				if ok, _ := path.Match(pattern, v.ID); ok && f.Roles[0] == server[0] {
					found++
					if ask(endpointOf(f, v.Subprotocols, v.Deflate), v) == nil {
						t.Errorf("%s: %s does not show it", f.ID, v.ID)
					}
				}
			}
			for _, v := range clients {
				if ok, _ := path.Match(pattern, v.ID); ok && f.Roles[0] == client[0] {
					found++
					if took, _ := reply(endpointOf(f, v.Subprotocols, v.Deflate), v); took == (v.Error == "") {
						t.Errorf("%s: %s does not show it", f.ID, v.ID)
					}
				}
			}
			if found == 0 {
				t.Errorf("%s: no vector %s", f.ID, pattern)
			}
		}
	}
}
