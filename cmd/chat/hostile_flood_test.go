package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"rfc6455/frame"
)

var floods = []flood{
	{class: classDeclared, name: "lengths that are never sent", attack: declareLengths},
	{class: classFragments, name: "empty fragments", attack: emptyFragments},
	{class: classFragments, name: "tiny fragments of a legal message", attack: tinyFragments},
	{class: classPings, name: "pings", attack: pingFlood},
	{class: classPings, name: "pings within a large budget, pongs unread", args: []string{"-control-burst", "1000000", "-control-rate", "100000/s"}, attack: unreadPongs},
	{class: classUnreadEcho, name: "echoes unread", args: []string{"-write-timeout", "1s"}, attack: unreadEchoes},
	{class: classAfterClose, name: "bytes after Close", attack: bytesAfterClose},
	{class: classMessages, name: "messages as fast as they go, in another room", room: "apart", attack: messageFlood},
	{class: classMessages, name: "messages over the rate", args: []string{"-rate", "100/s", "-burst", "100"}, attack: messagesOverRate},
	{class: classUnreadRoom, name: "members who never read", args: []string{"-write-timeout", "1s"}, attack: deafMembers},
	{class: classBomb, name: "decompression bombs", attack: bombs},
	{class: classInflation, name: "messages inflated at once", attack: inflateAtOnce, grows: 384 << 20}, // messages have 256 MiB in all, and a quarter more may wait for reuse
	{class: classHeaders, name: "headers of 20 MB", attack: longHeaders},
	{class: classHeaders, name: "5,000 header fields", attack: manyHeaders},
	{class: classBacktrack, name: "headers that are expensive to take apart", attack: twistedHeaders},
	{class: classExhaustion, name: "more connections than there may be", args: []string{"-max-connections", "100"}, attack: tooManyDials},
	{class: classExhaustion, name: "connections that ask for nothing", args: []string{"-max-http-connections", "500"}, attack: silentDials},
	{class: classForwarded, name: "addresses that nobody vouches for", args: []string{"-max-per-address", "100"}, attack: spoofedDials},
}

// TestHostileFloods attacks by mass.
func TestHostileFloods(t *testing.T) {
	calm := startQuiet(t).lookOn("")
	for _, f := range floods {
		t.Run(f.name, func(t *testing.T) { f.run(t, calm) })
	}
	calm.end()
}

// declareLengths keeps many connections that announced much and sent little, and
// announces what is over the limit.
func declareLengths(s *siege) error {
	var kept []*foe
	defer func() {
		for _, f := range kept {
			f.Close()
		}
	}()
	for range amount(100) {
		f, err := s.intrude("/echo")
		if err != nil {
			return err
		}
		kept = append(kept, f)
		if err := f.write(wire(`ping "there"`, `binary more "0123456789"`, `cont len=60000000`) + "0123456789"); err != nil {
			return err
		}
		if err := f.hears(`pong "there"`); err != nil {
			return err
		}
	}
	return all(amount(100), 4, func(i int) error {
		f, err := s.intrude([]string{"/chat", "/echo"}[i%2])
		if err != nil {
			return err
		}
		defer f.Close()
		return errors.Join(f.write(wire(`text len=2147483648`)), f.closed(frame.MessageTooBig))
	})
}

func emptyFragments(s *siege) error {
	block := wire(`text more ""`) + strings.Repeat(wire(`cont more ""`), 200_000)
	return all(2, 2, func(i int) error {
		f, err := s.intrude([]string{"/chat", "/echo"}[i])
		if err != nil {
			return err
		}
		defer f.Close()
		go f.pour(block, len(block))
		return f.closed(frame.PolicyViolation)
	})
}

func tinyFragments(s *siege) error {
	const many = 65_536
	piece := strings.Repeat("tiny", 16)
	block := wire(`text more ""`) + strings.Repeat(wire(`cont more "`+piece+`"`), many) + wire(`cont ""`)
	f, err := s.intrude("/echo")
	if err != nil {
		return err
	}
	defer f.Close()
	go f.pour(block, len(block))
	got, err := f.next()
	if err == nil && string(got.Payload) != strings.Repeat(piece, many) {
		err = fmt.Errorf("got %v", got)
	}
	return err
}

