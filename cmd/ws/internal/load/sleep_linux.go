package load

import (
	"syscall"
	"time"
)

// sleep sleeps for d, but for some 50 µs. The runtime's timers wait in the poller,
// in whole milliseconds: too coarse for latencies below one.
func sleep(d time.Duration) {
	ts := syscall.NsecToTimespec(int64(d))
	syscall.Nanosleep(&ts, nil) // cut short by a signal: the caller looks at the clock
}
