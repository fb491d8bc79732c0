package deflate

import (
	"runtime"
	"testing"
)

// TestTurns has one processor: whoever inflates or compresses a long message lets
// others run all the while.
func TestTurns(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const size = 32 << 20
	message := make([]byte, size)
	c, d := NewCompressor(15, false), NewDecompressor(15, false)
	c.Turn, d.Turn = runtime.Gosched, runtime.Gosched
	packed := c.Append(nil, message)
	roomy := make([]byte, 0, size)
	for name, do := range map[string]func(){
		"compressing":            func() { c.Append(nil, message) },
		"inflating":              func() { d.Append(nil, packed, size) },
		"inflating into a slice": func() { d.Append(roomy, packed, size) },
	} {
		done := make(chan struct{})
		turns := 0
		go func() {
			defer close(done)
			do()
		}()
		for running := true; running; turns++ {
			runtime.Gosched()
			select {
			case <-done:
				running = false
			default:
			}
		}
		if turns < size/turn/2 {
			t.Errorf("%s gives %d turns to others for %d bytes", name, turns, size)
		}
	}
}
