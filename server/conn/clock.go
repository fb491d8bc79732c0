package conn

import (
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// A Clock walks connections for their deadlines. Each is looked at once a
// second, a tenth of them every 100 ms, so a deadline is kept to about a second.
// Its goroutine runs while it has connections. The zero Clock is ready.
type Clock struct {
	now atomic.Int64 // nanoseconds since the Clock's first connection, coarse

	mu    sync.Mutex
	start time.Time
	slots [ticksPerRound][]*Conn
	count int
	next  int32 // slot of the next connection
	runs  bool
	lot   lot // of the connections that are parked

	burst  int   // connections since memory was last returned
	joined int64 // when the last one came
}

const (
	tick          = 100 * time.Millisecond
	ticksPerRound = 10
)

var defaultClock = &Clock{}

// add enters c, and starts the clock for the first one.
func (k *Clock) add(c *Conn) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.start.IsZero() {
		k.start = time.Now()
	}
	if !k.runs {
		k.runs = true
		k.now.Store(int64(time.Since(k.start)) + 1)
		go k.run()
	}
	k.next = (k.next + 1) % ticksPerRound
	c.slot, c.place = k.next, int32(len(k.slots[k.next]))
	k.slots[k.next] = append(k.slots[k.next], c)
	k.count++
	k.burst++
	k.joined = k.now.Load()
}

// remove takes c out; the last one of its slot takes its place.
func (k *Clock) remove(c *Conn) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.slots[c.slot]
	last := len(s) - 1
	s[c.place], s[last].place = s[last], c.place
	s[last] = nil
	k.slots[c.slot] = s[:last]
	k.count--
}

// run ticks until there is no connection left.
func (k *Clock) run() {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	var walk []*Conn
	for i := 0; ; i = (i + 1) % ticksPerRound {
		<-ticker.C
		k.now.Store(int64(time.Since(k.start)) + 1)
		k.mu.Lock()
		if k.count == 0 {
			k.runs = false
			k.slots = [ticksPerRound][]*Conn{}
			k.lot.close()
			k.mu.Unlock()
			return
		}
		walk = append(walk[:0], k.slots[i]...)
		tidy := k.tidies()
		k.mu.Unlock()
		now := k.now.Load()
		for _, c := range walk {
			c.checkDeadlines(now)
		}
		clear(walk)
		if tidy {
			runtime.GC() // empties the pools' first half, the next one the second
			debug.FreeOSMemory()
		}
	}
}

// When memory is returned to the system: after so many connections came and then
// none for so long, by when those that are silent are parked. Their handshakes'
// buffers and stacks would stay with the process otherwise.
const (
	tidyAfter = 1000
	tidyQuiet = 1700 * time.Millisecond
)

// tidies says whether memory is to be returned now: once after a burst. k.mu is
// held.
func (k *Clock) tidies() bool {
	if k.burst < tidyAfter || k.now.Load()-k.joined < int64(tidyQuiet) {
		return false
	}
	k.burst = 0
	return true
}

// Now is the coarse time: nanoseconds, never 0, never back.
func (k *Clock) Now() int64 { return k.now.Load() }
