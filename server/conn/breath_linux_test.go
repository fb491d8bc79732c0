//go:build linux && !386 && !portable

package conn_test

import (
	"net"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"rfc6455/server/conn"
)

// Who takes a breath lets those read first for whom bytes are there, though nothing
// but the scheduler's asking the network would wake them.
func TestBreath(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const readers = 10
	var got, waiting atomic.Int32
	var ours []net.Conn
	for range readers {
		a, b := tcpPair(t)
		ours = append(ours, b)
		go func() {
			var p [1]byte
			for waiting.Add(1); ; waiting.Add(1) {
				if _, err := a.Read(p[:]); err != nil {
					return
				}
				got.Add(1)
			}
		}()
	}
	breath := conn.NewBreath()
	defer breath.Close()
	for round := range int32(20) {
		wait(t, func() bool { return waiting.Load() == readers*(round+1) })
		time.Sleep(time.Millisecond) // for the last of them to be in Read
		for _, c := range ours {
			if _, err := c.Write([]byte{1}); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 { // the runtime's own look at the network may come between
			breath.Take()
		}
		if n := got.Load(); n != readers*(round+1) {
			t.Fatalf("round %d: %d have read what was there, want %d", round, n, readers*(round+1))
		}
	}
	if n := testing.AllocsPerRun(100, breath.Take); n != 0 {
		t.Errorf("a breath allocates %v times", n)
	}
}
