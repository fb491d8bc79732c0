package metrics

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
)

// Process registers what the system knows of the process, under the names that
// dashboards know. Elsewhere than on Linux there is nothing.
func (r *Registry) Process() {
	r.GaugeFunc("process_resident_memory_bytes", "Bytes of memory that are in use, as the system counts.", residentBytes)
	r.GaugeFunc("process_open_fds", "Descriptors that are open.", openDescriptors)
	r.GaugeFunc("process_max_fds", "Descriptors that may be open.", maxDescriptors)
}

// residentBytes gives the second number of statm, which counts pages; 0 where it
// cannot be read, here and below.
func residentBytes() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	fields := bytes.Fields(text)
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseUint(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return float64(pages) * float64(os.Getpagesize())
}

func openDescriptors() float64 {
	folder, err := os.Open("/proc/self/fd")
	if err != nil {
		return 0
	}
	defer folder.Close()
	names, err := folder.Readdirnames(-1)
	if err != nil {
		return 0
	}
	return float64(len(names) - 1) // the folder's own
}

func maxDescriptors() float64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return float64(limit.Cur)
}
