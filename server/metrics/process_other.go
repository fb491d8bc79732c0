//go:build !linux

package metrics

// Process registers what the system knows of the process: nothing, elsewhere than
// on Linux.
func (r *Registry) Process() {}
