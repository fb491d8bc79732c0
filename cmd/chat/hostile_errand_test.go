package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// Who attacks or crowds a server does so from processes of its own, so that he takes
// no time from those in the test that look at the clock. Such a process is the tests'
// own program on an errand: the variable names it, and its arguments follow.
const errandName = "CHATTEST_ERRAND"

var errands = map[string]func(args []string) error{
	"flood": floodErrand,
	"churn": churnErrand,
	"talk":  talkErrand,
}

// errand is a process on an errand, not started yet.
func errand(name string, args ...string) *exec.Cmd {
	flags := []string{fmt.Sprintf("-test.short=%t", testing.Short()), "-soak=" + soak.String()}
	cmd := exec.Command(os.Args[0], append(flags, args...)...)
	cmd.Env = append(os.Environ(), errandName+"="+name)
	return cmd
}

// runErrand does it and gives the exit status.
func runErrand(name string) int {
	flag.Parse()
	if err := errands[name](flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
