package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/server/chat"
	"rfc6455/server/conn"
)

// A churner is one of many who do what they like.
type churner struct {
	s     *rig
	query string
	rng   *rand.Rand
	voice *voice // the last connection
	gone  chan error
	below net.Conn
	said  int
}

// enter connects, and reads from then on.
func (c *churner) enter(t *testing.T) error {
	cfg := &conn.Config{Subprotocols: []string{chat.Protocol}}
	cfg.Dialer = func(_ context.Context, network, addr string) (net.Conn, error) {
		nc, err := net.Dial(network, addr)
		c.below = nc
		return struct{ net.Conn }{nc}, err
	}
	cc, err := conn.Dial(t.Context(), "ws://"+c.s.addr+c.query, cfg)
	if err != nil {
		return err
	}
	c.voice, c.gone = &voice{client: &client{cc, t}, view: map[string]string{}}, make(chan error, 1)
	go func(v *voice, gone chan<- error) { gone <- follow(v) }(c.voice, c.gone)
	return nil
}

// follow reads to the end. The error says what was wrong before it.
func follow(v *voice) error {
	var last chat.Position
	for live := false; ; {
		e, err := v.read()
		if err != nil {
			if err == v.Err() {
				err = nil
			}
			return err
		}
		switch e.Type {
		case "live":
			if live {
				return errors.New("live twice")
			}
			live = true
		case "message":
			p, err := chat.ParsePosition(e.Position)
			if err != nil || last.Seq > 0 && p.Seq != last.Seq+1 {
				return fmt.Errorf("after %v came %s, %v", last, e.Position, err)
			}
			last = p
		case "error":
			return fmt.Errorf("refused: %+v", e)
		}
	}
}

// leave ends the connection in one of two ways.
func (c *churner) leave() error {
	if c.rng.IntN(2) == 0 {
		c.below.Close()
	} else {
		c.voice.Close(frame.NormalClosure, "")
	}
	return <-c.gone
}

// churn comes and goes and talks until end, and stays then.
func (c *churner) churn(t *testing.T, end time.Time) error {
	for {
		if err := c.enter(t); err != nil || !time.Now().Before(end) {
			return err
		}
		for range c.rng.IntN(6) {
			var m chat.Request = chat.Ping{}
			switch c.rng.IntN(3) {
			case 0:
				m = chat.Rename{Name: fmt.Sprint(c.rng.IntN(1000))}
			case 1:
				c.said++
				m = chat.Say{ID: fmt.Sprintf("id-%s-%017d", c.query[len(c.query)-8:], c.said), Text: "x"}
			}
			if err := c.voice.Send(frame.Text, m.Append(nil)); err != nil {
				return err
			}
			time.Sleep(time.Duration(c.rng.IntN(20)) * time.Millisecond) // what churners do between
		}
		if err := c.leave(); err != nil {
			return err
		}
	}
}

// Fifty come, go, talk and change their names at random; in the end everybody
// knows who is there.
func TestChurn(t *testing.T) {
	const churners = 50
	s := serve(t, Config{})
	all := make([]*churner, churners)
	var wg sync.WaitGroup
	end := time.Now().Add(2 * time.Second)
	for i := range all {
		c := &churner{s: s, query: fmt.Sprintf("/chat?me=%032x", i), rng: rand.New(rand.NewPCG(6455, uint64(i)))}
		all[i] = c
		t.Cleanup(func() {
			if c.voice != nil {
				c.voice.Close(frame.NormalClosure, "")
			}
		})
		wg.Go(func() {
			if err := c.churn(t, end); err != nil {
				t.Errorf("%s: %v", c.query, err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	eventually(t, "the last connections alone", func() bool { return s.count() == churners })
	h := s.hallOf(t, chat.Lobby)
	var truth map[string]string
	eventually(t, "every churner and nobody else among the server's members", func() bool { // who is counted is not welcomed yet
		s.later(t, chat.Lobby, chat.Grace+time.Second)
		h.mu.Lock()
		list := h.presence.Snapshot().List
		h.mu.Unlock()
		truth = map[string]string{}
		for _, m := range list {
			truth[m.ID] = m.Name
		}
		there := len(truth) == churners
		for i := range all {
			me := chat.Secret{15: byte(i)}
			there = there && truth[me.ID()] != ""
		}
		return there
	})
	for i, c := range all {
		eventually(t, fmt.Sprintf("member %d to know the members", i), func() bool {
			c.voice.mu.Lock()
			defer c.voice.mu.Unlock()
			return maps.Equal(c.voice.view, truth) && c.voice.count == churners
		})
		if err := c.leave(); err != nil {
			t.Errorf("member %d: %v", i, err)
		}
	}
	eventually(t, "an empty hall", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.plain.first == nil && h.speakers.first == nil && h.presence == nil
	})
}
