//go:build linux && !386 && !portable

package conn_test

import (
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"rfc6455/server/conn"
)

// inRead counts the goroutines that TestBreath has in Read, waiting.
func inRead() (n int) {
	all := make([]byte, 1<<20)
	all = all[:runtime.Stack(all, true)]
	for g := range strings.SplitSeq(string(all), "\n\n") {
		if head, frames, _ := strings.Cut(g, "\n"); strings.Contains(head, "IO wait") && strings.Contains(frames, "TestBreath.func") {
			n++
		}
	}
	return n
}

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
		wait(t, func() bool { return waiting.Load() == readers*(round+1) && inRead() == readers })
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
