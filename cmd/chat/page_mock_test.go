package main

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"rfc6455/frame"
	v1 "rfc6455/server/chat"
	"rfc6455/server/conn"
	"rfc6455/web"
)

// pagePolicy is what the server sends with the page, and this one must too.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// A stage is a server that speaks chat.v1 to the page and does what a test wants:
// it loses acknowledgements, forgets history, refuses, falls silent. It has one
// room, whatever a visitor asks for.
type stage struct {
	t    *testing.T
	host string // "127.0.0.1:PORT"

	// To be set before the first visitor comes.
	limits v1.Limits
	fixed  bool // everybody's name, by a sign-in

	mu       sync.Mutex
	http     *http.Server
	epoch    string
	log      []v1.Message // from base on
	base     uint64
	said     v1.Said
	presence v1.Presence
	visitors []*visitor
	visits   []v1.Query   // all there were
	heard    []v1.Request // all there were, of all visitors
	// script, if set, may take a request instead of the stage. It is called with mu
	// held.
	script func(v *visitor, r v1.Request) (taken bool)
	// refuse, if set, is told to every visitor instead of a welcome.
	refuse *v1.Code
	deaf   bool // nothing is answered
}

// A visitor is a connection of the page.
type visitor struct {
	*conn.Conn
	you v1.Member
}

// newStage makes a stage that is up, and ends it with the test.
func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, host: freeAddress(t), epoch: "FIRST", base: 1}
	s.up()
	t.Cleanup(s.down)
	return s
}

func (s *stage) url() string { return "http://" + s.host + "/" }

// up listens, at the same port as before.
func (s *stage) up() {
	s.t.Helper()
	l, err := net.Listen("tcp", s.host)
	if err != nil {
		s.t.Fatal(err)
	}
	mux := http.NewServeMux()
	files := http.FileServerFS(web.Files)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", pagePolicy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		files.ServeHTTP(w, r)
	})
	mux.HandleFunc("/readyz", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ready") })
	mux.HandleFunc("/chat", s.serve)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.http = &http.Server{Handler: mux}
	go s.http.Serve(l)
}

// down ends the server as a kill does: nobody is told why.
func (s *stage) down() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.http.Close()
	s.cut()
}

// cut ends all connections without a Close.
func (s *stage) cut() {
	for _, v := range s.visitors {
		v.NetConn().(*net.TCPConn).CloseWrite()
	}
	s.visitors = nil
}

// do changes the stage under its lock.
func (s *stage) do(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// serve takes a visitor in and answers it until it goes.
func (s *stage) serve(w http.ResponseWriter, r *http.Request) {
	q, refusal := v1.ParseQuery(r.URL.RawQuery, v1.Secret{1}, v1.PreferredLanguage(r.Header.Get("Accept-Language")))
	c, err := conn.Accept(w, r, &conn.Config{Subprotocols: []string{v1.Protocol}, CloseTimeout: time.Second})
	if err != nil {
		return
	}
	v := &visitor{Conn: c, you: q.You}
	entered := s.enter(v, q, refusal)
	for ev := range c.Messages() {
		if entered {
			s.take(v, ev.Payload)
		}
	}
	if !entered {
		return
	}
	s.do(func() {
		s.visitors = slices.DeleteFunc(s.visitors, func(o *visitor) bool { return o == v })
		s.tell(s.presence.Leave(time.Now(), v.you.ID))
	})
}

// enter tells a visitor all up to "live", or why not.
func (s *stage) enter(v *visitor, q v1.Query, refusal *v1.Refusal) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.visits = append(s.visits, q)
	if refusal == nil && s.refuse != nil {
		refusal = &v1.Refusal{Code: s.refuse}
	}
	if refusal != nil {
		v.send(*refusal)
		v.StartClose(refusal.Code.Close, refusal.Code.Text)
		return false
	}
	if known, ok := s.presence.Member(v.you.ID); ok && !q.Named {
		v.you.Name = known.Name
	}
	s.tell(s.presence.Enter(time.Now(), v.you))
	head := s.base + uint64(len(s.log))
	v.send(v1.Welcome{You: v.you, Fixed: s.fixed, Room: q.Room, Members: s.presence.Snapshot(), Limits: s.limits,
		Head: v1.Position{Epoch: s.epoch, Seq: head - 1}})
	s.replay(v, q.After, head)
	v.send(v1.Live{})
	s.visitors = append(s.visitors, v)
	return true
}

