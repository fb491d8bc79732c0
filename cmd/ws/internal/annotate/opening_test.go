package annotate

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/handshake"
)

const (
	request = "GET /chat?x=1 HTTP/1.1\r\nHost: localhost:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: a, chat.v1\r\n" +
		"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9; client_max_window_bits=12, permessage-deflate; client_max_window_bits\r\n\r\n"
	answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" +
		"Sec-WebSocket-Protocol: chat.v1\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10\r\n\r\n"
)

// A turn is what one side sends.
type turn struct {
	from frame.Role
	text string
}

// open gives what a conversation that begins with its handshake comes to.
func open(n int, turns ...turn) (notes *notebook, wanted bool) {
	notes = &notebook{}
	c := New(Config{Opening: true}, notes)
	wanted = true
	for _, t := range turns {
		for piece := range slices.Chunk([]byte(t.text), n) {
			wanted = c.Bytes(t.from, 0, piece)
		}
	}
	c.End(frame.Server, 0)
	c.End(frame.Client, 0)
	return notes, wanted
}

func TestOpening(t *testing.T) {
	early := "\x89\x80\x01\x02\x03\x04" // a ping, before the answer came
	for _, n := range []int{1, 7, 1 << 20} {
		notes, wanted := open(n, turn{frame.Client, request + early}, turn{frame.Server, "HTTP/1.1 100 Continue\r\n\r\n" + answer + "\x81\x05Hello"},
			turn{frame.Client, "\x88\x80\x04\x03\x02\x01"}, turn{frame.Server, "\x88\x00"})
		if !wanted {
			t.Error("nothing more is wanted")
		}
		o := notes.opened
		want := handshake.Agreement{Protocol: "chat.v1", Deflate: handshake.DeflateParams{Enabled: true, ClientMaxWindowBits: 10}}
		if o == nil || !o.Established || o.RequestErr != nil || o.AnswerErr != nil || o.Agreement != want {
			t.Fatalf("opening %+v", o)
		}
		if len(o.Request) != 8 || o.Request[0] != "GET /chat?x=1 HTTP/1.1" || len(o.Answer) != 6 || o.Answer[0] != "HTTP/1.1 101 Switching Protocols" {
			t.Errorf("lines %q, %q", o.Request, o.Answer)
		}
		if want := []string{"ping", `text "Hello"`, "close", "close"}; !slices.Equal(notes.events, want) {
			t.Errorf("events %q, want %q", notes.events, want)
		}
		if e := notes.end; e == nil || e.Err != nil || e.First != int(frame.Server) || e.Closed[frame.Client].Code != frame.NoStatus || e.Frames != 4 {
			t.Errorf("end %+v", notes.end)
		}
	}
}

func TestRefused(t *testing.T) {
	notes, wanted := open(1<<20, turn{frame.Client, request}, turn{frame.Server, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"})
	if wanted || notes.opened == nil || notes.opened.Established || len(notes.opened.Answer) != 2 || notes.end != nil {
		t.Errorf("got %t, %+v, %+v", wanted, notes.opened, notes.end)
	}
}

// TestBrokenRules has handshakes that break a rule, and frames all the same.
func TestBrokenRules(t *testing.T) {
	for _, tt := range []struct {
		name, request, answer string
		ofRequest, ofAnswer   error
		deflate               bool
	}{
		{"version", strings.Replace(request, "13", "12", 1), answer, handshake.ErrVersionUnsupported, nil, true},
		{"accept", request, strings.Replace(answer, "s3p", "s3q", 1), nil, handshake.ErrAnswerAccept, true},
		{"protocol", request, strings.Replace(answer, "chat.v1", "chat.v2", 1), nil, handshake.ErrAnswerProtocol, true},
		{"not offered", strings.Replace(request, "permessage-deflate", "x", 2), answer, nil, handshake.ErrAnswerExtension, true},
		{"window", strings.Replace(request, "client_max_window_bits\r\n", "server_no_context_takeover\r\n", 1), answer, nil, handshake.ErrAnswerServerTakeover, true},
		{"extension", request, strings.Replace(answer, "permessage-deflate", "gzip", 1), nil, handshake.ErrAnswerExtension, false},
	} {
		notes, _ := open(1<<20, turn{frame.Client, tt.request}, turn{frame.Server, tt.answer + "\x81\x05Hello"})
		o := notes.opened
		if o == nil || !errors.Is(o.RequestErr, tt.ofRequest) || !errors.Is(o.AnswerErr, tt.ofAnswer) || o.Agreement.Deflate.Enabled != tt.deflate || len(notes.events) != 1 {
			t.Errorf("%s: %+v, %q", tt.name, o, notes.lines)
		}
	}
}

// TestForeign passes over what is no WebSocket connection, and says nothing.
func TestForeign(t *testing.T) {
	long := strings.Repeat("x", MaxHead)
	for name, turns := range map[string][]turn{
		"TLS":          {{frame.Client, "\x16\x03\x01\x02\x00"}},
		"a page":       {{frame.Client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"}},
		"a form":       {{frame.Client, "POST /x HTTP/1.1\r\nHost: x\r\n\r\n"}},
		"no HTTP":      {{frame.Client, "GET / SPDY\r\n\r\n"}},
		"a long head":  {{frame.Client, "GET /" + long}},
		"server first": {{frame.Server, "220 hello"}, {frame.Client, "EHLO"}},
	} {
		if notes, wanted := open(1000, turns...); wanted || len(notes.lines) != 0 {
			t.Errorf("%s: %t, %q", name, wanted, notes.lines)
		}
	}
	if notes, wanted := open(1, turn{frame.Client, "GET / HTTP/1.1\r\nUpg"}); !wanted || len(notes.lines) != 0 {
		t.Errorf("half a request: %q", notes.lines)
	}
}

// TestHalfOpening says what is there of a handshake that was not finished.
func TestHalfOpening(t *testing.T) {
	long := string(bytes.Repeat([]byte("x"), MaxHead))
	for name, tt := range map[string]struct {
		turns []turn
		err   error
	}{
		"no answer":         {[]turn{{frame.Client, request}, {frame.Server, "HTTP/1.1 101"}}, nil},
		"an answer of SMTP": {[]turn{{frame.Client, request}, {frame.Server, "220 hello\r\n\r\n"}}, nil},
		"only interim":      {[]turn{{frame.Client, request}, {frame.Server, strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 7)}}, nil},
		"a long answer":     {[]turn{{frame.Client, request}, {frame.Server, "HTTP/1.1 101 " + long}}, ErrHead},
		"many early frames": {[]turn{{frame.Client, request}, {frame.Client, long}, {frame.Client, long}}, ErrHead},
	} {
		notes, _ := open(1000, tt.turns...)
		if notes.opened == nil || notes.opened.Established || notes.end == nil || notes.end.Err != tt.err || len(notes.lines) != 2 {
			t.Errorf("%s: %q", name, notes.lines)
		}
	}
}
