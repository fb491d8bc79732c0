package server

import (
	"io"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
)

// drip writes a byte now and then until the server has had enough, or says false
// if all was taken.
func (p *peer) drip(s string, pause time.Duration) bool {
	pace := time.NewTicker(pause)
	defer pace.Stop()
	for i := range len(s) {
		if _, err := io.WriteString(p.nc, s[i:i+1]); err != nil {
			return true
		}
		<-pace.C
	}
	return false
}

func TestSlowloris(t *testing.T) {
	t.Parallel()
	s := serve(t, Config{}, func(s *Server) {
		// Those who are not slow, bystanders and handshakes, have to keep to them too.
		s.web.ReadHeaderTimeout = time.Second
		s.web.ReadTimeout = 1500 * time.Millisecond
		s.web.IdleTimeout = 500 * time.Millisecond
		s.chat.MessageTimeout = time.Second
		s.chat.LingerTimeout = 100 * time.Millisecond
	})
	verify := bystanders(t, s)
	t.Run("stages", func(t *testing.T) {
		for stage, begin := range map[string]string{
			"nothing at all": "",
			"header":         "GET / HTTP/1.1\r\nHost: localhost\r\n",
			"body":           "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n",
			"idle":           "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
		} {
			t.Run(stage, func(t *testing.T) {
				t.Parallel()
				p := s.tcp(t)
				p.raw(begin)
				if stage == "header" || stage == "body" {
					go p.drip("X: "+strings.Repeat("x", 1000), 50*time.Millisecond)
				}
				p.rest()
			})
		}
		for stage, begin := range map[string]string{
			"message, in its header":  "\x81",
			"message, in its payload": wire(`binary len=60000`),
			"message, in fragments":   wire(`text more "a"`),
		} {
			t.Run(stage, func(t *testing.T) {
				t.Parallel()
				p := s.upgrade(t, "/").greeted()
				p.raw(begin)
				drop := "x"
				if stage == "message, in fragments" {
					drop = wire(`cont more ""`)
				} else if begin == "\x81" {
					drop = "" // a header is cut, and nothing follows
				}
				go p.drip(strings.Repeat(drop, 1000), 50*time.Millisecond)
				p.wantCloseFrame(frame.PolicyViolation)
				p.rest()
			})
		}
	})
	verify()
}

// An echo that is not taken ends the reading, and then the connection.
func TestEchoThatIsNotRead(t *testing.T) {
	s := serve(t, Config{}, func(s *Server) { s.echo.WriteTimeout = 500 * time.Millisecond })
	verify := bystanders(t, s)
	before := heap()
	p := s.upgrade(t, "/echo")
	p.nc.SetReadBuffer(systemBuffer)
	took := p.flood(wire(`binary "*"*65536`), 256<<20)
	if took > 64<<20 {
		t.Errorf("the server took %d bytes whose echo nobody read", took)
	}
	if grown := heap() - before; grown > 16<<20 {
		t.Errorf("heap grew by %d bytes", grown)
	}
	eventually(t, "only the bystanders are left", func() bool { return s.count() == 2 })
	verify()
}

// After the closing handshake nobody listens for long.
func TestSendingAfterClose(t *testing.T) {
	t.Parallel()
	s := serve(t, Config{})
	verify := bystanders(t, s)
	for _, target := range []string{"/chat", "/echo"} {
		p := s.upgrade(t, target)
		p.send(`close 1000`)
		p.wantCloseFrame(frame.NormalClosure)
		if took := p.flood(wire(`text "*"*65000`), 100<<20); took >= 100<<20 {
			t.Errorf("%s took %d bytes after the Close", target, took)
		}
	}
	eventually(t, "only the bystanders are left", func() bool { return s.count() == 2 })
	verify()
}
