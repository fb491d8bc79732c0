package faulty

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	machine "rfc6455/frame/session"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// listen gives a listener on loopback.
func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// talk sends messages over c, wants them back, and closes.
func talk(t *testing.T, c *conn.Conn) {
	t.Helper()
	words := []string{"", "Hello", strings.Repeat("µ", 100_000), "bye"}
	send := func(i int) {
		if err := c.Send(frame.Text, []byte(words[i])); err != nil {
			t.Error(err)
		}
	}
	var got []string
	send(0)
	for ev := range c.Messages() {
		if got = append(got, string(ev.Payload)); len(got) < len(words) {
			send(len(got))
		} else {
			c.Close(frame.NormalClosure, "enough")
		}
	}
	if !slices.Equal(got, words) {
		t.Errorf("%d messages came back, want %d: %v", len(got), len(words), c.Err())
	}
}

var takeover = handshake.DeflateConfig{Enabled: true, ServerTakeover: true, ClientTakeover: true}

// TestServe talks to the server as our own client, with and without compression,
// many at once; then the context ends it.
func TestServe(t *testing.T) {
	l := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- Endpoint{}.Serve(ctx, l) }()
	for _, d := range []handshake.DeflateConfig{{}, {Enabled: true}, takeover} {
		c, err := conn.Dial(ctx, "ws://"+l.Addr().String(), &conn.Config{Deflate: d})
		if err != nil {
			t.Fatal(err)
		}
		talk(t, c)
	}
	for range MaxConnections + 10 { // some of them wait, and are not served
		nc, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
	}
	cancel()
	select {
	case err := <-served:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("Serve did not return when its context ended")
	}
}

// TestServeClosed ends the server by its listener.
func TestServeClosed(t *testing.T) {
	l := listen(t)
	l.Close()
	if err := (Endpoint{}).Serve(t.Context(), l); err != nil {
		t.Errorf("a listener that was closed is %v", err)
	}
}

// TestDial has the client come to our own server.
func TestDial(t *testing.T) {
	for _, d := range []handshake.DeflateConfig{{}, {Enabled: true}, takeover} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, err := conn.Accept(w, r, &conn.Config{Deflate: d})
			if err != nil {
				t.Error(err)
				return
			}
			talk(t, c)
		}))
		if err := (Endpoint{}).Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http")); err != nil {
			t.Error(err)
		}
		s.Close()
	}
}

// TestDialFails tells the ways in which no connection comes about.
func TestDialFails(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	for url, want := range map[string]error{
		"http://127.0.0.1/":                      handshake.ErrURIScheme,
		"ws" + strings.TrimPrefix(s.URL, "http"): handshake.ErrAnswerStatus,
	} {
		if err := (Endpoint{}).Dial(t.Context(), url); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", url, err, want)
		}
	}
	silent := listen(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := (Endpoint{}).Dial(ctx, "ws://"+silent.Addr().String()); err == nil {
		t.Error("a server that says nothing is taken for one")
	}
}

// TestFaultOverTCP sees one fault from outside: a server that masks is refused.
func TestFaultOverTCP(t *testing.T) {
	l := listen(t)
	go Endpoint{Fault: serverMasks}.Serve(t.Context(), l)
	c, err := conn.Dial(t.Context(), "ws://"+l.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Send(frame.Text, []byte("Hello")); err != nil {
		t.Fatal(err)
	}
	for ev := range c.Messages() {
		t.Errorf("%v came", ev)
	}
	if err := c.Err(); !errors.Is(err, frame.ErrMasked) {
		t.Errorf("ended by %v, want %v", err, frame.ErrMasked)
	}
}

// TestBounds sends what costs memory: what is only declared, and what inflates.
func TestBounds(t *testing.T) {
	e := Endpoint{Limits: Limits{Message: 1000, Fragments: 3, Burst: 5}}
	first := frame.Frame{Header: frame.Header{Opcode: frame.Text}}
	next := frame.Frame{Header: frame.Header{Opcode: frame.Continuation}}
	packed := machine.AppendCompressed(nil, frame.Binary, make([]byte, 100_000), compressor(t))
	for _, tt := range []struct {
		name string
		in   []byte
		want frame.CloseCode
	}{
		{"declared", unmasked(frame.Frame{Header: frame.Header{Fin: true, Opcode: frame.Binary, Length: 1 << 40}}), frame.MessageTooBig},
		{"inflated", masked(t, packed), frame.MessageTooBig},
		{"fragments", slices.Concat(unmasked(first), bytes.Repeat(unmasked(next), 3)), frame.PolicyViolation},
		{"pings", bytes.Repeat(unmasked(frame.Frame{Header: frame.Header{Fin: true, Opcode: frame.Ping}}), 400), frame.PolicyViolation},
	} {
		nc := &tape{in: tt.in, piece: readSize}
		if err := e.Echo(nc, frame.Server, handshake.Agreement{Deflate: handshake.DeflateParams{Enabled: true}}, nil); !errors.Is(err, errFailed) {
			t.Errorf("%s: ended by %v, want %v", tt.name, err, errFailed)
		}
		if code := lastClose(t, nc.out); code != tt.want {
			t.Errorf("%s: closed with %v, want %v", tt.name, code, tt.want)
		}
	}
}

func compressor(t *testing.T) *deflate.Compressor {
	c := deflate.NewCompressor(maxBits, false)
	t.Cleanup(c.Close)
	return c
}

// unmasked gives a client's frame, with a key of zeros.
func unmasked(f frame.Frame) []byte {
	f.Masked = true
	return f.AppendWire(nil)
}

// masked makes of a server's frame a client's.
func masked(t *testing.T, b []byte) []byte {
	t.Helper()
	h, n, err := frame.ParseHeader(b)
	if err != nil {
		t.Fatal(err)
	}
	return unmasked(frame.Frame{Header: h, Payload: b[n:]})
}

// lastClose gives the code of the Close at the end of what a server sent.
func lastClose(t *testing.T, out []byte) (code frame.CloseCode) {
	t.Helper()
	for len(out) > 0 {
		h, n, err := frame.ParseHeader(out)
		if err != nil {
			t.Fatal(err)
		}
		if h.Opcode == frame.Close {
			code, _, _ = frame.ParseClose(out[n:][:h.Length])
		}
		out = out[n:][h.Length:]
	}
	return code
}
