package fuzz_test

import (
	"os"
	"strings"
	"testing"

	"rfc6455/testdata/outside"
)

// The test of package testdata/outside, which "./..." leaves out.

// A verdict is a testing.TB that notes how a test would have ended.
type verdict struct {
	testing.TB
	said string
}

func (v *verdict) Helper() {}

func (v *verdict) Fatalf(format string, args ...any) { v.said += "fatal: " + format }
func (v *verdict) Skipf(format string, args ...any)  { v.said += "skip: " + format }

func TestOutside(t *testing.T) {
	t.Setenv("REQUIRE_ALL", "")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	v := &verdict{TB: t}
	if got := outside.Program(v, "", "there-is-no-such-program", self); got != self || v.said != "" {
		t.Errorf("found %q, said %q; want %q and nothing", got, v.said, self)
	}
	if got := outside.Program(v, "build it", "there-is-no-such-program"); got != "" || !strings.HasPrefix(v.said, "skip: ") {
		t.Errorf("found %q, said %q; want nothing and a skip", got, v.said)
	}
	t.Setenv("REQUIRE_ALL", "1")
	v.said = ""
	if got := outside.Program(v, "build it", "there-is-no-such-program"); got != "" || !strings.HasPrefix(v.said, "fatal: ") {
		t.Errorf("found %q, said %q; want nothing and a failure", got, v.said)
	}
}
