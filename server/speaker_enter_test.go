package server

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"rfc6455/frame"
	"rfc6455/server/chat"
	"rfc6455/server/conn"
	"rfc6455/server/room"
)

// tellAll says texts "0", "1", ... and takes them back.
func tellAll(v *voice, n int) (last event) {
	v.t.Helper()
	for i := range n {
		v.tell(i, fmt.Sprint(i))
		last = v.hears(fmt.Sprint(i))
	}
	return last
}

// run checks that events are messages first, first+1, ... of one epoch.
func run(t *testing.T, came []event, epoch string, first, n int) {
	t.Helper()
	if len(came) != n {
		t.Fatalf("%d messages came, want %d", len(came), n)
	}
	for i, e := range came {
		if want := (chat.Position{Epoch: epoch, Seq: uint64(first + i)}).String(); e.Type != "message" || e.Position != want {
			t.Fatalf("number %d is %+v, want message %s", i, e, want)
		}
	}
}

func TestWelcome(t *testing.T) {
	s := serve(t, Config{}, func(s *Server) { s.limits = chat.Limits{Text: 100, Rate: chat.Rate{Burst: 7, Every: 1}} })
	_, w, came := s.settle(t, "room=%EB%B0%A9&name=%EC%A7%80%EB%AF%BC&"+me1)
	epoch := s.hallOf(t, "방").room.Status().Epoch
	want := chat.Member{ID: chat.Secret{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}.ID(), Name: "지민"}
	if w.You.Member != want || w.Room != "방" || w.Head != epoch+".0" || len(came) != 0 {
		t.Errorf("got %+v, then %v", w, came)
	}
	if w.Members.Count != 1 || len(w.Members.List) != 1 || w.Members.List[0] != want {
		t.Errorf("members %+v", w.Members)
	}
	if fmt.Sprint(w.Limits) != "map[burst:7 name:32 refill_ms:1 text:100]" {
		t.Errorf("limits %v", w.Limits)
	}
}

// Without a position the last 50 come, with one what came after it.
func TestHistoryAndResume(t *testing.T) {
	s := serve(t, Config{})
	v, w, _ := s.settle(t, "")
	last := at(t, tellAll(v, 60))
	if last.Seq != 60 {
		t.Fatalf("60 texts end at %v", last)
	}
	for _, tt := range []struct{ after, first, n int }{{-1, 11, 50}, {0, 1, 60}, {7, 8, 53}, {59, 60, 1}, {60, 61, 0}} {
		query := ""
		if tt.after >= 0 {
			query = fmt.Sprintf("after=%s.%d", last.Epoch, tt.after)
		}
		again, w2, came := s.settle(t, query)
		if w2.Head != last.String() || w2.You.ID == w.You.ID {
			t.Errorf("after %d: %+v", tt.after, w2)
		}
		run(t, came, last.Epoch, tt.first, tt.n)
		for _, e := range came {
			if e.From != w.You.Member || e.Text != fmt.Sprint(at(t, e).Seq-1) || e.Time == 0 || e.ID == "" {
				t.Errorf("got %+v", e)
			}
		}
		again.quiet()
	}
}

// Whatever a client asks for in vain it is told why, and where it is from now on.
func TestResync(t *testing.T) {
	s := serve(t, Config{}, smaller(t, func(c *room.Config) { c.Messages = 100 }))
	v, _, _ := s.settle(t, "")
	tellAll(v, 150)
	st := s.hallOf(t, chat.Lobby).room.Status()
	if st.Base < 51 || st.Head != 151 {
		t.Fatalf("the log is %+v", st)
	}
	for _, tt := range []struct{ after, reason string }{
		{"other.3", "restarted"},
		{"e.0", "trimmed"},
		{fmt.Sprintf("e.%d", st.Base-2), "trimmed"},
		{"e.151", "unknown"},
		{"e.9007199254740991", "unknown"},
		{"e.9007199254740992", "unknown"},
		{"e", "unknown"},
		{"%20", "unknown"},
		{"e.-1", "unknown"},
		{"%ff.1", "unknown"},
	} {
		again, w, came := s.settle(t, "after="+tt.after)
		if len(came) == 0 || came[0].Type != "resync" || came[0].Reason != tt.reason || came[0].Position != "e.100" || w.Head != "e.150" {
			t.Errorf("%s: %+v, then %+v", tt.after, w, came)
			continue
		}
		run(t, came[1:], "e", 101, 50)
		again.quiet()
	}
	_, _, came := s.settle(t, fmt.Sprintf("after=e.%d", st.Base-1)) // the last that can be resumed from
	run(t, came, "e", int(st.Base), int(st.Head-st.Base))
}

