package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// writes notes each Write.
type writes []string

func (w *writes) Write(p []byte) (int, error) { *w = append(*w, string(p)); return len(p), nil }

func TestLinesGather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got writes
		b := newLineBuffer(&got)
		b.Write([]byte("a\n"))
		time.Sleep(lineDelay / 2)
		b.Write([]byte("b\n"))
		synctest.Wait()
		if len(got) != 0 {
			t.Fatalf("written at once: %q", got)
		}
		time.Sleep(lineDelay / 2)
		synctest.Wait()
		if len(got) != 1 || got[0] != "a\nb\n" {
			t.Fatalf("after the delay: %q", got)
		}
		long := strings.Repeat("x", lineBytes)
		b.Write([]byte(long))
		if len(got) != 2 || got[1] != long {
			t.Fatalf("a full buffer was not written at once: %d writes", len(got))
		}
		b.Write([]byte("c\n"))
		b.Flush()
		if len(got) != 3 || got[2] != "c\n" {
			t.Fatalf("Flush: %q", got[2:])
		}
	})
}