// replay sends what a visitor missed, and says if that does not join on.
func (s *stage) replay(v *visitor, after v1.After, head uint64) {
	verdict := after.Judge(v1.Log{Epoch: s.epoch, Base: s.base, Head: head})
	from := after.Position.Seq + 1
	if verdict != v1.Resume {
		from = max(s.base, head-min(head, v1.History))
	}
	if verdict.Resyncs() {
		v.send(v1.Resync{Reason: verdict, Position: v1.Position{Epoch: s.epoch, Seq: from - 1}})
	}
	for _, m := range s.log[from-s.base:] {
		v.send(m)
	}
}

// take answers a request.
func (s *stage) take(v *visitor, payload []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, refusal := v1.ParseRequest(payload, s.limits)
	if refusal != nil {
		v.send(*refusal)
		return
	}
	s.heard = append(s.heard, r)
	if s.deaf || s.script != nil && s.script(v, r) {
		return
	}
	switch r := r.(type) {
	case v1.Ping:
		v.send(v1.Pong{})
	case v1.Rename:
		if s.fixed {
			v.send(v1.Refusal{Code: v1.NameFixed})
			return
		}
		v.you.Name = r.Name
		s.tell(s.presence.Rename(time.Now(), v.you))
	case v1.Say:
		s.say(v, r)
	}
}

// say takes a text into the log, unless it is there.
func (s *stage) say(v *visitor, r v1.Say) {
	body, err := v1.ParseBody(r.AppendBody(nil, v.you, time.Now()))
	if err != nil {
		s.t.Error(err)
		return
	}
	switch again, seq := s.said.Look(body.Key()); again {
	case v1.Again:
		v.send(v1.Ack{ID: r.ID, Position: v1.Position{Epoch: s.epoch, Seq: seq}})
	case v1.Other:
		v.send(v1.Refusal{Code: v1.IDUsed, ID: r.ID})
	case v1.First:
		s.said.Add(body.Key(), s.append(body))
		s.deliver(s.log[len(s.log)-1])
	}
}

// append puts a message at the log's end and gives its number.
func (s *stage) append(body v1.Body) uint64 {
	seq := s.base + uint64(len(s.log))
	s.log = append(s.log, v1.Message{Position: v1.Position{Epoch: s.epoch, Seq: seq}, Body: body})
	return seq
}

func (s *stage) deliver(m v1.Message) {
	for _, v := range s.visitors {
		v.send(m)
	}
}

func (s *stage) tell(notes []v1.Note) {
	for _, n := range notes {
		for _, v := range s.visitors {
			v.send(n)
		}
	}
}

// post says texts of somebody, a second after one another, the last one now.
func (s *stage) post(from v1.Member, texts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, text := range texts {
		at := time.Now().Add(-time.Duration(len(texts)-1-i) * time.Second)
		s.postAt(from, text, at)
	}
}

func (s *stage) postAt(from v1.Member, text string, at time.Time) {
	id := fmt.Sprintf("posted-%s-%d", s.epoch, s.base+uint64(len(s.log)))
	s.append(v1.Body{Time: at.UnixMicro(), ID: []byte(id), From: []byte(from.ID), Name: []byte(from.Name), Text: []byte(text)})
	s.deliver(s.log[len(s.log)-1])
}

// join lets members come without a connection.
func (s *stage) join(members ...v1.Member) {
	s.do(func() {
		for _, m := range members {
			s.tell(s.presence.Enter(time.Now(), m))
		}
	})
}

// forget makes the room a new incarnation, without history, as a restart does.
func (s *stage) forget(epoch string) {
	s.do(func() {
		s.epoch, s.log, s.base, s.said = epoch, nil, 1, v1.Said{}
	})
}

// trim lets the log keep only the last n messages.
func (s *stage) trim(n int) {
	s.do(func() {
		gone := len(s.log) - n
		s.base += uint64(gone)
		s.log = slices.Clone(s.log[gone:])
		s.said.Trim(s.base)
	})
}

// texts are the texts in the log.
func (s *stage) texts() (texts []string) {
	s.do(func() {
		for _, m := range s.log {
			texts = append(texts, string(m.Body.Text))
		}
	})
	return texts
}

// close ends all connections with a code.
func (s *stage) close(code frame.CloseCode) {
	s.do(func() {
		for _, v := range s.visitors {
			v.StartClose(code, "as the script says")
		}
	})
}

// send sends a message; a visitor that is gone is told nothing.
func (v *visitor) send(m interface{ Append([]byte) []byte }) {
	v.Send(frame.Text, m.Append(nil))
}
