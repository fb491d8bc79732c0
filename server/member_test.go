package server

import (
	"errors"
	"testing"

	"rfc6455/frame"
	"rfc6455/server/chat"
	"rfc6455/server/room"
	"rfc6455/server/store"
)

// logs gives the server's rooms logs of the test's own.
func logs(t *testing.T, open func(string) (room.Log, error)) func(*Server) {
	return func(s *Server) {
		rooms, err := room.NewRooms(room.Config{
			Pumps: s.pumps, Encoders: []room.Encoder{appendPlain, appendSpeaker}, Log: open, Epoch: func() string { return "e" },
		})
		if err != nil {
			t.Fatal(err)
		}
		s.rooms = rooms
	}
}

func TestNoPlaceInTheChat(t *testing.T) {
	s := serve(t, Config{}, logs(t, func(string) (room.Log, error) { return nil, errors.New("the store is away") }))
	p := s.upgrade(t, "/")
	p.want(`close 1013 "no place in the chat"`)
	p.send(`text "x"`, `close 1013`)
	p.rest()
	s.log.await(t, `level=ERROR msg="cannot join"`, `error="the store is away"`)
	if s.log.line([]string{"받은 메시지"}) != "" {
		t.Error("a text of somebody who could not join was read")
	}
}

// A full log takes nothing any more.
type fullLog struct{ *store.Memory }

func (fullLog) Append([]byte) error { return errors.New("the disk is full") }

// What the store does not take, nobody sees, and its sender learns so.
func TestMessageNotTaken(t *testing.T) {
	s := serve(t, Config{}, logs(t, func(string) (room.Log, error) { return fullLog{store.NewMemory()}, nil }))
	other, p := s.upgrade(t, "/").greeted(), s.upgrade(t, "/").greeted()
	p.send(`text "x"`)
	p.want(`close 1013 "message not taken"`)
	p.send(`close 1013`)
	p.rest()
	other.send(`ping "all there is"`)
	other.want(`pong "all there is"`)
	s.log.await(t, `level=ERROR msg="message not taken"`, "the disk is full")
}

func TestAppendPlain(t *testing.T) {
	for _, body := range []string{"", "x", "한국어", string(make([]byte, 200)), string(make([]byte, 70_000))} {
		b := appendPlain([]byte("before"), room.Message{Body: chat.Body{Text: []byte(body)}.Append(nil)})
		h, n, err := frame.ParseHeader(b[len("before"):])
		want := frame.Header{Fin: true, Opcode: frame.Text, Length: int64(len(Prefix) + len(body))}
		if err != nil || h != want || string(b[len("before")+n:]) != Prefix+body || string(b[:len("before")]) != "before" {
			t.Errorf("%d bytes: %+v, %v", len(body), h, err)
		}
	}
	dst, body := make([]byte, 0, 256), chat.Body{Text: []byte("한국어")}.Append(nil)
	if n := testing.AllocsPerRun(100, func() { dst = appendPlain(dst[:0], room.Message{Body: body}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAppendPlain(b *testing.B) {
	b.ReportAllocs()
	dst, body := make([]byte, 0, 256), chat.Body{Text: []byte("한국어 텍스트")}.Append(nil)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		dst = appendPlain(dst[:0], room.Message{Body: body})
	}
}
