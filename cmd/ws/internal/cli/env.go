package cli

import (
	"context"
	"fmt"
	"io"
	"os"
)

// An Env is what a command is given beside its arguments.
type Env struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
}

// A Status is what a command exits with.
type Status int

const (
	OK          Status = 0 // as expected
	Deviation   Status = 1 // the target did something else
	Usage       Status = 2 // the command was called wrongly
	Unreachable Status = 3 // nothing answered
	Died        Status = 4 // the target died, and the case that killed it is named
)

// A Command is one of the toolbox.
type Command struct {
	Name, Brief string
	Run         func(ctx context.Context, env *Env, args []string) Status
}

// Fail says why a command does not go on.
func (e *Env) Fail(command string, s Status, err error) Status {
	fmt.Fprintf(e.Err, "ws %s: %v\n", command, err)
	if s == Usage {
		fmt.Fprintf(e.Err, "`ws %s -h` tells what is allowed\n", command)
	}
	return s
}

// Terminal says whether standard error is a terminal on which a line can be
// written over.
func (e *Env) Terminal() bool {
	f, ok := e.Err.(*os.File)
	if !ok || e.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
