package conn_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/server/conn"
)

// A server that sends every message back. The handler returns at once, so that
// net/http lets go of what it holds for a request.
func ExampleAccept() {
	ended := make(chan error)
	handler := func(w http.ResponseWriter, r *http.Request) {
		c, err := conn.Accept(w, r, nil)
		if err != nil {
			return // the answer is written already
		}
		go func() {
			for ev := range c.Messages() {
				if err := c.Reply(ev); err != nil {
					return
				}
			}
			ended <- c.Err()
		}()
	}
	s := httptest.NewServer(http.HandlerFunc(handler))
	defer s.Close()

	c, err := conn.Dial(context.Background(), "ws"+strings.TrimPrefix(s.URL, "http"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	c.Send(frame.Text, []byte("Hello"))
	for ev := range c.Messages() {
		fmt.Println("client:", ev)
		c.StartClose(frame.NormalClosure, "bye")
	}
	fmt.Println("server:", <-ended)
	// Output:
	// client: text "Hello"
	// server: websocket: closed by the peer, code 1000: "bye"
}

// greeter is a Handler: no goroutine of ours waits for messages.
type greeter struct{ done chan bool }

func (g greeter) Message(c *conn.Conn, ev session.Event) {
	c.Send(frame.Text, fmt.Appendf(nil, "Hello, %s!", ev.Payload))
}

func (g greeter) End(c *conn.Conn) {
	fmt.Println(c.Err())
	close(g.done)
}

func ExampleConn_Serve() {
	g := greeter{make(chan bool)}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := conn.Accept(w, r, nil); err == nil {
			c.Serve(g)
		}
	}))
	defer s.Close()

	c, err := conn.Dial(context.Background(), "ws"+strings.TrimPrefix(s.URL, "http"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	c.Send(frame.Text, []byte("Ada"))
	for ev := range c.Messages() {
		fmt.Printf("%s\n", ev.Payload)
		break
	}
	c.Close(frame.GoingAway, "")
	<-g.done
	// Output:
	// Hello, Ada!
	// websocket: closed by the peer, code 1001
}

// A client sends, and says goodbye: Close waits for the server's answer.
func ExampleDial() {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := conn.Accept(w, r, nil)
		if err != nil {
			return
		}
		for ev := range c.Messages() {
			fmt.Println(ev)
		}
	}))
	defer s.Close()

	c, err := conn.Dial(context.Background(), "ws"+strings.TrimPrefix(s.URL, "http"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := c.Send(frame.Text, []byte("Hello")); err != nil {
		fmt.Println(err)
	}
	fmt.Println(c.Close(frame.NormalClosure, ""), c.Err())
	// Output:
	// text "Hello"
	// <nil> websocket: closed by us, code 1000
}
