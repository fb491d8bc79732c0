package main

import (
	"os"
	"testing"
)

// asWS in the environment makes the test binary the command itself, for tests that
// need it in a process of its own.
const asWS = "TEST_AS_WS"

func TestMain(m *testing.M) {
	if os.Getenv(asWS) == "1" {
		main()
	}
	os.Exit(m.Run())
}
