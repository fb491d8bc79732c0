package deflate

import (
	"runtime"
	"strings"
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

// TestTurnsOfNothing inflates many blocks that are empty: they give turns as well.
func TestTurnsOfNothing(t *testing.T) {
	const many = 10_000
	for name, z := range map[string]string{
		"stored": strings.Repeat("\x00\x00\x00\xff\xff", many) + "\x00",
		"fixed":  strings.Repeat("\x02\x08\x20\x80\x00", many) + "\x00",
	} {
		d, turns := NewDecompressor(15, false), 0
		d.Turn = func() { turns++ }
		got, err := d.Append(nil, []byte(z), 1)
		if err != nil || len(got) != 0 || turns < len(z)/blockTurn/2 {
			t.Errorf("%s: %d bytes, %v, %d turns for %d bytes", name, len(got), err, turns, len(z))
		}
	}
}
