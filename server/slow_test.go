package server

import (
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
)

const (
	slowText  = 4 << 10
	slowRound = 50 // texts that are under way at once
)

// talk lets members say texts of 4 KiB in rounds; after each, all have taken all
// of it, in order. It is what does not depend on those who do not read.
func talk(t *testing.T, members []*client, rounds int) {
	t.Helper()
	pad := strings.Repeat(".", slowText)
	for round := range rounds {
		go func() {
			for n := range slowRound {
				text := fmt.Appendf(nil, "%d %d %s", round, n, pad)
				if err := members[round%len(members)].Send(frame.Text, text); err != nil {
					t.Error(err)
					return
				}
			}
		}()
		for _, m := range members {
			for n := range slowRound {
				if got, want := m.next(), fmt.Sprintf("%s%d %d ", Prefix, round, n); !strings.HasPrefix(got, want) {
					t.Fatalf("got %.50q, want %q", got, want)
				}
			}
		}
	}
}

func (s *rig) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.visitors.count
}

// lists says whether the server has a client's connection among its visitors. Their
// number says less: others may be leaving still.
func (s *rig) lists(nc net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for v := range s.visitors.all() {
		if v.conn.NetConn().RemoteAddr().String() == nc.LocalAddr().String() {
			return true
		}
	}
	return false
}

// patient gives whoever does not read or does not answer as long as a test has: nobody
// is to go by a deadline in the meantime, however long that takes.
func patient(s *Server) {
	s.chat.WriteTimeout, s.chat.CloseTimeout = 2*patience, 2*patience
	s.echo.WriteTimeout, s.echo.CloseTimeout = 2*patience, 2*patience
}

// unread is a member that never reads, with little space in its system.
func unread(t *testing.T, s *rig) *peer {
	p := s.tcp(t)
	p.nc.SetReadBuffer(systemBuffer)
	p.raw(s.request("/chat"))
	return p
}

// Two members never read: the others lose nothing, memory stays flat, and the
// two are dropped when they have taken nothing for the write deadline.
func TestMembersThatNeverRead(t *testing.T) {
	s := serve(t, Config{}, func(s *Server) { s.chat.WriteTimeout = 2 * time.Second })
	s.level.Set(slog.LevelWarn)
	members := []*client{s.join(t), s.join(t), s.join(t)}
	unread(t, s)
	unread(t, s)
	eventually(t, "five members", func() bool { return s.count() == 5 })
	talk(t, members, 40) // 8 MiB: more than what the system and the log hold
	before := heap()
	for s.count() > len(members) {
		talk(t, members, 2)
	}
	talk(t, members, 20)
	if grown := heap() - before; grown > 16<<20 {
		t.Errorf("heap grew by %d bytes", grown)
	}
	if got := s.count(); got != len(members) {
		t.Errorf("%d connections are left, want %d", got, len(members))
	}
}

// One that reads again in time learns what happened: its tail, whole frames in
// order, and then 1013.
func TestMemberThatReadsAgain(t *testing.T) {
	t.Parallel()
	s := serve(t, Config{}, patient)
	members := []*client{s.join(t), s.join(t)}
	slow := unread(t, s)
	eventually(t, "three members", func() bool { return s.count() == 3 })
	talk(t, members, 50) // 10 MiB
	slow.header()
	slow.greeted()
	n := 0
	for ; ; n++ {
		f, err := slow.next()
		if err != nil {
			t.Fatal(err)
		}
		if f.Opcode == frame.Close {
			if code, reason, _ := frame.ParseClose(f.Payload); code != frame.TryAgainLater || !strings.HasPrefix(reason, "reads too slowly") {
				t.Errorf("got %v", f)
			}
			break
		}
		if want := fmt.Sprintf("%s%d %d ", Prefix, n/slowRound, n%slowRound); !strings.HasPrefix(string(f.Payload), want) {
			t.Fatalf("got %.50q, want %q", f.Payload, want)
		}
	}
	if n == 0 || n == 50*slowRound {
		t.Errorf("%d texts came before the Close", n)
	}
	slow.send(`close 1013`)
	slow.rest()
	s.log.await(t, `msg="member is too slow"`, slow.nc.LocalAddr().String())
	talk(t, members, 2)
}

// One that is slow but within the log loses nothing.
func TestMemberThatFallsBehind(t *testing.T) {
	t.Parallel()
	s := serve(t, Config{MessageBytes: 1 << 20}, patient) // the room holds four of the longest
	members := []*client{s.join(t), s.join(t)}
	late := s.dial(t, "/", nil)
	late.NetConn().(interface{ SetReadBuffer(int) error }).SetReadBuffer(systemBuffer)
	late.want(Greeting)
	talk(t, members, 10)
	for n := range 10 * slowRound {
		if got, want := late.next(), fmt.Sprintf("%s%d %d ", Prefix, n/slowRound, n%slowRound); !strings.HasPrefix(got, want) {
			t.Fatalf("got %.50q, want %q", got, want)
		}
	}
	talk(t, append(members, late), 4)
}

// One vanishes in the middle of a message, without a word or by a reset, and one
// stays but says nothing any more.
func TestMembersThatVanish(t *testing.T) {
	s := serve(t, Config{})
	verify := bystanders(t, s)
	before := runtime.NumGoroutine()
	for i := range 30 {
		p := s.upgrade(t, []string{"/", "/echo"}[i%2])
		p.send(`text more "half of a"`)
		p.raw(wire(`cont "message"`)[:4])
		if i%3 == 0 {
			p.nc.SetLinger(0)
		}
		if i%3 < 2 {
			p.nc.Close()
		}
	}
	eventually(t, "only those who stay are left", func() bool { return s.count() == 2+10 })
	verify()
	eventually(t, "the goroutines of those who vanished to end", func() bool { return runtime.NumGoroutine() <= before+20 })
}
