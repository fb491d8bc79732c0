package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"rfc6455/frame"
	"rfc6455/server/chat"
	"rfc6455/server/conn"
	"rfc6455/server/room"
	"rfc6455/server/store"
)

// A voice is a client that speaks chat.v1, and keeps account of who is there as
// the protocol says.
type voice struct {
	*client
	mu      sync.Mutex
	version uint64
	count   int
	view    map[string]string // name by id
}

// An event is any message of the server's.
type event struct {
	Type, Position, ID, Name, Text, Code, Reason, Room, Head string

	From    chat.Member
	You     you
	Time    int64
	RetryMS int64 `json:"retry_ms"`
	Limits  map[string]int
	Members crew
	crew
}

type you struct {
	chat.Member
	Fixed bool
}

type crew struct {
	Version uint64
	Count   int
	List    []chat.Member
}

// speak connects, and reads nothing yet.
func (s *rig) speak(t testing.TB, query string) *voice {
	t.Helper()
	return newVoice(s.dial(t, "/chat?"+query, &conn.Config{Subprotocols: []string{chat.Protocol}}))
}

// newVoice takes a connection that chose chat.v1.
func newVoice(c *client) *voice {
	c.t.Helper()
	if got := c.Agreed().Protocol; got != chat.Protocol {
		c.t.Fatalf("agreed on %q", got)
	}
	return &voice{client: c, view: map[string]string{}}
}

// settle connects, and gives what came until history was over.
func (s *rig) settle(t testing.TB, query string) (v *voice, welcome event, came []event) {
	t.Helper()
	v = s.speak(t, query)
	welcome = v.want("welcome")
	for {
		switch e := v.event(); e.Type {
		case "live":
			return v, welcome, came
		case "joined", "left", "renamed", "members":
		default:
			came = append(came, e)
		}
	}
}

func (v *voice) read() (e event, err error) {
	for ev := range v.Messages() {
		if ev.Opcode != frame.Text || !bytes.HasPrefix(ev.Payload, []byte(`{"type":"`)) {
			return e, fmt.Errorf("got %v", ev)
		}
		if err := json.Unmarshal(ev.Payload, &e); err != nil {
			return e, fmt.Errorf("%w: %s", err, ev.Payload)
		}
		v.account(e)
		return e, nil
	}
	return e, v.Err()
}

// account minds who is there: a version that is not above that of the list is
// included in it.
func (v *voice) account(e event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if e.Type == "welcome" {
		e.crew = e.Members
	} else if e.Version <= v.version {
		return
	}
	v.version = e.Version
	switch e.Type {
	case "joined", "renamed":
		v.view[e.ID] = e.Name
	case "left":
		delete(v.view, e.ID)
	case "welcome", "members":
		v.count = e.Count
		if e.List == nil {
			return
		}
		clear(v.view)
		for _, m := range e.List {
			v.view[m.ID] = m.Name
		}
		return
	}
	v.count = len(v.view)
}

// event gives the next message.
func (v *voice) event() event {
	v.t.Helper()
	e, err := v.read()
	if err != nil {
		v.t.Fatalf("no message: %v", err)
	}
	return e
}

// want takes the next message, which must be of a type; who comes and goes is
// only noted, unless it is that which is wanted.
func (v *voice) want(kind string) event {
	v.t.Helper()
	for {
		switch e := v.event(); e.Type {
		case kind:
			return e
		case "joined", "left", "renamed", "members":
		default:
			v.t.Fatalf("got %+v, want %s", e, kind)
		}
	}
}

// wantError takes an error.
func (v *voice) wantError(code, id string) event {
	v.t.Helper()
	e := v.want("error")
	if e.Code != code || e.ID != id || e.Text == "" {
		v.t.Fatalf("got %+v, want error %s about %q", e, code, id)
	}
	return e
}

// hears takes a message with that text.
func (v *voice) hears(text string) event {
	v.t.Helper()
	e := v.want("message")
	if e.Text != text {
		v.t.Fatalf("got %+v, want %.50q", e, text)
	}
	return e
}

// quiet says that nothing but who comes and goes was on its way.
func (v *voice) quiet() {
	v.t.Helper()
	v.ask(chat.Ping{})
	v.want("pong")
}

// ask sends a request.
func (v *voice) ask(m chat.Request) {
	v.t.Helper()
	v.client.say(string(m.Append(nil)))
}

// tell says a text under an id that the number makes.
func (v *voice) tell(n int, text string) (id string) {
	v.t.Helper()
	id = fmt.Sprintf("id-%017d", n)
	v.ask(chat.Say{ID: id, Text: text})
	return id
}

// at reads a position.
func at(t testing.TB, e event) chat.Position {
	t.Helper()
	p, err := chat.ParsePosition(e.Position)
	if err != nil {
		t.Fatalf("%+v: %v", e, err)
	}
	return p
}

// hallOf gives the hall of a room that there is.
func (s *rig) hallOf(t testing.TB, name string) *hall {
	t.Helper()
	for _, h := range s.halls.all() {
		if h.name == name {
			return h
		}
	}
	t.Fatalf("no room %q", name)
	return nil
}

// smaller gives the server rooms with limits of the test's own.
func smaller(t testing.TB, change func(*room.Config)) func(*Server) {
	return func(s *Server) {
		cfg := room.Config{
			Pumps: s.pumps, Encoders: []room.Encoder{appendPlain, appendSpeaker},
			Log: func(string) (room.Log, error) { return store.NewMemory(), nil }, Epoch: func() string { return "e" },
		}
		change(&cfg)
		rooms, err := room.NewRooms(cfg)
		if err != nil {
			t.Fatal(err)
		}
		s.rooms = rooms
	}
}

const (
	me1 = "me=00112233445566778899aabbccddeeff"
	me2 = "me=ffeeddccbbaa99887766554433221100"
)
