package main

import (
	"encoding/base64"
	"net"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/server/conn"
)

// An endpoint is our side of a connection to a peer.
type endpoint struct {
	t *testing.T
	*conn.Conn
	got chan happening // closed at the end
}

// dialPeer starts a peer as server, with a wiretap before it, and dials it.
func dialPeer(t *testing.T, lib library, mode string) (*wiretap, *peer, *endpoint) {
	t.Helper()
	p := lib.start(t, "server", mode)
	h := p.next()
	if h.Event != "listening" {
		t.Fatalf("the peer tells %v, want its port", h)
	}
	wire := tap(t, (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: h.Code}).String())
	c, err := conn.Dial(t.Context(), "ws://"+wire.host+"/", &conn.Config{
		Limits: session.Limits{Message: 4 << 20}, Deflate: modes[mode],
	})
	if err != nil {
		t.Fatal(err)
	}
	p.tells(happening{Event: "open"})
	us := &endpoint{t, c, make(chan happening, len(messages))}
	go us.listen()
	return wire, p, us
}

func (us *endpoint) listen() {
	defer close(us.got)
	for ev := range us.Messages() {
		if ev.Opcode == frame.Binary {
			us.got <- happening{Event: "binary", Data: base(ev.Payload)}
			continue
		}
		us.got <- happening{Event: "text", Data: string(ev.Payload)}
	}
}

// do is for what has to succeed.
func (us *endpoint) do(err error) {
	us.t.Helper()
	if err != nil {
		us.t.Fatal(err)
	}
}

// send sends what a step of a peer would send.
func (us *endpoint) send(s step) {
	us.t.Helper()
	switch s.Do {
	case "text":
		us.do(us.Send(frame.Text, []byte(s.Data)))
	case "binary":
		p, err := base64.StdEncoding.DecodeString(s.Data)
		us.do(err)
		us.do(us.Send(frame.Binary, p))
	case "fragments":
		for i, piece := range s.Pieces {
			us.do(us.Fragment(frame.Text, []byte(piece), i == len(s.Pieces)-1))
		}
	}
}

// gets demands what comes next.
func (us *endpoint) gets(want happening) {
	us.t.Helper()
	select {
	case got, ok := <-us.got:
		if !ok {
			us.t.Fatal(us.Err())
		}
		if got != want {
			us.t.Errorf("we get %.200v, want %.200v", got, want)
		}
	case <-time.After(patience):
		us.t.Fatal("we get nothing")
	}
}

// end waits for the connection's end and gives its cause.
func (us *endpoint) end() error {
	us.t.Helper()
	select {
	case <-us.Done():
	case <-time.After(patience):
		us.t.Fatal("the connection does not end")
	}
	return us.Err()
}
