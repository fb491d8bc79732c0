package hunt

import (
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/model"
	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
)

// told is a connection whose writes were told of what ended it.
type told struct {
	net.Conn
	err error
}

func (c told) Write([]byte) (int, error)      { return 0, c.err }
func (told) Read([]byte) (int, error)         { return 0, io.EOF }
func (told) SetDeadline(time.Time) error      { return nil }
func (told) SetWriteDeadline(time.Time) error { return nil }

// TestResetSeenByAWrite takes an end of TCP for what it is, whoever was told of it.
func TestResetSeenByAWrite(t *testing.T) {
	s := model.Setting{Role: frame.Server}
	for name, tt := range map[string]struct {
		err  error
		want model.Stop
	}{
		"reset":    {&net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.ECONNRESET)}, model.Reset},
		"in order": {&net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.EPIPE)}, model.EOF}, // what came before is there
	} {
		t.Run(name, func(t *testing.T) {
			l := &link{wire: &wire.Link{Conn: told{err: tt.err}, Role: frame.Client}, setting: s, observer: model.NewObserver(&s), buffer: make([]byte, 16)}
			defer l.observer.Close()
			c := model.Case{Setting: s, Units: []model.Unit{{Raw: make([]byte, longWrite)}}} // long: it is written beside the reading
			o := l.play(t.Context(), &c, 0, time.Second)
			if o.seen.Stop != tt.want {
				t.Errorf("stop %d, want %d", o.seen.Stop, tt.want)
			}
		})
	}
}
