//go:build linux && !386 && !portable

package conn

import (
	"syscall"
	"unsafe"
)

// Not on 386: package syscall names one call there, socketcall(2), for all of these.

// The calls below are bare ones: the runtime is not told of them. An ordinary
// Syscall would keep its monitor thread awake, which costs a quiet server about a
// tenth of its time. They do not block, so nothing is lost but preemption, and the
// Clock's tick gives that back.

// recv reads into p.
func recv(fd uintptr, p []byte) (int, syscall.Errno) {
	return onSocket(syscall.SYS_RECVFROM, fd, p, syscall.MSG_DONTWAIT)
}

// peek says how many bytes a read of one would give now.
func peek(fd uintptr) (int, syscall.Errno) {
	var next [1]byte
	return onSocket(syscall.SYS_RECVFROM, fd, next[:], syscall.MSG_DONTWAIT|syscall.MSG_PEEK)
}

// msgMore is MSG_MORE, which package syscall does not name.
const msgMore = 0x8000

// send writes p, or its beginning. more says that something follows at once.
func send(fd uintptr, p []byte, more bool) (int, syscall.Errno) {
	flags := uintptr(syscall.MSG_DONTWAIT | syscall.MSG_NOSIGNAL)
	if more {
		flags |= msgMore
	}
	return onSocket(syscall.SYS_SENDTO, fd, p, flags)
}

// shutdownWrite ends our direction; an error means that there is none left.
func shutdownWrite(fd uintptr) { syscall.RawSyscall(syscall.SYS_SHUTDOWN, fd, syscall.SHUT_WR, 0) }

// onSocket is recvfrom(2) or sendto(2) without an address.
func onSocket(call, fd uintptr, p []byte, flags uintptr) (int, syscall.Errno) {
	n, _, errno := syscall.RawSyscall6(call, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), flags, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}
