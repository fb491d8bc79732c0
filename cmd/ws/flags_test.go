package main

import (
	"flag"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/cli"
)

// TestTimesAreTimes has one word for what a flag of any command takes where that is a
// time.
func TestTimesAreTimes(t *testing.T) {
	times := 0
	for _, flags := range []*cli.Flags{newCatCall().Flags, newConformCall().Flags, newDumpCall().Flags, newFuzzCall().Flags, newLoadCall().Flags} {
		flags.VisitAll(func(f *flag.Flag) {
			value, ok := f.Value.(flag.Getter)
			if !ok {
				return
			}
			if _, ok := value.Get().(time.Duration); !ok {
				return
			}
			times++
			if word, _ := flag.UnquoteUsage(f); word != "time" {
				t.Errorf("-%s takes %q, want time", f.Name, word)
			}
		})
	}
	if times < 7 {
		t.Errorf("%d flags take a time", times)
	}
}
