package server

import (
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/chat"
	"rfc6455/server/conn"
)

// deaf is a speaker that never reads, with little space in its system.
func deaf(t *testing.T, s *rig) *peer {
	p := s.tcp(t)
	p.nc.SetReadBuffer(systemBuffer)
	p.raw(s.request("/chat?"+me2, offerChat))
	eventually(t, "one connection more", func() bool { return s.lists(p.nc) })
	return p
}

// A speaker that falls a whole log behind is closed with 1013; the others lose
// nothing.
func TestSpeakerThatDoesNotRead(t *testing.T) {
	s := serve(t, Config{}, patient)
	s.level.Set(slog.LevelWarn)
	v, _, _ := s.settle(t, "")
	other, _, _ := s.settle(t, "")
	p := deaf(t, s)
	text := strings.Repeat(".", chat.DefaultText)
	var last uint64
	for n := 0; s.log.line([]string{"member is too slow"}) == ""; n++ {
		if n > 5000 {
			t.Fatal("it is never too slow")
		}
		v.tell(n, text)
		for _, v := range []*voice{v, other} {
			if e := at(t, v.hears(text)); e.Seq != uint64(n+1) {
				t.Fatalf("after %d came %v", last, e)
			}
		}
	}
	p.header()
	p.wantCloseFrame(frame.TryAgainLater)
	p.send(`close 1013`)
	p.rest()
	eventually(t, "it to be gone", func() bool { return s.count() == 2 })
	v.quiet()
	other.quiet()
}

// One that does not take who comes and goes is closed as well: nothing piles up
// for it, and nobody waits.
func TestSpeakerThatTakesNoNotes(t *testing.T) {
	s := serve(t, Config{}, patient)
	v, _, _ := s.settle(t, "")
	p := deaf(t, s)
	v.want("joined")
	for n := range 4000 { // 600 KiB
		name := fmt.Sprintf("%s%04d", strings.Repeat("한", chat.MaxName-4), n)
		v.ask(chat.Rename{Name: name})
		if e := v.want("renamed"); e.Name != name {
			t.Fatalf("number %d is %+v", n, e)
		}
	}
	p.header()
	p.wantCloseFrame(frame.TryAgainLater)
	p.send(`close 1013`)
	p.rest()
}

// One that has gone while it is told something was not too slow.
func TestGoneIsNotSlow(t *testing.T) {
	s := serve(t, Config{})
	a, b := net.Pipe()
	c := &speaker{}
	c.come(s.Server, arrival{conn: conn.New(a, frame.Server, handshake.Agreement{}, nil, nil)})
	b.Close()
	for range c.conn.Messages() {
		t.Error("a message")
	}
	c.post([]byte("{}"))
	if code, why := c.judged(); code != frame.Abnormal || why != "" || c.sent.messages.Load() != 0 {
		t.Errorf("it ended with %d for %q, and took %d", code, why, c.sent.messages.Load())
	}
}
