//go:build linux && !portable

package conn

// HoldEvents lets no connection that is parked wake until it is let go.
func (k *Clock) HoldEvents() (letGo func()) {
	k.lot.mu.Lock()
	return k.lot.mu.Unlock
}
