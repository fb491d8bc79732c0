package conn_test

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// A range whose body panics is over like one that was broken off: a Close that is
// deferred does the closing handshake (§7.1.2).
func TestCloseAfterPanic(t *testing.T) {
	ours, theirs := tcpPair(t)
	p := newPeer(t, theirs, frame.Client)
	c := conn.New(ours, frame.Server, handshake.Agreement{}, wire(t, frame.Client, `text "a"`), nil)
	closed := make(chan error)
	go func() {
		defer func() {
			recover()
			closed <- c.Close(frame.InternalError, "")
		}()
		for range c.Messages() {
			panic("a fault of the user's")
		}
	}()
	p.want("close 1011")
	select {
	case err := <-closed:
		t.Fatalf("Close returned %v before the peer's Close", err)
	case <-time.After(100 * time.Millisecond):
	}
	p.send("close 1011")
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

type panics struct{}

func (panics) Message(*conn.Conn, session.Event) { panic("a fault of the user's") }
func (panics) End(*conn.Conn)                    {}

// net/http recovers the panic of a handler of its own. No connection stays behind
// that nobody reads and no deadline ends.
func TestPanicUnderRun(t *testing.T) {
	conns := make(chan *conn.Conn, 1)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := conn.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		conns <- c
		c.Run(panics{})
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	defer s.Close()
	c, err := conn.Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(frame.NormalClosure, "")
	c.Send(frame.Text, []byte("x"))
	served := <-conns
	select {
	case <-served.Done():
	case <-time.After(patience):
		t.Fatal("the connection stays")
	}
	var broken *conn.BrokenError
	if !errors.As(served.Err(), &broken) || !strings.Contains(broken.Error(), "panicked") {
		t.Errorf("ended by %v", served.Err())
	}
}
