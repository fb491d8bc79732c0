//go:build linux && !386 && !portable

package conn

import (
	"os"
	"runtime"
	"syscall"
	"unsafe"
)

// A Breath lets one goroutine step aside for all that have something to do, and for
// those that the network has something for. The scheduler asks the network only when
// nobody can run, so [runtime.Gosched] does not suffice: the goroutine waits for an
// event of its own instead, an eventfd(2)'s, behind those that are there. It costs
// about a microsecond.
type Breath struct {
	file    *os.File
	wait    syscall.RawConn // nil: there is no event, and Take is a Gosched
	once    func(fd uintptr) (done bool)
	exhaled bool
}

// NewBreath gives one, for one goroutine at a time. Close ends it.
func NewBreath() *Breath {
	b := &Breath{}
	fd, _, errno := syscall.RawSyscall(syscall.SYS_EVENTFD2, 0, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if errno != 0 {
		return b
	}
	b.file = os.NewFile(fd, "eventfd")
	if wait, err := b.file.SyscallConn(); err == nil {
		b.wait, b.once = wait, b.exhale
	}
	return b
}

// Close lets go of the descriptor.
func (b *Breath) Close() {
	if b.file != nil {
		b.file.Close()
	}
}

// Take steps aside.
func (b *Breath) Take() {
	b.exhaled = false
	if b.wait == nil || b.wait.Read(b.once) != nil {
		runtime.Gosched()
	}
}

// exhale makes the event at first, and has come to it when it is called again. Each
// addition is an event, whether the sum was read or not: it takes 500,000 years to
// be too large at one a microsecond.
func (b *Breath) exhale(fd uintptr) (done bool) {
	if b.exhaled {
		return true
	}
	b.exhaled = true
	one := uint64(1)
	_, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(&one)), unsafe.Sizeof(one))
	return errno != 0
}
