package server

import (
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"rfc6455/frame"
)

func TestTenPings(t *testing.T) {
	p := serve(t, Config{}).upgrade(t, "/").greeted()
	var pings, pongs []string
	for _, digit := range "0123456789" {
		pings, pongs = append(pings, `ping "`+string(digit)+`"`), append(pongs, `pong "`+string(digit)+`"`)
	}
	p.send(pings...)
	p.want(pongs...)
}

// Control frames have a budget; where it is large, a peer that does not take its
// Pongs is not read from.
func TestPingFlood(t *testing.T) {
	floods := 1_000_000
	if testing.Short() {
		floods = 100_000
	}
	s := serve(t, Config{}, func(s *Server) { s.echo.Limits.ControlBurst = 1 << 30 })
	verify := bystanders(t, s)
	block := strings.Repeat(wire(`ping "0123456789"`), 1000)
	before := heap()

	p := s.upgrade(t, "/chat").greeted()
	p.flood(block, floods*16)
	p.wantCloseFrame(frame.PolicyViolation)
	p.nc.Close()

	p = s.upgrade(t, "/echo")
	p.nc.SetReadBuffer(systemBuffer)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		p.flood(block, floods*16)
	}()
	speaker := s.join(t)
	for range 200 { // while the flood stands
		speaker.say("x")
		for speaker.next() != Prefix+"x" {
		}
	}
	if grown := heap() - before; grown > 16<<20 {
		t.Errorf("heap grew by %d bytes", grown)
	}
	p.nc.Close()
	<-sent
	verify()
}

// Small messages as fast as they go, as many as the log holds: everybody who reads
// gets them all, the fast and the slow.
func TestMessageFlood(t *testing.T) {
	const block, blocks = 1 << 10, DefaultRoomMessages >> 10
	s := serve(t, Config{})
	s.level.Set(slog.LevelWarn)
	flooder := s.upgrade(t, "/").greeted()
	before := heap()
	var wg sync.WaitGroup
	wg.Go(func() { // it takes what it is sent: whoever floods and does not is dropped
		for range blocks * block {
			if f, err := flooder.next(); err != nil || string(f.Payload) != Prefix+"x" {
				t.Errorf("got %v, %v", f, err)
				return
			}
		}
	})
	for range 2 {
		c := s.join(t)
		wg.Go(func() {
			n := 0
			for ev := range c.Messages() {
				if string(ev.Payload) != Prefix+"x" {
					t.Errorf("got %v", ev)
				}
				if n++; n == blocks*block {
					return
				}
			}
			t.Errorf("after %d messages: %v", n, c.Err())
		})
	}
	took := flooder.flood(strings.Repeat(wire(`text "x"`), block), blocks*block*len(wire(`text "x"`)))
	wg.Wait()
	if want := blocks * block * len(wire(`text "x"`)); took != want {
		t.Errorf("the server took %d bytes of %d", took, want)
	}
	if grown := heap() - before; grown > 24<<20 {
		t.Errorf("heap grew by %d bytes", grown)
	}
}

// Who goes on for ever and does not read what he causes is dropped himself.
func TestMessageFloodUnread(t *testing.T) {
	s := serve(t, Config{}, func(s *Server) { s.chat.WriteTimeout = 500 * time.Millisecond })
	s.level.Set(slog.LevelWarn)
	before := heap()
	flooder := s.upgrade(t, "/").greeted()
	flooder.nc.SetReadBuffer(systemBuffer)
	flooder.flood(strings.Repeat(wire(`text "x"`), 1000), 1<<30)
	eventually(t, "nobody is left", func() bool { return s.count() == 0 })
	if grown := heap() - before; grown > 24<<20 {
		t.Errorf("heap grew by %d bytes", grown)
	}
	c := s.join(t)
	c.say("still here")
	c.want(Prefix + "still here")
}
