package main

import (
	"crypto/rand"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rfc6455/frame"
	v1 "rfc6455/server/chat"
	"rfc6455/server/conn"
)

// sayEvery is how often an onlooker says something.
const sayEvery = 20 * time.Millisecond

// An onlooker chats while others misbehave: a client who says something now and then
// and waits for it to come back, and one of chat.v1 who listens. Neither may miss a
// text or get one twice or too early.
type onlooker struct {
	t          *testing.T
	says, v1   *member
	plain      bool // who says something; else he speaks chat.v1, too
	began      time.Time
	stop       chan struct{}
	talk, ears sync.WaitGroup
	said       int // to be read after talk

	mu    sync.Mutex
	waits []time.Duration // of what came back, in order, from when it was due
}

// lookOn begins to chat in a room: "" is the lobby, where he who speaks is plain.
func (c *chat) lookOn(room string) *onlooker {
	c.t.Helper()
	o := &onlooker{t: c.t, stop: make(chan struct{}), plain: room == ""}
	before := prefix
	if o.plain {
		room = v1.Lobby
		o.says = c.join()
	} else {
		o.says = c.joinV1(room, "speaks")
		before = textV1
	}
	o.v1 = c.joinV1(room, "listens")
	o.began = time.Now()
	o.talk.Go(o.speak)
	o.ears.Go(func() { o.listen("the onlooker who speaks", o.says, before, o.note) })
	o.ears.Go(func() { o.listen("the onlooker who listens", o.v1, textV1, func(int) {}) })
	return o
}

// textV1 stands before a text in chat.v1.
const textV1 = `"text":"`

// joinV1 makes a member of a room who speaks chat.v1, and takes what comes first.
func (c *chat) joinV1(room, name string) *member {
	c.t.Helper()
	m := dial(c.t, "ws://"+c.host+"/chat?"+url.Values{"room": {room}, "name": {name}}.Encode(), conn.Config{Subprotocols: []string{v1.Protocol}})
	m.hearsV1("live")
	return m
}

// due is when text n is to be said: what has to wait longer is the server's doing.
func (o *onlooker) due(n int) time.Time { return o.began.Add(time.Duration(n) * sayEvery) }

func (o *onlooker) speak() {
	for ; ; o.said++ {
		select {
		case <-o.stop:
			o.send("onlooker ends")
			return
		case <-time.After(time.Until(o.due(o.said))):
		}
		if !o.send(fmt.Sprintf("onlooker %d ", o.said)) {
			return
		}
	}
}

func (o *onlooker) send(text string) bool {
	p := []byte(text)
	if !o.plain {
		p = v1.Say{ID: rand.Text(), Text: text}.Append(nil)
	}
	err := o.says.Send(frame.Text, p)
	if err != nil {
		o.t.Errorf("the onlooker cannot speak: %v", err)
	}
	return err == nil
}

// listen takes texts to the last one.
func (o *onlooker) listen(who string, m *member, before string, note func(n int)) {
	n := 0
	for text := range m.texts {
		_, rest, ok := strings.Cut(text, before+"onlooker ")
		switch {
		case !ok: // somebody else's
			continue
		case strings.HasPrefix(rest, "ends"):
			o.talk.Wait()
			if n != o.said {
				o.t.Errorf("%s heard %d texts of %d", who, n, o.said)
			}
			return
		case !strings.HasPrefix(rest, fmt.Sprintf("%d ", n)):
			o.t.Errorf("%s heard %.20q, want number %d", who, rest, n)
			return
		}
		note(n)
		n++
	}
	o.t.Errorf("%s lost the connection: %v", who, m.Err())
}

func (o *onlooker) note(n int) {
	wait := time.Since(o.due(n))
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waits = append(o.waits, wait)
}

// heard is how many texts came back so far.
func (o *onlooker) heard() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.waits)
}

// p99 is what 99 of 100 texts from the given one on had to wait at most.
func (o *onlooker) p99(from int) time.Duration {
	o.mu.Lock()
	waits := slices.Clone(o.waits[from:])
	o.mu.Unlock()
	if len(waits) == 0 {
		o.t.Fatal("the onlooker heard nothing")
	}
	slices.Sort(waits)
	return waits[(len(waits)*99-1)/100]
}

// hearsMore waits for n more texts.
func (o *onlooker) hearsMore(n int) {
	o.t.Helper()
	want := o.heard() + n
	for end := time.Now().Add(patience); o.heard() < want; time.Sleep(sayEvery) {
		if time.Now().After(end) {
			o.t.Fatal("the onlooker hears nothing more")
		}
	}
}

// end ends the chat, and demands that nothing was lost.
func (o *onlooker) end() {
	o.t.Helper()
	close(o.stop)
	heard := make(chan struct{})
	go func() {
		o.ears.Wait()
		close(heard)
	}()
	select {
	case <-heard:
	case <-time.After(patience):
		o.t.Fatal("the onlooker does not hear the last of his texts")
	}
}
