package capture

import (
	"cmp"
	"errors"
	"fmt"
)

// Defaults of [Limits].
const (
	DefaultConns    = 4096
	DefaultWindow   = 1 << 20  // bytes
	DefaultBuffered = 64 << 20 // bytes
)

// Limits bound what an [Assembler] holds. A zero field means its default.
type Limits struct {
	Conns    int // connections at once: over it the one that was silent longest ends with ErrTooManyConns
	Window   int // bytes of one direction that wait for earlier ones: over it a GapError
	Buffered int // bytes of all of them: over it ErrBuffered
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Conns:    cmp.Or(l.Conns, DefaultConns),
		Window:   cmp.Or(l.Window, DefaultWindow),
		Buffered: cmp.Or(l.Buffered, DefaultBuffered),
	}
}

// Why a connection breaks off.
var (
	ErrReset        = errors.New("reset (RST)")
	ErrUnfinished   = errors.New("the capture ends before the connection does")
	ErrReused       = errors.New("the same ports began another connection")
	ErrTooManyConns = errors.New("too many connections at once to follow")
	ErrBuffered     = errors.New("too many bytes wait for earlier ones, of all connections")
)

// A GapError says that bytes of a direction are not in the capture.
type GapError struct {
	Bytes int64 // how many
	Cut   bool  // the capture kept only the beginning of a packet
}

func (e *GapError) Error() string {
	why := "no packet has them"
	if e.Cut {
		why = "only the beginning of their packet was captured"
	}
	return fmt.Sprintf("gap: %d bytes are missing, %s", e.Bytes, why)
}

// overhead is what a segment that waits costs besides its bytes.
const overhead = 256
