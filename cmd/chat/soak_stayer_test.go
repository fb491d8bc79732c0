package main

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rfc6455/frame"
	v1 "rfc6455/server/chat"
	"rfc6455/server/conn"
)

// A said is what matters of a message in chat.v1.
type said struct {
	Type, ID, Text, Position, Reason, Code string
	You                                    struct{ ID string }
	Members                                struct{ Count int }
}

// parseSaid reads a message of chat.v1.
func parseSaid(payload []byte) (m said, err error) {
	err = json.Unmarshal(payload, &m)
	return m, err
}

// A stayer stays while others come and go. He says something now and then, and must
// hear all that stayers say, once and in the one order of the room.
type stayer struct {
	*conn.Conn
	number int
	v1     bool
	next   map[string]int // of each stayer's texts
	order  uint64         // of all of them: a hash
	last   v1.Position    // in chat.v1
	heard  int
	err    error // what was wrong first; to be read when he has gone
}

// stayers are all of them: plain ones and those of chat.v1.
type stayers struct {
	t    *testing.T
	all  []*stayer
	said []int // by each
	ears sync.WaitGroup
	talk sync.WaitGroup
	stop chan struct{}
}

// stay makes n stayers in the lobby, who then say so many texts a second together.
func (c *chat) stay(n, perSecond int) *stayers {
	c.t.Helper()
	all := &stayers{t: c.t, stop: make(chan struct{}), said: make([]int, n)}
	for i := range n {
		s := &stayer{number: i, v1: i%2 == 1, next: map[string]int{}}
		var cfg conn.Config
		if s.v1 {
			cfg.Subprotocols = []string{v1.Protocol}
		}
		var err error
		if s.Conn, err = conn.Dial(c.t.Context(), "ws://"+c.host+"/chat?name=stayer", &cfg); err != nil {
			c.t.Fatal(err)
		}
		all.all = append(all.all, s)
		for ev := range s.Messages() {
			if !s.v1 || strings.Contains(string(ev.Payload), `"type":"live"`) {
				break // the greeting, or the end of the history
			}
		}
		all.ears.Go(s.listen)
	}
	all.talk.Go(func() { all.speak(time.Second / time.Duration(perSecond)) })
	return all
}

// speak lets one after the other say something.
func (a *stayers) speak(every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for i := 0; ; i = (i + 1) % len(a.all) {
		select {
		case <-a.stop:
			return
		case <-tick.C:
			a.all[i].say(fmt.Sprintf("stayer %d %d", i, a.said[i]))
			a.said[i]++
		}
	}
}

func (s *stayer) say(text string) {
	p := []byte(text)
	if s.v1 {
		p = v1.Say{ID: fmt.Sprintf("%016d", s.number) + strings.ReplaceAll(text, " ", "-"), Text: text}.Append(nil)
	}
	s.Send(frame.Text, p) // an error ends the connection, and listen tells it
}

// listen takes note until it has heard as many texts as were said, or until something
// is wrong. Who says how many they were may be read before who said the last.
func (s *stayer) listen() {
	all := -1
	for ev := range s.Messages() {
		text, ok := strings.CutPrefix(string(ev.Payload), prefix)
		if s.v1 {
			text, ok = s.position(ev.Payload)
		}
		rest, mine := strings.CutPrefix(text, "stayer")
		count, over := strings.CutPrefix(rest, "s said ")
		switch {
		case !ok || !mine:
		case over:
			all, s.err = strconv.Atoi(count)
		default:
			s.note(rest)
		}
		if s.err != nil {
			return
		}
		if s.heard == all {
			s.StartClose(frame.NormalClosure, "")
			return
		}
	}
	if s.err == nil {
		s.err = fmt.Errorf("the connection ended: %w", s.Err())
	}
}

// position demands that messages in chat.v1 have no gap, and gives the text.
func (s *stayer) position(payload []byte) (text string, ok bool) {
	if !strings.Contains(string(payload), `"type":"message"`) {
		return "", false
	}
	m, err := parseSaid(payload)
	if err != nil {
		s.err = err
		return "", false
	}
	at, err := v1.ParsePosition(m.Position)
	if err != nil || s.last.Epoch != "" && (at.Epoch != s.last.Epoch || at.Seq != s.last.Seq+1) {
		s.err = fmt.Errorf("after %v came %v, %v", s.last, at, err)
	}
	s.last = at
	return m.Text, true
}

// note demands that nobody's text is lost or too early.
func (s *stayer) note(text string) {
	who, number, _ := strings.Cut(strings.TrimPrefix(text, " "), " ")
	if want := fmt.Sprint(s.next[who]); number != want {
		s.err = fmt.Errorf("heard number %s of stayer %s, want %s", number, who, want)
	}
	s.next[who]++
	s.heard++
	h := fnv.New64a()
	fmt.Fprint(h, s.order, text)
	s.order = h.Sum64()
}

// end ends the talk, and demands that everybody heard all, in one order.
func (a *stayers) end() {
	a.t.Helper()
	close(a.stop)
	a.talk.Wait()
	total := 0
	for _, n := range a.said {
		total += n
	}
	a.all[0].say(fmt.Sprintf("stayers said %d", total))
	gone := make(chan struct{})
	go func() {
		a.ears.Wait()
		close(gone)
	}()
	select {
	case <-gone:
	case <-time.After(patience):
		a.t.Fatal("some who stayed do not hear all")
	}
	for _, s := range a.all {
		if s.err != nil || s.heard != total || s.order != a.all[0].order {
			a.t.Errorf("stayer %d (chat.v1 %t) heard %d texts of %d, in the others' order: %t, %v", s.number, s.v1, s.heard, total, s.order == a.all[0].order, s.err)
		}
	}
	a.t.Logf("%d who stayed said %d texts, and each heard all", len(a.all), total)
}
