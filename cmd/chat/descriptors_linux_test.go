package main

import (
	"fmt"
	"os"
	"testing"
	"time"

	"rfc6455/frame"
)

// TestDescriptors has members come and go: no descriptor stays.
func TestDescriptors(t *testing.T) {
	c := startChat(t)
	files := func() int {
		list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", c.process.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	round := func() {
		var members []*member
		for range 30 {
			members = append(members, c.join())
		}
		for i, m := range members {
			if i%2 == 0 {
				m.NetConn().Close()
			} else {
				m.StartClose(frame.NormalClosure, "")
			}
			m.end()
		}
		get(t, fresh(), "http://"+c.host+"/")
	}
	round() // what is opened once for all, is now
	settled := func(most int) (n int) {
		for start := time.Now(); time.Since(start) < patience; time.Sleep(10 * time.Millisecond) {
			if n = files(); n <= most {
				break
			}
		}
		return n
	}
	before := settled(12)
	for range 3 {
		round()
	}
	if after := settled(before); after > before {
		t.Errorf("%d descriptors, and %d after", before, after)
	}
}
