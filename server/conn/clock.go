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
	now     atomic.Int64 // nanoseconds since the Clock's first connection, coarse
	waking  atomic.Int32 // goroutines for connections that were unparked, which have not begun
	holding atomic.Int32 // connections that wait with their buffers, see holdMax

	mu    sync.Mutex
	start time.Time
	slots [ticksPerRound][]*Conn
	count int
	next  uint8 // slot of the next connection
	runs  bool
	lot   lot // of the connections that are parked

	watched [2][]*Conn // came or woke in this tick, and in the one before: to be parked soon; nil: has ended
	awake   int        // those of this tick that have not ended

	burst  int   // connections that came, left or were unparked since memory was last returned
	moved  int64 // when the last one did
	rested int64 // memory is not returned again before
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
	c.place = int32(len(k.slots[k.next])*ticksPerRound) + int32(k.next)
	k.slots[k.next] = append(k.slots[k.next], c)
	k.count++
	k.stir()
}

// came has c, which is new, parked as soon as it is silent for a moment. It is false
// if most are there already that came or woke in this tick: then c is to be parked at
// once.
func (k *Clock) came(c *Conn, most int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.watch(c, most)
}

// woke is the same for c that was parked.
func (k *Clock) woke(c *Conn, most int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stir()
	return k.watch(c, most)
}

// watch is both with k.mu held.
func (k *Clock) watch(c *Conn, most int) bool {
	if k.awake >= most {
		return false
	}
	k.awake++
	c.watched = int32(len(k.watched[0]))
	k.watched[0] = append(k.watched[0], c)
	return true
}

// stir notes that memory was used which is of no use afterwards. k.mu is held.
func (k *Clock) stir() {
	k.burst++
	k.moved = k.now.Load()
}

// remove takes c out; the last one of its slot takes its place.
func (k *Clock) remove(c *Conn) {
	k.mu.Lock()
	defer k.mu.Unlock()
	slot, i := c.place%ticksPerRound, c.place/ticksPerRound
	s := k.slots[slot]
	last := len(s) - 1
	s[i], s[last].place = s[last], c.place
	s[last] = nil
	k.slots[slot] = lean(s[:last])
	k.count--
	k.unwatch(c)
	k.stir()
}

// unwatch forgets c where it is watched: what has ended is not to be kept for that.
// k.mu is held.
func (k *Clock) unwatch(c *Conn) {
	for i, list := range k.watched {
		if int(c.watched) < len(list) && list[c.watched] == c {
			list[c.watched] = nil
			if i == 0 {
				k.awake--
			}
		}
	}
}

// lean gives back most of what a list takes that was much longer.
func lean[T any](list []T) []T {
	if cap(list) <= 64 || cap(list) <= 4*len(list) {
		return list
	}
	return append(make([]T, 0, 2*len(list)), list...)
}

// run ticks until there is no connection left, and nothing to tidy up after.
func (k *Clock) run() {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	var due, fresh []*Conn
	for i := 0; ; i = (i + 1) % ticksPerRound {
		<-ticker.C
		now := int64(time.Since(k.start)) + 1
		k.now.Store(now)
		k.mu.Lock()
		if k.count == 0 && k.burst < tidyFrom {
			k.stop()
			k.mu.Unlock()
			return
		}
		due = append(due[:0], k.slots[i]...)
		fresh, k.watched[1], k.watched[0] = k.watched[1], k.watched[0], lean(fresh)[:0]
		k.awake = 0
		tidy := k.tidies(now)
		k.mu.Unlock()
		for _, c := range due {
			c.checkDeadlines(now)
		}
		for _, c := range fresh {
			if c != nil {
				c.checkParking(now)
			}
		}
		clear(due)
		clear(fresh)
		if tidy {
			k.tidy()
		}
	}
}

// stop lets go of all that is for connections only. k.mu is held.
func (k *Clock) stop() {
	k.runs = false
	k.slots = [ticksPerRound][]*Conn{}
	k.watched = [2][]*Conn{}
	k.lot.close()
}

// When memory is returned to the system: after so many connections came, left or
// were unparked, and then none for so long, by when those that are silent are
// parked. Their handshakes' buffers and stacks would stay with the process
// otherwise.
const (
	tidyFrom  = 1000
	tidyQuiet = 1700 * time.Millisecond
	tidyPause = 32 // times as long as it took before it is done again
)

// tidies says whether memory is to be returned now: once after a burst. k.mu is
// held.
func (k *Clock) tidies(now int64) bool {
	if k.burst < tidyFrom || now-k.moved < int64(tidyQuiet) || now < k.rested {
		return false
	}
	k.burst = 0
	return true
}

// tidy returns memory to the system.
func (k *Clock) tidy() {
	began := time.Now()
	runtime.GC() // empties the pools' first half, the next one the second
	debug.FreeOSMemory()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.rested = k.now.Load() + tidyPause*int64(time.Since(began))
}

// Now is the coarse time: nanoseconds, never 0, never back.
func (k *Clock) Now() int64 { return k.now.Load() }