func pingFlood(s *siege) error {
	block := strings.Repeat(wire(`ping "0123456789"`), 1000)
	f, err := s.intrude("/chat")
	if err != nil {
		return err
	}
	defer f.Close()
	f.pour(block, amount(1000)*len(block))
	return f.closed(frame.PolicyViolation)
}

// pourUnread writes without reading, until the limit, the end, or for so long.
func (s *siege) pourUnread(target, block string, limit int, within time.Duration) (*foe, int, error) {
	f, err := s.intrude(target)
	if err != nil {
		return nil, 0, err
	}
	f.SetReadBuffer(smallBuffer)
	f.SetDeadline(time.Now().Add(within))
	return f, f.pour(block, limit), nil
}

func unreadPongs(s *siege) error {
	block := strings.Repeat(wire(`ping "0123456789"`), 1000)
	f, _, err := s.pourUnread("/echo", block, amount(1000)*len(block), floodTime)
	if err != nil {
		return err
	}
	return f.Close()
}

// unreadEchoes pours until the server ends the connection, which it does after a
// while of taking no more: whoever reads again before is let be.
func unreadEchoes(s *siege) error {
	const most = 64 << 20
	f, taken, err := s.pourUnread("/echo", wire(`binary "*"*65536`), most, patience)
	if err != nil {
		return err
	}
	if taken >= most {
		err = fmt.Errorf("the server took %d bytes whose echo nobody reads", taken)
	}
	f.SetDeadline(time.Now().Add(patience))
	_, end := f.rest()
	return errors.Join(err, end)
}

func bytesAfterClose(s *siege) error {
	const most = 100 << 20
	return all(2, 2, func(i int) error {
		f, err := s.intrude([]string{"/chat", "/echo"}[i])
		if err != nil {
			return err
		}
		defer f.Close()
		if err := errors.Join(f.write(wire(`close 1000`)), f.closed(frame.NormalClosure)); err != nil {
			return err
		}
		if taken := f.pour(wire(`text "*"*65000`), most); taken >= most {
			return fmt.Errorf("the server took %d bytes after the Close", taken)
		}
		return nil
	})
}

// messageFlood says a million times the least that can be said, and takes all that
// comes of it.
func messageFlood(s *siege) error {
	const block = 1000
	many := amount(1000)
	f, err := s.intrude("/chat")
	if err != nil {
		return err
	}
	defer f.Close()
	f.SetDeadline(time.Now().Add(patience))
	var taken int
	var pouring sync.WaitGroup
	all := strings.Repeat(wire(`text "x"`), block)
	pouring.Go(func() { taken = f.pour(all, many*len(all)) })
	for n := 0; n < many*block; {
		got, err := f.next()
		if err != nil {
			return fmt.Errorf("after %d messages: %w", n, err)
		}
		if bytes.HasSuffix(got.Payload, []byte(" x")) {
			n++
		}
	}
	pouring.Wait()
	if taken != many*len(all) {
		return fmt.Errorf("the server took %d bytes of %d", taken, many*len(all))
	}
	return nil
}

func messagesOverRate(s *siege) error {
	f, err := s.intrude("/chat")
	if err != nil {
		return err
	}
	defer f.Close()
	block := strings.Repeat(wire(`text "x"`), 1000)
	go f.pour(block, 1000*len(block))
	return f.closed(frame.PolicyViolation)
}

// deafTime is how long somebody speaks to who never reads: until more came than the
// system's buffers and the room hold.
func deafTime() time.Duration {
	if measured() {
		return 8 * time.Second
	}
	return 6 * time.Second
}

// deafMembers has two who never read, while somebody says 500 texts of 4 KiB a second.
func deafMembers(s *siege) error {
	var deaf []*foe
	for range 2 {
		f, err := s.intrude("/chat")
		if err != nil {
			return err
		}
		defer f.Close()
		f.SetReadBuffer(smallBuffer)
		deaf = append(deaf, f)
	}
	loud, err := s.intrude("/chat")
	if err != nil {
		return err
	}
	defer loud.Close()
	go io.Copy(io.Discard, loud.r)
	text := wire(`text "*"*4096`)
	tick := time.NewTicker(time.Second / 500)
	defer tick.Stop()
	for range 500 * int(deafTime()/time.Second) {
		<-tick.C
		if err := loud.write(text); err != nil {
			return err
		}
	}
	for _, f := range deaf {
		f.SetDeadline(time.Now().Add(patience))
		if _, err := f.rest(); err != nil {
			return err
		}
	}
	return nil
}
