//go:build unix && (!linux || 386 || portable)

package conn

import "syscall"

// The descriptor is non-blocking, so these calls do not wait either.

// recv reads into p.
func recv(fd uintptr, p []byte) (int, syscall.Errno) {
	return counted(syscall.Read(int(fd), p))
}

// peek says how many bytes a read of one would give now.
func peek(fd uintptr) (int, syscall.Errno) {
	var next [1]byte
	n, _, err := syscall.Recvfrom(int(fd), next[:], syscall.MSG_PEEK)
	return counted(n, err)
}

// send writes p, or its beginning. Not every system takes a hint that more follows.
func send(fd uintptr, p []byte, _ bool) (int, syscall.Errno) {
	return counted(syscall.Write(int(fd), p))
}

// shutdownWrite ends our direction; an error means that there is none left.
func shutdownWrite(fd uintptr) { syscall.Shutdown(int(fd), syscall.SHUT_WR) }

// counted takes the error of a system call for what it is.
func counted(n int, err error) (int, syscall.Errno) {
	if err == nil {
		return n, 0
	}
	errno, ok := err.(syscall.Errno)
	if !ok {
		errno = syscall.EIO
	}
	return 0, errno
}
