//go:build !linux || portable

package room

import "runtime"

// Lungs let a pump breathe: step aside for all goroutines that have something to
// do. Twice: the scheduler looks at times to those first that stepped aside.
type lungs struct{}

func (lungs) open()  {}
func (lungs) close() {}

func (lungs) breathe() {
	for range 2 {
		runtime.Gosched()
	}
}
