package server

import (
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/server/chat"
	"rfc6455/server/metrics"
	"rfc6455/server/room"
	"rfc6455/server/store"
)

// A frail log is out of order when a text says so.
type frailLog struct{ *store.Memory }

func (l frailLog) Append(body []byte) error {
	if strings.Contains(string(body), "fault") {
		panic("out of order")
	}
	return l.Memory.Append(body)
}

// A fault of ours in one connection ends that one, and nobody else's.
func TestPanic(t *testing.T) {
	s := serve(t, Config{}, logs(t, func(string) (room.Log, error) { return frailLog{store.NewMemory()}, nil }))
	verify := bystanders(t, s)
	v, _, _ := s.settle(t, "room=r")
	other, _, _ := s.settle(t, "room=r")

	p := s.upgrade(t, "/").greeted()
	p.send(`text "fault"`)
	p.wantCloseFrame(frame.InternalError)
	p.send(`close 1011`)
	p.rest()
	v.want("joined")
	v.tell(1, "fault")
	if _, err := v.read(); closeCode(err) != frame.InternalError {
		t.Errorf("got %v", err)
	}

	other.tell(2, "no lock is held")
	other.hears("no lock is held")
	again, _, _ := s.settle(t, "room=r")
	again.tell(3, "and none of the lobby's")
	again.hears("and none of the lobby's")
	verify()
	eventually(t, "the two to be gone", func() bool { return s.count() == 4 })
	if got := s.Metrics.Drops.Of(metrics.Panic).Value(); got != 2 {
		t.Errorf("%d panics counted", got)
	}
	line := s.log.await(t, "level=ERROR", `msg="panic in a connection"`, p.nc.LocalAddr().String(), `panic="out of order"`)
	if !strings.Contains(line, "frailLog.Append") || !strings.Contains(line, "panic_test.go") {
		t.Errorf("no stack in %s", line)
	}
	s.log.await(t, "level=WARN", `msg="connection ended"`, p.nc.LocalAddr().String(), "code=1011")
}

// One while somebody enters, too; afterwards he is nowhere.
func TestPanicOnEntering(t *testing.T) {
	s := serve(t, Config{}, logs(t, func(name string) (room.Log, error) {
		if name == "fault" || name == chat.Lobby {
			panic("out of order")
		}
		return store.NewMemory(), nil
	}))
	other, _, _ := s.settle(t, "room=r")
	v := s.speak(t, "room=fault")
	if _, err := v.read(); closeCode(err) != frame.InternalError {
		t.Errorf("got %v", err)
	}
	p := s.upgrade(t, "/")
	p.wantCloseFrame(frame.InternalError)
	p.send(`close 1011`)
	p.rest()
	other.quiet()
	eventually(t, "two panics", func() bool { return s.Metrics.Drops.Of(metrics.Panic).Value() == 2 })
	eventually(t, "them to be gone", func() bool { return s.count() == 1 })
}

// And one in what a pump does for a connection: the pump lives, and offers it
// nothing more.
func TestPanicInDelivery(t *testing.T) {
	s := serve(t, Config{})
	p := s.upgrade(t, "/").greeted()
	c := &speaker{liveAt: 5}
	s.mu.Lock()
	for v := range s.visitors.all() { // p's alone
		c.server, c.conn = s.Server, v.conn
	}
	s.mu.Unlock()
	short := &room.Batch{First: 4, Joined: []byte("x"), Frames: []room.Frame{[]byte("xx")}}
	if n, st := c.Deliver(short); n != 0 || st != room.Gone {
		t.Errorf("took %d, %v", n, st)
	}
	p.wantCloseFrame(frame.InternalError)
	s.log.await(t, "level=ERROR", `msg="panic in a connection"`, "slice bounds out of range")
}
