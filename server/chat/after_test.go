package chat

import (
	"context"
	"testing"

	"rfc6455/server/room"
	"rfc6455/server/store"
)

func TestJudge(t *testing.T) {
	l := Log{Epoch: "now", Base: 5, Head: 9}
	for _, tt := range []struct {
		after string
		want  Verdict
	}{
		{"", Begin},
		{"now.3", Trimmed},
		{"now.0", Trimmed},
		{"now.4", Resume}, // 5 is the next, and held
		{"now.8", Resume}, // the last: nothing was missed
		{"now.9", Unknown},
		{"now.9007199254740991", Unknown},
		{"then.6", Restarted},
		{"then.99", Restarted},
		{"now", Unknown},
		{"now.", Unknown},
		{"<script>", Unknown},
	} {
		v := ParseAfter(tt.after).Judge(l)
		if v != tt.want || v.Resyncs() != (v != Begin && v != Resume) {
			t.Errorf("%q: %v, resync %v; want %v", tt.after, v, v.Resyncs(), tt.want)
		}
	}
	if v := ParseAfter("now.0").Judge(Log{Epoch: "now", Base: 1, Head: 1}); v != Resume {
		t.Errorf("from before the first message of an empty room: %v, want resume", v)
	}
}

// A silent member holds its room.
type silent struct{}

func (silent) Deliver(b *room.Batch) (int, room.State) { return len(b.Frames), room.Took }
func (silent) Touch() bool                             { return true }
func (silent) Overflowed()                             {}

// The room takes the same decision, wherever its log stands.
func TestJudgeAgreesWithTheRoom(t *testing.T) {
	pumps := room.NewPumps(1, nil)
	defer pumps.Close()
	rooms, err := room.NewRooms(room.Config{
		Pumps:    pumps,
		Encoders: []room.Encoder{func(dst []byte, m room.Message) []byte { return append(dst, m.Body...) }},
		Log:      func(string) (room.Log, error) { return store.NewMemory(), nil },
		Epoch:    func() string { return "now" },
		Messages: 4,
	})
	if err != nil {
		t.Fatal(err)
	}
	c, start, err := rooms.Join(Lobby, silent{}, 0, room.Point{})
	if err != nil {
		t.Fatal(err)
	}
	c.Ready()
	seen := map[Verdict]bool{}
	for range 10 {
		st := start.Room.Status()
		for _, epoch := range []string{"now", "then"} {
			for seq := range st.Head + 3 {
				after := After{true, Position{epoch, seq}}
				c, got, err := rooms.Join(Lobby, silent{}, 0, room.Point{Epoch: epoch, After: seq})
				if err != nil {
					t.Fatal(err)
				}
				c.Leave()
				v := after.Judge(Log{st.Epoch, st.Base, st.Head})
				seen[v] = true
				if v.Resyncs() != got.Resync || v == Resume && got.Next != seq+1 {
					t.Errorf("%v in [%d, %d): %v, the room says resync %v and goes on with %d", after, st.Base, st.Head, v, got.Resync, got.Next)
				}
			}
		}
		if _, err := start.Room.Publish(context.Background(), []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 4 {
		t.Errorf("only %v came up", seen)
	}
}
