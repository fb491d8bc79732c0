//go:build linux && !portable

package room

import (
	"os"
	"runtime"
	"syscall"
	"unsafe"
)

// Lungs let a pump breathe: step aside for all goroutines that have something to
// do, and for those that the network has something for. The scheduler asks the
// network only when nobody can run, so [runtime.Gosched] does not suffice: the pump
// waits for an event of its own instead, an eventfd(2)'s, behind those that are
// there. It costs about a microsecond.
type lungs struct {
	file    *os.File
	conn    syscall.RawConn
	step    func(fd uintptr) (done bool)
	exhaled bool
}

// open makes the lungs; without them a breath is a Gosched.
func (l *lungs) open() {
	fd, _, errno := syscall.RawSyscall(syscall.SYS_EVENTFD2, 0, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if errno != 0 {
		return
	}
	l.file = os.NewFile(fd, "eventfd")
	if conn, err := l.file.SyscallConn(); err == nil {
		l.conn, l.step = conn, l.exhale
	}
}

func (l *lungs) close() {
	if l.file != nil {
		l.file.Close()
	}
}

func (l *lungs) breathe() {
	l.exhaled = false
	if l.conn == nil || l.conn.Read(l.step) != nil {
		runtime.Gosched()
	}
}

// exhale makes the event at first, and has come to it when it is called again. Each
// addition is an event, whether the sum was read or not: it takes 500,000 years to
// be too large at one a microsecond.
func (l *lungs) exhale(fd uintptr) (done bool) {
	if l.exhaled {
		return true
	}
	l.exhaled = true
	one := uint64(1)
	_, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(&one)), unsafe.Sizeof(one))
	return errno != 0
}
