package conn_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// echoServer echoes until the peer closes, and reports each connection's end.
func echoServer(t testing.TB, cfg *conn.Config) (url string, ends <-chan error) {
	t.Helper()
	ch := make(chan error, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := conn.Accept(w, r, cfg)
		if err != nil {
			ch <- err
			return
		}
		go func() {
			for ev := range c.Messages() {
				if err := c.Reply(ev); err != nil {
					break
				}
			}
			ch <- c.Err()
		}()
	}))
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http"), ch
}

func TestEcho(t *testing.T) {
	for _, deflate := range []handshake.DeflateConfig{{}, {Enabled: true}, {Enabled: true, ServerTakeover: true, ClientTakeover: true}} {
		cfg := &conn.Config{Deflate: deflate}
		cfg.Limits.Message = 8 << 20
		url, ends := echoServer(t, cfg)
		c, err := conn.Dial(t.Context(), url, cfg)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{0, 1, 125, 126, 1000, 65535, 65536, 200_000, 4 << 20} {
			want := strings.Repeat("한a", n/4+1)
			go func() {
				if err := c.Send(frame.Text, []byte(want)); err != nil {
					t.Error(err)
				}
			}()
			got := false
			for ev := range c.Messages() {
				got = true
				if ev.Opcode != frame.Text || string(ev.Payload) != want {
					t.Fatalf("%d bytes came back as %v", len(want), ev)
				}
				break
			}
			if !got {
				t.Fatal(c.Err())
			}
		}
		if err := c.Close(frame.NormalClosure, "bye"); err != nil {
			t.Fatal(err)
		}
		var closed *conn.ClosedError
		if err := <-ends; !errors.As(err, &closed) || closed.Code != 1000 || closed.Reason != "bye" || !closed.ByPeer {
			t.Errorf("server's end: %v", err)
		}
		if !errors.As(c.Err(), &closed) || closed.Code != 1000 || closed.ByPeer {
			t.Errorf("client's end: %v", c.Err())
		}
	}
}

func TestDialRefused(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	_, err := conn.Dial(context.Background(), "ws"+strings.TrimPrefix(s.URL, "http"), nil)
	var refused *handshake.Error
	if !errors.As(err, &refused) || refused.Status != 404 {
		t.Errorf("got %v, want a refusal with status 404", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if _, err := conn.Dial(context.Background(), "ws://"+l.Addr().String(), nil); err == nil {
		t.Error("dialled a closed port")
	}
}
