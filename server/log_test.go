package server

import (
	"strings"
	"testing"
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