// A room that was dropped, and a server that started anew, are other incarnations;
// a member stays who it is.
func TestRestart(t *testing.T) {
	s := serve(t, Config{})
	v, w, _ := s.settle(t, "room=r&"+me1)
	last := tellAll(v, 3)
	old := at(t, last).Epoch
	v.Close(frame.NormalClosure, "")
	eventually(t, "room to be dropped", func() bool {
		s.restRooms()
		return s.rooms.Len() == 0
	})
	if n := len(s.halls.all()); n != 0 {
		t.Errorf("%d halls without a room", n)
	}
	for _, s := range []*rig{s, serve(t, Config{})} {
		v, again, came := s.settle(t, "room=r&"+me1+"&after="+last.Position)
		epoch := s.hallOf(t, "r").room.Status().Epoch
		if len(came) != 1 || came[0].Reason != "restarted" || came[0].Position != epoch+".0" || epoch == old {
			t.Errorf("got %+v", came)
		}
		if again.You != w.You {
			t.Errorf("%+v became %+v", w.You, again.You)
		}
		if e := tellAll(v, 1); e.Position != epoch+".1" {
			t.Errorf("got %+v", e)
		}
	}
}

// chatter lets a plain member and a speaker talk as fast as they hear each other,
// until it is ended.
func chatter(t *testing.T, s *rig) (end func()) {
	v, _, _ := s.settle(t, "")
	all := []*client{s.join(t), v.client}
	says := []func(n int) []byte{
		func(int) []byte { return []byte("x") },
		func(n int) []byte { return chat.Say{ID: fmt.Sprintf("id-%017d", n), Text: "y"}.Append(nil) },
	}
	var readers, senders sync.WaitGroup
	stop := make(chan struct{})
	for i, c := range all {
		ahead := make(chan struct{}, 64)
		readers.Go(func() {
			for ev := range c.Messages() {
				if own := [][]byte{[]byte(Prefix + "x"), []byte(`"text":"y"`)}[i]; bytes.Contains(ev.Payload, own) {
					<-ahead
				}
			}
		})
		senders.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				case ahead <- struct{}{}:
				}
				if err := c.Send(frame.Text, says[i](n)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	return func() {
		close(stop)
		senders.Wait()
		for _, c := range all {
			c.Close(frame.NormalClosure, "")
		}
		readers.Wait()
	}
}

// However fast the others talk, who enters sees one unbroken run of the log, and
// live where it says that it began.
func TestEnteringWhileOthersTalk(t *testing.T) {
	s := serve(t, Config{Rooms: RoomLimits{Messages: 1 << 20, Bytes: 128 << 20}}) // whoever comes back, however late, finds where he was
	end := chatter(t, s)
	defer end()
	v, _, _ := s.settle(t, "")
	last := at(t, v.want("message"))
	v.Close(frame.NormalClosure, "")
	for i := range 40 {
		query := ""
		if i%2 == 1 {
			query = "after=" + last.String()
		}
		v, w, came := s.settle(t, query)
		head, _ := chat.ParsePosition(w.Head)
		first, n := int(head.Seq)-49, 50
		if head.Seq < 50 {
			first, n = 1, int(head.Seq)
		}
		if query != "" {
			first, n = int(last.Seq)+1, int(head.Seq-last.Seq)
		}
		run(t, came, last.Epoch, first, n)
		var live []event
		for range 100 {
			live = append(live, v.want("message"))
		}
		run(t, live, last.Epoch, int(head.Seq)+1, 100)
		last = at(t, live[99])
		if err := v.Close(frame.NormalClosure, ""); err != nil {
			t.Fatal(err)
		}
	}
}

// History that is more than the system takes at once comes whole, and live behind it.
func TestLongHistory(t *testing.T) {
	s := serve(t, Config{MessageBytes: 1 << 20}, func(s *Server) { s.limits.Text = 128 << 10 })
	v, _, _ := s.settle(t, "")
	text := string(make([]byte, 20<<10)) // each byte is six on the wire
	for n := range 40 {
		v.tell(n, text)
		v.hears(text)
	}
	cfg := &conn.Config{Subprotocols: []string{chat.Protocol}}
	cfg.Limits.Message = 1 << 20
	late := newVoice(s.dial(t, "/chat?", cfg))
	v.tell(40, "after")
	v.hears("after")
	w := late.want("welcome")
	for n := range 40 {
		if e := late.hears(text); at(t, e).Seq != uint64(n+1) {
			t.Fatalf("message %s is number %d", e.Position, n)
		}
	}
	head, _ := chat.ParsePosition(w.Head)
	if head.Seq == 41 { // it entered after the last one
		late.hears("after")
		late.want("live")
		return
	}
	late.want("live")
	late.hears("after")
}
