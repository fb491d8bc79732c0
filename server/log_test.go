package server

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
	"rfc6455/server/metrics"
)

func TestLogLines(t *testing.T) {
	s := serve(t, Config{})
	c := s.join(t)
	s.log.await(t, "level=INFO", `msg="새로운 클라이언트 연결됨!"`, "remote="+c.NetConn().LocalAddr().String())
	c.say("안녕", "hello")
	s.log.await(t, "level=INFO", `msg="받은 메시지: 안녕"`)
	s.log.await(t, "level=INFO", `msg="받은 메시지: hello"`)
}

// Nobody writes to the operator's terminal but the server.
func TestLogEscapes(t *testing.T) {
	s := serve(t, Config{})
	c := s.join(t)
	for _, text := range []string{
		"\x1b]0;title\x07", "\x1b[2J", "a\nlevel=ERROR msg=forged", "b\r\nc", "\x00\x7f", "\u009b31m", "\u202eevil", "\u2028", `" level=ERROR msg="`,
	} {
		c.say(text)
		c.want(Prefix + text)
	}
	s.log.await(t, `받은 메시지: \x1b]0;title\a"`)
	s.log.await(t, `받은 메시지: a\nlevel=ERROR msg=forged"`)
	s.log.await(t, `받은 메시지: \u202eevil"`)
	s.log.await(t, `받은 메시지: \" level=ERROR msg=\""`)
	log := s.log.String()
	if i := strings.IndexFunc(strings.ReplaceAll(log, "\n", ""), func(r rune) bool {
		return r < ' ' || 0x7f <= r && r <= 0x9f || strings.ContainsRune("\u202e\u2028", r)
	}); i >= 0 {
		t.Errorf("control character in the log:\n%q", log)
	}
	for line := range strings.Lines(log) {
		if !strings.HasPrefix(line, "time=") || strings.Count(line, " level=INFO ") != 1 {
			t.Errorf("forged line %q", line)
		}
	}
}

func TestLogOfLongTexts(t *testing.T) {
	s := serve(t, Config{})
	c := s.join(t)
	at, over := strings.Repeat("x", logBytes), strings.Repeat("x", logBytes-1)+"한"
	c.say(at, over)
	c.want(Prefix+at, Prefix+over)
	s.log.await(t, `받은 메시지: `+at+`"`)
	s.log.await(t, `받은 메시지: `+over[:logBytes-1]+`" bytes=4098`)
}

// The end of a connection is one record, with its cause and figures.
func TestLogOfEnds(t *testing.T) {
	s := serve(t, Config{})
	p := s.upgrade(t, "/").greeted()
	p.send(`text "hello"`)
	p.want(`text "서버에서 전달: hello"`)
	eventually(t, "the delivery to be counted", func() bool { return s.scrape(t, "chat_deliveries_total") == "1" })
	p.send(`close 1000 "bye\x1b"`)
	p.rest()
	line := s.log.await(t, "level=INFO", `msg="connection ended"`, "remote="+p.nc.LocalAddr().String(), "kind=plain", "code=1000",
		"messages_in=1 bytes_in=5 messages_out=2", fmt.Sprintf("bytes_out=%d", 2+len(Greeting)+2+len(Prefix)+5), `closed by the peer, code 1000`)
	if strings.Contains(line, "\x1b") || !strings.Contains(line, " lasted=") {
		t.Errorf("got %q", line)
	}
	p = s.upgrade(t, "/chat", offerChat)
	p.reads(frame.Text)
	p.nc.SetLinger(0)
	p.nc.Close()
	s.log.await(t, "level=INFO", `msg="connection ended"`, p.nc.LocalAddr().String(), "kind=chat.v1", "code=1006")
	p = s.upgrade(t, "/echo")
	p.send(`text "hello"`, `close 1001`)
	p.rest()
	s.log.await(t, "level=INFO", `msg="connection ended"`, p.nc.LocalAddr().String(), "kind=echo", "code=1001", "messages_in=1 bytes_in=5 messages_out=1 bytes_out=7")
	if n := strings.Count(s.log.String(), "connection ended"); n != 3 {
		t.Errorf("three ends are %d records", n)
	}
}

// Without LogTexts the log has no text, and no query in any case.
func TestLogWithoutTexts(t *testing.T) {
	s := serve(t, Config{}, func(s *Server) { s.cfg.LogTexts = false })
	c := s.join(t)
	c.say("something private")
	c.want(Prefix + "something private")
	v, _, _ := s.settle(t, "room=hidden&name=nobody&"+me1)
	v.tell(1, "something private")
	v.hears("something private")
	s.refused(t, 400, "/chat?room=hidden", "Sec-WebSocket-Key: x")
	s.upgrade(t, "/chat?room=hidden&me=1", offerChat)
	s.log.await(t, "level=INFO", `msg="받은 메시지"`, "bytes=17")
	for _, secret := range []string{"private", "hidden", "nobody", "0011"} {
		if line := s.log.line([]string{secret}); line != "" {
			t.Errorf("the log has %q: %s", secret, line)
		}
	}
}

func TestLimiter(t *testing.T) {
	var l limiter
	now := time.Unix(1e9, 0)
	for _, tt := range []struct {
		after  time.Duration
		missed int
		ok     bool
	}{
		{0, 0, true}, {0, 0, false}, {time.Second - 1, 0, false}, {time.Second, 2, true}, {time.Second + 1, 0, false}, {9 * time.Second, 1, true}, {20 * time.Second, 0, true},
	} {
		if missed, ok := l.take(now.Add(tt.after), time.Second, 1); missed != tt.missed || ok != tt.ok {
			t.Errorf("after %v: %d, %v; want %d, %v", tt.after, missed, ok, tt.missed, tt.ok)
		}
	}
}

func TestLimiterOfMany(t *testing.T) {
	var l limiter
	now := time.Unix(1e9, 0)
	var said []int
	for i := range 10 {
		if missed, ok := l.take(now.Add(time.Duration(i/5)*time.Second), time.Second, 2); ok {
			said = append(said, i, missed)
		}
	}
	if want := []int{0, 0, 1, 0, 5, 3, 6, 0}; !slices.Equal(said, want) {
		t.Errorf("it says, and missed, %v; want %v", said, want)
	}
}

// Strangers do not fill the disk by being refused, and who has gone was not refused.
func TestRefusalsInTheLog(t *testing.T) {
	s := serve(t, Config{})
	r := &http.Request{RemoteAddr: "192.0.2.1:1"}
	s.notAccepted(r, &conn.BrokenError{Err: io.EOF})
	if n := s.Metrics.Refusals.Of(metrics.Other).Value(); n != 0 || strings.Contains(s.log.String(), "192.0.2.1") {
		t.Errorf("%d refused, and it logs %s", n, s.log)
	}
	began := time.Now()
	for range 10 * refusedMost {
		s.notAccepted(r, handshake.ErrOriginForeign)
	}
	windows := 1 + int(time.Since(began)/refusedEvery)
	if n := strings.Count(s.log.String(), "origin refused"); n < refusedMost || n > (windows+1)*refusedMost {
		t.Errorf("%d lines in %v", n, time.Since(began))
	}
	if n := s.Metrics.Refusals.Of(handshake.ErrOriginForeign.ID).Value(); n != 10*refusedMost {
		t.Errorf("%d counted", n)
	}
}
