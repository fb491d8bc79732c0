package cat

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/server/conn"
)

// came are messages for a sink.
var came = []session.Event{
	{Opcode: frame.Text, Payload: []byte("Hello\n\tWelt 👩\u200d💻 \u00a0ü")},
	{Opcode: frame.Text, Payload: []byte("\x1b]0;title\x07 \x1b[2J \r\b\x7f \u009b1m \u202Etxt.exe \u2028 \U000E0001")},
	{Opcode: frame.Text},
	{Opcode: frame.Binary, Payload: []byte("\x00\xff")},
	{Opcode: frame.Binary},
}

// feed gives a sink all that came.
func feed(t *testing.T, s Sink) {
	t.Helper()
	for i, ev := range came {
		before := bytes.Clone(ev.Payload)
		if err := s.Take(time.Duration(i)*time.Second, ev); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(ev.Payload, before) {
			t.Errorf("%T changed %q", s, before)
		}
	}
}

func TestRaw(t *testing.T) {
	var b bytes.Buffer
	feed(t, Raw{&b})
	if want := string(came[0].Payload) + "\n" + string(came[1].Payload) + "\n\n\x00\xff"; b.String() != want {
		t.Errorf("got %q", b.String())
	}
}

// TestScreen shows that nothing that steers a terminal reaches it.
func TestScreen(t *testing.T) {
	var b bytes.Buffer
	feed(t, Screen{W: &b, Mark: "< "})
	want := "< Hello\n\tWelt 👩\u200d💻 \u00a0ü\n" +
		`< \x1b]0;title\a \x1b[2J \r\b\x7f \u009b1m \u202etxt.exe \u2028 \U000e0001` + "\n" +
		"< \n" +
		"< binary 0x00ff\n" +
		"< binary\n"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
	if got := string(AppendVisible(nil, "a\xffb\x80")); got != `a\xffb\x80` {
		t.Errorf("what is not UTF-8: %s", got)
	}
}

func TestNumbered(t *testing.T) {
	dir := t.TempDir()
	feed(t, &Numbered{Pattern: filepath.Join(dir, "m-%d.bin")})
	for i, ev := range came {
		p, err := os.ReadFile(filepath.Join(dir, "m-"+string(rune('1'+i))+".bin"))
		if err != nil || !bytes.Equal(p, ev.Payload) {
			t.Errorf("file %d: %q, %v", i+1, p, err)
		}
	}
	if err := (&Numbered{Pattern: filepath.Join(dir, "none", "%d")}).Take(0, came[0]); err == nil {
		t.Error("wrote where there is no folder")
	}
}

// TestJSON shows that every line is an object that says all, and safe to print.
func TestJSON(t *testing.T) {
	var b bytes.Buffer
	j := JSON{&b}
	j.Open("ws://h/", "chat", "")
	feed(t, j)
	j.End(time.Second, &conn.ClosedError{Code: 1001, Reason: "bye", ByPeer: true})
	j.End(time.Second, &conn.BrokenError{Err: errors.New("gone")})
	lines := bytes.Split(bytes.TrimSuffix(b.Bytes(), []byte("\n")), []byte("\n"))
	if len(lines) != 1+len(came)+2 {
		t.Fatalf("%d lines: %s", len(lines), b.Bytes())
	}
	for i, ev := range came {
		var got struct {
			Event, Type string
			Time        float64
			Text        *string
			Base64      []byte
		}
		line := lines[i+1]
		if err := json.Unmarshal(line, &got); err != nil || got.Event != "message" || got.Type != ev.Opcode.String() || got.Time != float64(i) {
			t.Errorf("%s: %v", line, err)
		}
		if text := got.Text != nil; text != (ev.Opcode == frame.Text) || text && *got.Text != string(ev.Payload) || !text && !bytes.Equal(got.Base64, ev.Payload) {
			t.Errorf("%s: want %q", line, ev.Payload)
		}
		if visible := AppendVisible(nil, string(line)); !bytes.Equal(visible, line) {
			t.Errorf("%q would steer a terminal", line)
		}
	}
	for i, want := range map[int]string{
		0:             `{"event":"open","time":0,"url":"ws://h/","subprotocol":"chat"}`,
		len(came) + 1: `{"event":"close","time":1,"code":1001,"reason":"bye","by_peer":true}`,
		len(came) + 2: `{"event":"end","time":1,"error":"websocket: connection broken: gone"}`,
	} {
		if string(lines[i]) != want {
			t.Errorf("got %s, want %s", lines[i], want)
		}
	}
}

func TestAppendHead(t *testing.T) {
	head := "GET / HTTP/1.1\r\nHost: x\r\nauthorization: Basic bWU6c2VjcmV0\r\nCookie: s=1\r\nX: \x1b[2J\r\n\r\n"
	want := "> GET / HTTP/1.1\n> Host: x\n> authorization: (not shown)\n> Cookie: (not shown)\n> X: \\x1b[2J\n"
	if got := string(AppendHead(nil, "> ", head)); got != want {
		t.Errorf("got %q", got)
	}
	if got := AppendHead(nil, "> ", ""); len(got) > 0 {
		t.Errorf("of nothing: %q", got)
	}
}
