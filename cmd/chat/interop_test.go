package main

import (
	"errors"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// modes are what is said about permessage-deflate (RFC 7692 §7.1): nothing, the
// offer of each library, small windows.
var modes = map[string]handshake.DeflateConfig{
	"plain":   {},
	"deflate": {Enabled: true, ServerTakeover: true, ClientTakeover: true},
	"window":  {Enabled: true, ServerMaxWindowBits: 9, ClientMaxWindowBits: 10},
}

// messages are what every pair exchanges, both ways.
var messages = []step{
	{Do: "text"},
	{Do: "text", Data: "Hello, 세계 👋"},
	{Do: "binary"},
	{Do: "binary", Data: base([]byte{0, 1, 0x7f, 0x80, 0xff})},
	{Do: "text", Data: strings.Repeat("a", 125)},
	{Do: "text", Data: strings.Repeat("b", 126)},
	{Do: "binary", Data: base(noise(65535))},
	{Do: "binary", Data: base(noise(65536))},
	{Do: "text", Data: strings.Repeat("길고 긴 말. ", 1<<20/16)},
	{Do: "binary", Data: base(noise(1 << 20))},
	{Do: "fragments", Pieces: []string{"조각", "", " 셋 ", "끝"}},
}

// noise is bytes that do not compress, the same ones each time.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{}).Read(b)
	return b
}

// arrives is what the other side has to see of a message.
func (s step) arrives() happening {
	if s.Do == "fragments" {
		return happening{Event: "text", Data: strings.Join(s.Pieces, "")}
	}
	return happening{Event: s.Do, Data: s.Data}
}

// eachLibrary runs a test for each library.
func eachLibrary(t *testing.T, test func(t *testing.T, lib library)) {
	for _, lib := range libraries {
		t.Run(lib.name, func(t *testing.T) { test(t, lib) })
	}
}

// eachPair runs a test for each library in each mode.
func eachPair(t *testing.T, test func(t *testing.T, lib library, mode string)) {
	eachLibrary(t, func(t *testing.T, lib library) {
		for _, mode := range slices.Sorted(maps.Keys(modes)) {
			t.Run(mode, func(t *testing.T) { test(t, lib, mode) })
		}
	})
}

// TestTheirClient lets other people's clients talk to the server's /echo.
func TestTheirClient(t *testing.T) {
	c := startChat(t)
	eachPair(t, func(t *testing.T, lib library, mode string) {
		wire := tap(t, c.host)
		p := lib.start(t, "client", "ws://"+wire.host+"/echo", mode)
		p.tells(happening{Event: "open"})
		for _, m := range messages {
			p.do(m)
			p.tells(m.arrives())
		}
		p.do(step{Do: "ping", Data: "핑"})
		p.tells(happening{Event: "pong", Data: "핑"})
		p.do(step{Do: "close", Code: 1000, Reason: "잘 가"})
		p.tells(happening{Event: "close", Code: 1000})
		up, down := wire.judge(t)
		checkDeflate(t, mode, wire, up, down)
		checkFragmented(t, up)
	})
}

// TestTheirServer lets our client talk to other people's servers.
func TestTheirServer(t *testing.T) {
	eachPair(t, func(t *testing.T, lib library, mode string) {
		wire, p, us := dialPeer(t, lib, mode)
		for _, m := range messages {
			us.send(m)
			p.tells(m.arrives())
			p.do(m)
			us.gets(m.arrives())
		}
		p.do(step{Do: "ping", Data: "핑"})
		p.tells(happening{Event: "pong", Data: "핑"})
		us.do(us.Send(frame.Ping, []byte("퐁")))
		us.do(us.Close(frame.NormalClosure, "잘 가"))
		p.tells(happening{Event: "close", Code: 1000, Reason: "잘 가"})
		up, down := wire.judge(t)
		checkDeflate(t, mode, wire, up, down)
		checkFragmented(t, up)
		checkFragmented(t, down)
		if !slices.ContainsFunc(down, func(f frame.Frame) bool { return f.Opcode == frame.Pong && string(f.Payload) == "퐁" }) {
			t.Error("our Ping was not answered (§5.5.2)")
		}
	})
}

