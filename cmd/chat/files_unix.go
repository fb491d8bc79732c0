//go:build linux || darwin

package main

import "syscall"

// openFiles gives how many files this process may have open; false: nobody says.
// The runtime has raised it as far as it may.
func openFiles() (int64, bool) {
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return int64(min(limit.Cur, 1<<62)), err == nil
}
