package room

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
)

// Random schedules of members that speak, lag, come and go in a room of small shards,
// a turn at a time: when all is done everybody who is there has all there was since he
// came, or fell off the log, and the next message is taken.
func TestRandomSchedules(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for seed := range uint64(100) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		cfg := still(t, idlePumps(1))
		cfg.Messages = 1 + rnd.IntN(6)
		cfg.seating = seating{1 + rnd.IntN(3), 4}
		rs := newRooms(t, cfg)
		type who struct {
			*peer
			first uint64
			enc   Encoding
		}
		var in []who
		var bodies []string
		var r *Room
		come := func() {
			p := &peer{}
			p.capacity = func(n int) int { return n - n/2*rnd.IntN(2)*rnd.IntN(2) }
			enc := Encoding(rnd.IntN(2))
			c, start := join(t, rs, p, enc, Point{})
			p.cursor, r = c, start.Room
			c.Ready()
			in = append(in, who{p, start.Next, enc})
		}
		for range 10 + rnd.IntN(30) {
			come()
		}
		for range 1500 {
			i := rnd.IntN(len(in))
			switch x := rnd.IntN(20); {
			case x < 6:
				body := fmt.Sprint(len(bodies), " ", string(make([]byte, rnd.IntN(2)*rnd.IntN(6000))))
				if _, err := in[i%(1+rnd.IntN(len(in)))].cursor.Publish(canceled, []byte(body)); err == nil {
					bodies = append(bodies, body)
				}
			case x < 15:
				p := cfg.Pumps.pumps[0]
				p.queues.sends += rnd.IntN(2) * frontEvery
				if sh := p.pop(); sh != nil {
					p.give(sh)
				}
			case x < 18:
				if in[i].flush(1 << 20) {
					in[i].cursor.Ready()
				}
			case x == 18 && len(in) > 5:
				in[i].cursor.Leave()
				in[i] = in[len(in)-1]
				in = in[:len(in)-1]
			case x == 19 && len(in) < 40:
				come()
			}
		}
		cfg.Pumps.spin()
		for _, m := range in {
			m.capacity = nil
			if m.flush(1 << 20) {
				m.cursor.Ready()
			}
		}
		cfg.Pumps.spin()
		if seq := publish(t, r, "last"); seq != uint64(len(bodies))+1 {
			t.Fatalf("seed %d: message %d, want %d", seed, seq, len(bodies)+1)
		}
		bodies = append(bodies, "last")
		cfg.Pumps.spin()
		for _, m := range in {
			if m.late > 0 {
				t.Fatalf("seed %d: called after its end", seed)
			}
			if m.overflow == 0 {
				m.expect(t, m.enc, m.first, bodies[m.first-1:]...)
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}
