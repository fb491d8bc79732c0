//go:build linux && !386 && !portable

package conn

import (
	"os"
	"sync"
	"syscall"
	"unsafe"
)

// A lot is where silent connections are parked: their goroutines end, and with
// them stacks that may have grown; an epoll set of our own waits for all of their
// descriptors, and starts a fresh goroutine for the one that has something to
// read. Each [Clock] has one.
//
// A descriptor is armed for one event at a time (EPOLLONESHOT). What the event
// carries is the descriptor, whose number is that of its bay, and a generation: an
// event that comes after its connection has left finds another generation there,
// whoever has the number by then, and is dropped. A new descriptor gets the lowest
// number that is free, so there are few gaps, and when a crowd has gone the bays at
// the end are given back.
type lot struct {
	mu    sync.Mutex
	epoll *os.File // waited for in the runtime's poller; nil: not open yet
	fd    int
	bays  []bay // by descriptor
	taken int
	gen   uint32 // of the bay that was taken last
}

type bay struct {
	conn *Conn // nil: free
	gen  uint32
}

// lotEvents is how many events one call takes.
const lotEvents = 128

// eventOf gives what is waited for of a descriptor in a bay of that generation.
func eventOf(fd uintptr, gen uint32) syscall.EpollEvent {
	return syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP | syscall.EPOLLONESHOT, Fd: int32(fd), Pad: int32(gen)}
}

// park arms c's descriptor. It is false if that cannot be done; then c goes on
// waiting as others do. Otherwise c belongs to whoever unparks it, at once. c.mu
// is held.
func (l *lot) park(c *Conn, fd uintptr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.epoll == nil && !l.open() {
		return false
	}
	op := syscall.EPOLL_CTL_MOD
	if !l.has(c, fd) {
		op = syscall.EPOLL_CTL_ADD
		l.take(c, fd)
	}
	event := eventOf(fd, l.bays[fd].gen)
	c.parked.Store(true)
	if err := epollCtl(l.fd, op, fd, &event); err != 0 {
		c.parked.Store(false)
		return false
	}
	return true
}

// has says whether c has a bay.
func (l *lot) has(c *Conn, fd uintptr) bool {
	return fd < uintptr(len(l.bays)) && l.bays[fd].conn == c
}

// take gives c its bay.
func (l *lot) take(c *Conn, fd uintptr) {
	if more := int(fd) + 1 - len(l.bays); more > 0 {
		l.bays = append(l.bays, make([]bay, more)...)
	}
	l.gen++
	l.bays[fd] = bay{c, l.gen}
	l.taken++
}

// leave takes c out before its descriptor is closed.
func (l *lot) leave(c *Conn, fd uintptr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.has(c, fd) {
		return
	}
	epollCtl(l.fd, syscall.EPOLL_CTL_DEL, fd, &syscall.EpollEvent{})
	l.bays[fd] = bay{}
	l.taken--
	if len(l.bays) > 4*l.taken {
		l.giveBack()
	}
}

// giveBack lets go of the free bays at the end.
func (l *lot) giveBack() {
	n := len(l.bays)
	for n > 0 && l.bays[n-1].conn == nil {
		n--
	}
	l.bays = lean(l.bays[:n])
}

// open makes the epoll set and starts its goroutine.
func (l *lot) open() bool {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return false
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		syscall.Close(fd)
		return false
	}
	l.fd, l.epoll = fd, os.NewFile(uintptr(fd), "epoll")
	go l.run(l.epoll)
	return true
}

// close ends the goroutine. The Clock calls it when it has no connection left.
func (l *lot) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.epoll != nil {
		l.epoll.Close()
		l.epoll, l.bays, l.taken = nil, nil, 0
	}
}

// run starts a goroutine for each connection that has something to read.
func (l *lot) run(epoll *os.File) {
	wait, err := epoll.SyscallConn()
	if err != nil {
		return // closed already
	}
	var events [lotEvents]syscall.EpollEvent
	for {
		n := 0
		err := wait.Read(func(fd uintptr) bool {
			n = epollWait(fd, events[:])
			return n > 0
		})
		if err != nil {
			return // closed
		}
		for _, event := range events[:n] {
			if c := l.at(event.Fd, uint32(event.Pad)); c != nil {
				c.unpark()
				c.cfg.Clock.letWake()
			}
		}
	}
}

// at gives the connection of an event, nil if it has left.
func (l *lot) at(fd int32, gen uint32) *Conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	if int(fd) < len(l.bays) && l.bays[fd].gen == gen {
		return l.bays[fd].conn
	}
	return nil
}

func epollCtl(epfd, op int, fd uintptr, event *syscall.EpollEvent) syscall.Errno {
	_, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_CTL, uintptr(epfd), uintptr(op), fd, uintptr(unsafe.Pointer(event)), 0, 0)
	return errno
}

// epollWait gives how many events there are now; none is also an interruption.
func epollWait(epfd uintptr, events []syscall.EpollEvent) int {
	n, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, epfd, uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}
