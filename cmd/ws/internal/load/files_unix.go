//go:build unix

package load

import "syscall"

// OpenFiles is how many files this process may have open; 0: unknown. The runtime
// has raised that to what the system lets a process raise itself.
func OpenFiles() uint64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return uint64(limit.Cur)
}
