package room

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rfc6455/server/store"
)

// The oracle is the room as one would first write it: a queue for each
// member, a copy of the message in every queue.
type oracle struct{ queues map[*peer][]byte }

func (o *oracle) publish(seq uint64, body string) {
	for p := range o.queues {
		o.queues[p] = marked(p.cursor.enc)(o.queues[p], Message{Seq: seq, Body: []byte(body)})
	}
}

// Members of every temper get, in order and whole, what the oracle's got.
func TestTempersAgainstOracle(t *testing.T) {
	tempers := map[string]func(i int) func(int) int{
		"all":     func(int) func(int) int { return nil },
		"half":    func(int) func(int) int { return func(n int) int { return n / 2 } },
		"a byte":  func(int) func(int) int { return func(int) int { return 1 } },
		"nothing": func(int) func(int) int { k := 0; return func(n int) int { k++; return n * (k & 1) } },
		"any": func(i int) func(int) int {
			rnd := rand.New(rand.NewPCG(7, uint64(i)))
			return func(n int) int { return rnd.IntN(n + 2) }
		},
	}
	synctest.Test(t, func(t *testing.T) {
		rs := newRooms(t, config(t))
		o := &oracle{queues: map[*peer][]byte{}}
		rnd := rand.New(rand.NewPCG(3, 4))
		names := make(map[*peer]string)
		var r *Room
		for name, temper := range tempers {
			for i := range 8 {
				p := &peer{capacity: temper(i)}
				c, start := join(t, rs, p, Encoding(i%2), Point{})
				p.cursor, r = c, start.Room
				o.queues[p], names[p] = nil, name
				c.Ready()
			}
		}
		for round := range 60 {
			for range rnd.IntN(12) {
				body := strings.Repeat("x", rnd.IntN(90)*rnd.IntN(40))
				o.publish(publish(t, r, body), body)
			}
			if round%3 == 0 {
				synctest.Wait()
			}
			for p := range o.queues {
				if p.flush(rnd.IntN(400)) {
					p.cursor.Ready()
				}
			}
		}
		for p, want := range o.queues {
			for synctest.Wait(); len(p.got) < len(want); synctest.Wait() {
				if p.flush(1000) {
					p.cursor.Ready()
				}
			}
			if p.early > 0 {
				t.Errorf("%s: offered %d times before it was ready", names[p], p.early)
			}
			if string(p.got) != string(want) {
				t.Errorf("%s: got other bytes than the oracle: %d, want %d", names[p], len(p.got), len(want))
			}
		}
	})
}

// Nobody sees a message that the log did not take.
func TestLogFirst(t *testing.T) {
	broken := errors.New("disk is full")
	log := &brokenLog{Memory: store.NewMemory()}
	cfg := still(t, idlePumps(1))
	cfg.Log = func(string) (Log, error) { return log, nil }
	rs := newRooms(t, cfg)
	p := &peer{}
	c, start := join(t, rs, p, 0, Point{})
	c.Ready()
	publish(t, start.Room, "a")
	log.err = broken
	if _, err := start.Room.TryPublish([]byte("lost")); !errors.Is(err, broken) {
		t.Errorf("publish to a broken log: %v, want %v", err, broken)
	}
	log.err = nil
	publish(t, start.Room, "b")
	cfg.Pumps.spin()
	p.expect(t, 0, 1, "a", "b")
}

type brokenLog struct {
	*store.Memory
	err error
}

func (l *brokenLog) Append(body []byte) error {
	if l.err != nil {
		return l.err
	}
	return l.Memory.Append(body)
}

func TestLogIsBounded(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.Messages, cfg.Bytes = 8, 100
	rs := newRooms(t, cfg)
	p := &peer{}
	c, start := join(t, rs, p, 0, Point{})
	c.Ready()
	r := start.Room
	for i, n := range []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 50, 50, 1, 99, 100, 0, 1} {
		publish(t, r, strings.Repeat("x", n))
		cfg.Pumps.spin()
		s := r.Status()
		held := 0
		for seq := s.Base; seq < s.Head; seq++ {
			held += len(r.log.At(seq))
		}
		if s.Head-s.Base > 8 || held > 100 || held != r.bytes {
			t.Errorf("after message %d: %d messages, %d bytes (counted as %d)", i+1, s.Head-s.Base, held, r.bytes)
		}
	}
	if _, err := r.TryPublish(make([]byte, 101)); err != ErrTooLarge {
		t.Errorf("publish of 101 bytes: %v, want ErrTooLarge", err)
	}
}

