package main

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// writes notes each Write.
type writes struct {
	mu  sync.Mutex
	all []string
}

func (w *writes) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, string(p))
	return len(p), nil
}

// seen gives the writes so far.
func (w *writes) seen() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.all)
}

func TestLinesGather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w writes
		b := newLineBuffer(&w)
		b.Write([]byte("a\n"))
		time.Sleep(lineDelay / 2)
		b.Write([]byte("b\n"))
		synctest.Wait()
		if got := w.seen(); len(got) != 0 {
			t.Fatalf("written at once: %q", got)
		}
		time.Sleep(lineDelay / 2)
		synctest.Wait()
		if got := w.seen(); len(got) != 1 || got[0] != "a\nb\n" {
			t.Fatalf("after the delay: %q", got)
		}
		long := strings.Repeat("x", lineBytes)
		b.Write([]byte(long))
		if got := w.seen(); len(got) != 2 || got[1] != long {
			t.Fatalf("a full buffer was not written at once: %d writes", len(got))
		}
		b.Write([]byte("c\n"))
		b.Flush()
		if got := w.seen(); len(got) != 3 || got[2] != "c\n" {
			t.Fatalf("Flush: %q", got[2:])
		}
	})
}
