//go:build !386 && !arm && !mips && !mipsle

package conn

import (
	"testing"
	"unsafe"
)

// What a broadcast touches is on the first two cache lines of a connection, and
// Touch reads something of each. (With pointers of 4 bytes all of it needs less.)
func TestLayout(t *testing.T) {
	const line = 64
	var c Conn
	for _, f := range []struct {
		name       string
		first, end uintptr
		from, to   uintptr // the lines it has to be within
	}{
		{"mu", unsafe.Offsetof(c.mu), unsafe.Offsetof(c.mu) + unsafe.Sizeof(c.mu), 0, 1},
		{"sock", unsafe.Offsetof(c.sock), unsafe.Offsetof(c.sock) + unsafe.Sizeof(c.sock), 0, 1},
		{"tail", unsafe.Offsetof(c.tail), unsafe.Offsetof(c.tail) + unsafe.Sizeof(c.tail), 0, 2},
		{"cfg", unsafe.Offsetof(c.cfg), unsafe.Offsetof(c.cfg) + unsafe.Sizeof(c.cfg), 1, 2},
		{"snd's beginning", unsafe.Offsetof(c.snd), unsafe.Offsetof(c.snd) + 40, 1, 2},
	} {
		if f.first < f.from*line || f.end > f.to*line {
			t.Errorf("%s is at %d to %d, want it between %d and %d", f.name, f.first, f.end, f.from*line, f.to*line)
		}
	}
	if n := unsafe.Sizeof(c); n > 320 {
		t.Errorf("a connection has %d bytes: what is allocated for up to 320 begins with a cache line, for up to 352 not always", n)
	}
}
