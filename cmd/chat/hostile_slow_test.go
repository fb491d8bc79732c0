package main

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"rfc6455/frame"
)

// A crawl is a way to be slow: what is sent at once, then a little a second.
type crawl struct {
	name, target string // "": no upgrade
	begin, more  string
	want         frame.CloseCode // 0: the connection ends, with a word or without
}

var crawls = []crawl{
	{name: "nothing at all"},
	{name: "a header", begin: "GET / HTTP/1.1\r\nHost: localhost\r\nX: ", more: "x"},
	{name: "a body", begin: "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n", more: "x"},
	{name: "after an answer", begin: "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"},
	{name: "a frame's header", target: "/chat", begin: "\x81", want: frame.PolicyViolation},
	{name: "a payload", target: "/chat", begin: wire(`binary len=60000`), more: "x", want: frame.PolicyViolation},
	{name: "a long payload", target: "/echo", begin: wire(`binary len=60000000`), more: "x", want: frame.PolicyViolation},
	{name: "fragments", target: "/echo", begin: wire(`text more "a"`), more: wire(`cont more ""`), want: frame.PolicyViolation},
	{name: "Pings inside a message", target: "/echo", begin: wire(`text more "a"`), more: wire(`ping ""`), want: frame.PolicyViolation},
	{name: "no Pong", target: "/chat"},
	{name: "no answer to Close", target: "/echo", begin: wire(`text 0xff`), want: frame.InvalidPayload},
}

// slowTime is how long any of them may last: the longest deadline is that of a Pong,
// 15 s of silence and then 3 s, and deadlines are kept to about a second. By default it
// would be 45 s.
const slowTime = 40 * time.Second

// TestHostileSlowness is slow at each stage, on many connections at once: each is
// ended in time. -ping-after cannot be less than 15 s.
func TestHostileSlowness(t *testing.T) {
	t.Parallel()
	// The onlooker and the handshakes have to keep to them as well, beside all the others.
	s := besiege(t, "", "-header-timeout", "3s", "-request-timeout", "4s", "-idle-timeout", "1s", "-message-timeout", "3s",
		"-ping-after", "15s", "-pong-timeout", "3s", "-close-timeout", "1s", "-linger-timeout", "1s")
	list := crawls
	if testing.Short() {
		list = list[:len(list)-2]
	}
	each := amount(20)
	err := all(len(list)*each, len(list)*each, func(i int) error {
		c := list[i%len(list)]
		if err := s.crawl(c); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	s.over()
}

func (s *siege) crawl(c crawl) (err error) {
	var f *foe
	if c.target == "" {
		f, err = s.foe()
	} else {
		f, err = s.intrude(c.target)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	f.SetDeadline(time.Now().Add(slowTime))
	if err := f.write(c.begin); err != nil {
		return err
	}
	stop := make(chan struct{})
	defer close(stop)
	go f.drip(c.more, stop)
	if c.want != 0 {
		err = f.closed(c.want)
	}
	_, end := f.rest()
	return errors.Join(err, end)
}

// drip writes a little a second until it is told to stop, or the server does not take
// it any more.
func (f *foe) drip(little string, stop <-chan struct{}) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for little != "" {
		select {
		case <-second.C:
			if f.write(little) != nil {
				return
			}
		case <-stop:
			return
		}
	}
}
