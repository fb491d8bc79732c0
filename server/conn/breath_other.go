//go:build !linux || 386 || portable

package conn

import "runtime"

// A Breath lets one goroutine step aside for all that have something to do.
type Breath struct{}

// NewBreath gives one, for one goroutine at a time. Close ends it.
func NewBreath() *Breath { return &Breath{} }

// Close does nothing here.
func (*Breath) Close() {}

// Take steps aside, twice: the scheduler looks at times to those first that have just
// done so.
func (*Breath) Take() {
	for range 2 {
		runtime.Gosched()
	}
}
