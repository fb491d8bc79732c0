//go:build linux && !386 && !portable

package conn

// Bays is how many bays the Clock's lot has, and for how many it has memory.
func (k *Clock) Bays() (n, memory int) {
	k.lot.mu.Lock()
	defer k.lot.mu.Unlock()
	return len(k.lot.bays), cap(k.lot.bays)
}

// HoldEvents lets no connection that is parked wake until it is let go.
func (k *Clock) HoldEvents() (letGo func()) {
	k.lot.mu.Lock()
	return k.lot.mu.Unlock
}
