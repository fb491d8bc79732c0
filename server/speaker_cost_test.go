package server

import (
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/server/chat"
)

// reads reads up to a frame of that kind.
func (p *peer) reads(op frame.Opcode) {
	p.t.Helper()
	for {
		f, err := p.next()
		if err != nil {
			p.t.Fatal(err)
		}
		if f.Opcode == op {
			return
		}
	}
}

// drain calls took for whatever comes, which is a frame if only one is under way,
// until the connection ends.
func (p *peer) drain(took func()) {
	p.nc.SetDeadline(time.Time{})
	for buf := make([]byte, 4<<10); ; {
		if _, err := p.nc.Read(buf); err != nil {
			return
		}
		took()
	}
}

// A text of 64 bytes to 200 members of one kind, on real sockets, until all of
// them have it.
func BenchmarkDelivery(b *testing.B) {
	const members = 200
	for _, kind := range []struct {
		name   string
		fields []string
	}{{"plain", nil}, {"chat.v1", []string{offerChat}}} {
		b.Run(kind.name, func(b *testing.B) {
			s := serve(b, Config{})
			s.level.Set(slog.LevelWarn)
			peers := make([]*peer, members)
			for i := range peers {
				peers[i] = s.upgrade(b, "/chat", kind.fields...)
				peers[i].reads(frame.Text) // it is in the room
			}
			s.later(b, chat.Lobby, chat.MembersEvery) // how many they are is told now, not later
			var missing atomic.Int64
			all := make(chan struct{})
			for _, p := range peers {
				p.send(`ping ""`)
				p.reads(frame.Pong) // and has read who came
				go p.drain(func() {
					if missing.Add(-1) == 0 {
						all <- struct{}{}
					}
				})
			}
			r := s.hallOf(b, chat.Lobby).room
			body := chat.Say{ID: "0123456789abcdef", Text: strings.Repeat("x", 64)}.AppendBody(nil, chat.Member{ID: "0123456789abcdef", Name: "name"}, time.Now())
			b.ReportAllocs()
			for b.Loop() {
				missing.Store(members)
				if _, err := r.Publish(b.Context(), body); err != nil {
					b.Fatal(err)
				}
				<-all
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*members), "ns/delivery")
		})
	}
}
