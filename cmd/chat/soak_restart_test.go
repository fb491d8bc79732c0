package main

import (
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"rfc6455/frame"
	v1 "rfc6455/server/chat"
	"rfc6455/server/conn"
)

// A resumer is a client of chat.v1 that does what such a client has to: it connects
// again with its position, and says under the same id what was not acknowledged.
type resumer struct {
	host, me string

	mu      sync.Mutex
	conn    *conn.Conn // nil: not live
	at      v1.Position
	outbox  []v1.Say               // that nothing has acknowledged
	acks    map[string]v1.Position // by id and epoch
	resyncs int
	said    int
	wrong   error
}

// run is connected again and again until ctx ends.
func (r *resumer) run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := r.connect(ctx); err != nil && ctx.Err() == nil {
			time.Sleep(time.Duration(50+mathrand.IntN(200)) * time.Millisecond) // nobody is there, or too many come
		}
	}
}

// connect lives through one connection.
func (r *resumer) connect(ctx context.Context) error {
	query := url.Values{"me": {r.me}, "name": {"resumer"}}
	r.mu.Lock()
	if r.at.Epoch != "" {
		query.Set("after", r.at.String())
	}
	r.mu.Unlock()
	c, err := conn.Dial(ctx, "ws://"+r.host+"/chat?"+query.Encode(), &conn.Config{Subprotocols: []string{v1.Protocol}, Proxy: direct})
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { c.StartClose(frame.NormalClosure, "") })()
	for ev := range c.Messages() {
		m, err := parseSaid(ev.Payload)
		if err == nil {
			err = r.take(c, m)
		}
		if err != nil {
			r.fail(err)
			break
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conn = nil
	return nil
}

func (r *resumer) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wrong == nil {
		r.wrong = err
	}
}

// take does what a message is for.
func (r *resumer) take(c *conn.Conn, m said) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch m.Type {
	case "live":
		r.conn = c
		for _, say := range r.outbox {
			c.Send(frame.Text, say.Append(nil)) // an error ends the connection
		}
	case "error":
		return fmt.Errorf("error %s for %s", m.Code, m.ID)
	case "message", "ack", "resync":
		at, err := v1.ParsePosition(m.Position)
		if err != nil {
			return err
		}
		return r.move(m, at)
	}
	return nil
}

// move takes what has a position.
func (r *resumer) move(m said, at v1.Position) error {
	switch m.Type {
	case "resync":
		r.resyncs++
		if m.Reason != "restarted" || at.Epoch == r.at.Epoch {
			return fmt.Errorf("resync, %s, to %v from %v", m.Reason, at, r.at)
		}
		r.at = at
		return nil
	case "message":
		if r.at.Epoch != "" && (at.Epoch != r.at.Epoch || at.Seq != r.at.Seq+1) {
			return fmt.Errorf("after %v came %v", r.at, at)
		}
		r.at = at
	}
	key := m.ID + " " + at.Epoch
	if before, ok := r.acks[key]; ok && before != at {
		return fmt.Errorf("%s stands at %v and at %v", m.ID, before, at)
	}
	if n := slices.IndexFunc(r.outbox, func(s v1.Say) bool { return s.ID == m.ID }); n >= 0 {
		r.acks[key] = at
		r.outbox = slices.Delete(r.outbox, n, n+1)
	}
	return nil
}

// say says something, now or as soon as it can.
func (r *resumer) say(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	say := v1.Say{ID: rand.Text(), Text: text}
	r.said++
	r.outbox = append(r.outbox, say)
	if r.conn != nil {
		r.conn.Send(frame.Text, say.Append(nil)) // an error ends the connection
	}
}

// A reunion is all of them.
type reunion struct {
	t   *testing.T
	all []*resumer
}

// wait waits until a condition holds for all.
func (u reunion) wait(what string, cond func(r *resumer) bool) {
	u.t.Helper()
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		missing := 0
		for _, r := range u.all {
			r.mu.Lock()
			if r.wrong != nil {
				u.t.Fatal(r.wrong)
			}
			if !cond(r) {
				missing++
			}
			r.mu.Unlock()
		}
		if missing == 0 {
			return
		}
		if time.Since(began) > 4*patience {
			u.t.Fatalf("%s: %d of %d are not", what, missing, len(u.all))
		}
	}
}

// settle waits until all is acknowledged, and everybody heard it to the last.
func (u reunion) settle() {
	u.t.Helper()
	u.wait("all is acknowledged", func(r *resumer) bool { return len(r.outbox) == 0 })
	var head v1.Position
	for _, r := range u.all {
		r.mu.Lock()
		if head.Seq = max(head.Seq, r.at.Seq); r.at.Seq == head.Seq {
			head = r.at
		}
		r.mu.Unlock()
	}
	u.wait("all have heard all", func(r *resumer) bool { return r.at == head })
}

// TestSoakRestart kills a server under a thousand clients who talk, and starts another
// in its place. All connect to it at once. Nothing that anybody said is lost, and what
// comes has neither gap nor double.
func TestSoakRestart(t *testing.T) {
	soaks(t)
	addr := freeAddress(t)
	server := startPatient(t, addr)
	u := reunion{t: t}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for range scale(1000, 100) {
		r := &resumer{host: addr, me: fmt.Sprintf("%x", randomSecret()), acks: map[string]v1.Position{}}
		u.all = append(u.all, r)
		running.Go(func() { r.run(ctx) })
	}
	defer running.Wait()
	defer stop()
	u.wait("all are here", func(r *resumer) bool { return r.conn != nil })
	for round := range scale(5, 1) {
		for i, r := range u.all {
			r.say(fmt.Sprintf("round %d, %d", round, i))
		}
		u.settle()
		for i, r := range u.all {
			for n := range 5 {
				if i%5 == 0 {
					r.say(fmt.Sprintf("round %d, %d, into the kill: %d", round, i, n))
				}
			}
		}
		server.kill()
		began := time.Now()
		server = startPatient(t, addr)
		u.wait("all are back", func(r *resumer) bool { return r.conn != nil && r.resyncs == round+1 })
		back := time.Since(began)
		u.settle()
		t.Logf("round %d: %d are back after %v, and have heard all after %v", round+1, len(u.all), back.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	}
	total, acked := 0, 0
	for _, r := range u.all {
		total, acked = total+r.said, acked+len(r.acks)
	}
	if total == 0 || acked < total {
		t.Errorf("%d texts said, %d acknowledged", total, acked)
	}
}

func randomSecret() (s [16]byte) {
	rand.Read(s[:])
	return s
}