// While a shard is a whole log behind, nobody's messages are thrown out:
// publishers wait.
func TestPublisherWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := still(t, idlePumps(1))
		cfg.Messages = 4
		rs := newRooms(t, cfg)
		p := &peer{}
		c, start := join(t, rs, p, 0, Point{})
		c.Ready()
		r := start.Room
		cfg.Pumps.spin()
		for i := range 4 {
			publish(t, r, fmt.Sprint(i))
		}
		if _, err := r.TryPublish([]byte("x")); err != ErrBehind {
			t.Fatalf("publish to a room that is behind: %v, want ErrBehind", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := r.Publish(ctx, []byte("x")); err != context.DeadlineExceeded {
			t.Fatalf("publish that waited for a second: %v, want DeadlineExceeded", err)
		}
		results := make(chan error, 2)
		go func() { _, err := r.Publish(t.Context(), []byte("4")); results <- err }()
		synctest.Wait()
		cfg.Pumps.spin()
		if err := <-results; err != nil {
			t.Fatal(err)
		}
		cfg.Pumps.spin()
		p.expect(t, 0, 1, "0", "1", "2", "3", "4")

		for range 4 {
			publish(t, r, "last")
		}
		go func() { _, err := r.Publish(t.Context(), []byte("x")); results <- err }()
		synctest.Wait()
		cfg.Pumps.Close()
		if err := <-results; err != ErrClosed {
			t.Errorf("publish that waits while the pumps close: %v, want ErrClosed", err)
		}
	})
}

// A shard whose members have all left holds nobody up.
func TestPublisherDoesNotWaitForNobody(t *testing.T) {
	cfg := still(t, idlePumps(1))
	cfg.Messages = 4
	rs := newRooms(t, cfg)
	c, start := join(t, rs, &peer{}, 0, Point{})
	c.Ready()
	cfg.Pumps.spin()
	c.Leave()
	cfg.Pumps.spin()
	for range 20 {
		publish(t, start.Room, "x")
	}
	if n := len(start.Room.shards); n != 0 {
		t.Errorf("%d shards without members", n)
	}
}

// Each message is encoded once for each encoding that somebody uses, however
// many members and shards there are.
func TestEncodedOnce(t *testing.T) {
	cfg := still(t, idlePumps(2))
	calls := make([]int, 3)
	cfg.Encoders = nil
	for e := range calls {
		cfg.Encoders = append(cfg.Encoders, func(dst []byte, m Message) []byte {
			calls[e]++
			return marked(Encoding(e))(dst, m)
		})
	}
	cfg.seating = large
	rs := newRooms(t, cfg)
	var r *Room
	for i := range 2*shardSeats + 10 {
		c, start := join(t, rs, &peer{}, Encoding(i%2), Point{})
		c.Ready()
		r = start.Room
	}
	if n := len(r.shards); n != 3 {
		t.Errorf("%d shards, want 3", n)
	}
	for range 10 {
		publish(t, r, "x")
		publish(t, r, "y")
		cfg.Pumps.spin()
	}
	c, _ := join(t, rs, &peer{}, 0, Point{History: 20})
	c.Ready()
	cfg.Pumps.spin()
	if want := []int{20, 20, 0}; !slices.Equal(calls, want) {
		t.Errorf("encoders were called %v times, want %v", calls, want)
	}
}

func TestConfigIsChecked(t *testing.T) {
	for name, spoil := range map[string]func(*Config){
		"no pumps":          func(c *Config) { c.Pumps = nil },
		"no log":            func(c *Config) { c.Log = nil },
		"no epoch":          func(c *Config) { c.Epoch = nil },
		"no encoder":        func(c *Config) { c.Encoders = nil },
		"too many encoders": func(c *Config) { c.Encoders = make([]Encoder, MaxEncodings+1) },
		"negative limit":    func(c *Config) { c.Keep = -1 },
	} {
		cfg := still(t, idlePumps(1))
		spoil(&cfg)
		if _, err := NewRooms(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
