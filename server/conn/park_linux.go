//go:build linux && !portable

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
// carries is a place in the lot and the place's generation, never a descriptor:
// an event that comes after its connection has left finds another generation and
// is dropped.
type lot struct {
	mu    sync.Mutex
	epoll *os.File // waited for in the runtime's poller; nil: not open yet
	fd    int
	bays  []bay
	free  []int32
}

type bay struct {
	conn *Conn // nil: free
	gen  uint32
}

// lotEvents is how many events one call takes.
const lotEvents = 128

// epollData packs a bay and its generation into an event, and takes them apart.
func epollData(at int32, gen uint32) syscall.EpollEvent {
	return syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP | syscall.EPOLLONESHOT, Fd: at, Pad: int32(gen)}
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
	if c.bay < 0 {
		op = syscall.EPOLL_CTL_ADD
		c.bay = l.take(c)
	}
	event := epollData(c.bay, l.bays[c.bay].gen)
	c.parked.Store(true)
	if err := epollCtl(l.fd, op, fd, &event); err != 0 {
		c.parked.Store(false)
		return false
	}
	return true
}

// take gives a free bay to c.
func (l *lot) take(c *Conn) int32 {
	if n := len(l.free); n > 0 {
		at := l.free[n-1]
		l.free = l.free[:n-1]
		l.bays[at].conn = c
		return at
	}
	l.bays = append(l.bays, bay{conn: c})
	return int32(len(l.bays) - 1)
}

// leave takes c out before its descriptor is closed.
func (l *lot) leave(c *Conn, fd uintptr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.bay < 0 {
		return
	}
	epollCtl(l.fd, syscall.EPOLL_CTL_DEL, fd, &syscall.EpollEvent{})
	b := &l.bays[c.bay]
	b.conn = nil
	b.gen++
	l.free = append(l.free, c.bay)
	c.bay = -1
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
		l.epoll, l.bays, l.free = nil, nil, nil
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
func (l *lot) at(place int32, gen uint32) *Conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	if int(place) < len(l.bays) && l.bays[place].gen == gen {
		return l.bays[place].conn
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
