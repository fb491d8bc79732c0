// Package outside finds what tests need and the module does not bring along: a
// browser, other people's WebSocket libraries. Who lacks one still gets a green
// run, with a line that says how to get it; with REQUIRE_ALL=1 nothing may lack.
package outside

import (
	"os"
	"os/exec"
	"testing"
)

// Missing ends the test for the want of something that can be had as how says:
// skipped, or failed if REQUIRE_ALL=1 is in the environment.
func Missing(t testing.TB, what, how string) {
	t.Helper()
	if os.Getenv("REQUIRE_ALL") == "1" {
		t.Fatalf("%s is missing, and REQUIRE_ALL=1 is set: %s", what, how)
	}
	t.Skipf("%s is missing: %s", what, how)
}

// Program gives the path of the first of names that is installed; without any the
// test ends as [Missing] says.
func Program(t testing.TB, how string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Missing(t, names[0], how)
	return ""
}