// checkDeflate checks what was agreed against the mode, and that both sides
// compressed if it was agreed, and only then (RFC 7692 §6).
func checkDeflate(t *testing.T, mode string, wire *wiretap, up, down []frame.Frame) {
	t.Helper()
	agreed := string(extensions.Find(wire.down))
	want := modes[mode].Enabled
	if (agreed != "") != want || compressed(up) != want || compressed(down) != want {
		t.Errorf("in mode %s the answer has %q, the client compresses: %v, the server: %v", mode, agreed, compressed(up), compressed(down))
	}
	if mode == "window" && !strings.Contains(agreed, "server_max_window_bits=9") {
		t.Errorf("the bound for the server's window is not kept: %q (RFC 7692 §7.1.2.1)", agreed)
	}
}

var extensions = regexp.MustCompile(`Sec-WebSocket-Extensions: .*`)

// checkFragmented checks that a message was indeed sent in fragments (§5.4).
func checkFragmented(t *testing.T, all []frame.Frame) {
	t.Helper()
	if !slices.ContainsFunc(all, func(f frame.Frame) bool { return !f.Fin }) {
		t.Error("no message was fragmented")
	}
}

// TestTheirClientCloses closes with each sort of code (§7.4); the answer has the
// same one.
func TestTheirClientCloses(t *testing.T) {
	c := startChat(t)
	eachLibrary(t, func(t *testing.T, lib library) {
		for _, code := range []int{1000, 1001, 1011, 3000, 4999} {
			wire := tap(t, c.host)
			p := lib.start(t, "client", "ws://"+wire.host+"/echo", "plain")
			p.tells(happening{Event: "open"})
			p.do(step{Do: "close", Code: code, Reason: "끝"})
			p.tells(happening{Event: "close", Code: code})
			wire.judge(t)
		}
	})
}

// TestTheirClientIsClosed lets the server close: for a text that is not UTF-8
// (§8.1), and because it goes down.
func TestTheirClientIsClosed(t *testing.T) {
	eachLibrary(t, func(t *testing.T, lib library) {
		c := startChat(t)
		p := lib.start(t, "client", "ws://"+c.host+"/echo", "plain")
		p.tells(happening{Event: "open"})
		p.do(step{Do: "invalid"})
		if h := p.next(); h.Event != "close" || h.Code != 1007 || !strings.Contains(h.Reason, "§8.1") {
			t.Errorf("a text that is not UTF-8 has the effect %v", h)
		}
		p = lib.start(t, "client", "ws://"+c.host+"/", "plain")
		p.tells(happening{Event: "open"})
		p.tells(happening{Event: "text", Data: greeting})
		c.interrupt()
		if h := p.next(); h.Event != "close" || h.Code != 1001 || h.Reason == "" {
			t.Errorf("the server's end has the effect %v", h)
		}
	})
}

// TestCloseTheirServer closes from our side, with every form of a Close.
func TestCloseTheirServer(t *testing.T) {
	eachLibrary(t, func(t *testing.T, lib library) {
		for _, tt := range []struct {
			code   frame.CloseCode
			reason string
		}{{frame.NoStatus, ""}, {frame.GoingAway, ""}, {3001, "그만"}, {4999, strings.Repeat("x", frame.MaxReason)}} {
			wire, p, us := dialPeer(t, lib, "plain")
			us.do(us.Close(tt.code, tt.reason))
			p.tells(happening{Event: "close", Code: int(tt.code), Reason: tt.reason})
			wire.judge(t)
		}
	})
}

// TestTheirServerCloses lets the other side begin, or break a rule.
func TestTheirServerCloses(t *testing.T) {
	eachLibrary(t, func(t *testing.T, lib library) {
		for _, code := range []frame.CloseCode{1000, 3001, 4999} {
			wire, p, us := dialPeer(t, lib, "plain")
			p.do(step{Do: "close", Code: int(code), Reason: "그만"})
			p.tells(happening{Event: "close", Code: int(code)})
			var closed *conn.ClosedError
			if err := us.end(); !errors.As(err, &closed) || *closed != (conn.ClosedError{Code: code, Reason: "그만", ByPeer: true}) {
				t.Errorf("the peer's Close %d ends our connection with %v", code, err)
			}
			wire.judge(t)
		}
		wire, p, us := dialPeer(t, lib, "plain")
		p.do(step{Do: "invalid"})
		if err := us.end(); !errors.Is(err, frame.ErrTextNotUTF8) {
			t.Errorf("a text that is not UTF-8 ends our connection with %v", err)
		}
		if h := p.next(); h.Event != "close" || h.Code != 1007 {
			t.Errorf("a text that is not UTF-8 has the effect %v", h)
		}
		wire.judge(t)
	})
}
