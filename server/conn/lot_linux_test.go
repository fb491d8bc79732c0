//go:build linux && !portable

package conn_test

import (
	"os"
	"runtime"
	"testing"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
)

// descriptors counts the process's.
func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// What waits for parked connections is one goroutine, and ends with the last of
// them; a Clock that gets connections again waits again.
func TestLotEnds(t *testing.T) {
	clock := &conn.Clock{}
	clock.Crowd(conn.FreshMax) // so that all rest first
	goroutines, files := runtime.NumGoroutine(), descriptors(t)
	for range 2 {
		var peers []*peer
		h := make(ends, 50)
		for range cap(h) {
			ours, theirs := tcpPair(t)
			c := conn.New(ours, frame.Server, handshake.Agreement{}, nil, &conn.Config{Clock: clock})
			c.Serve(h)
			peers = append(peers, newPeer(t, theirs, frame.Client))
		}
		if n := runtime.NumGoroutine(); n > goroutines+2 {
			t.Errorf("%d goroutines for %d parked connections, want the Clock's and the lot's", n-goroutines, cap(h))
		}
		for _, p := range peers {
			p.send(`text "on"`)
			p.want(`text "on"`)
			p.nc.Close()
		}
		for range peers {
			<-h
		}
		wait(t, func() bool { return runtime.NumGoroutine() <= goroutines && descriptors(t) <= files })
	}
}
