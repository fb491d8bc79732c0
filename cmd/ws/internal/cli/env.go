package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"

	"rfc6455/cmd/ws/internal/wire"
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
	if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
		fmt.Fprintln(e.Err, "-cacert names a file of authorities that are trusted, -k takes any certificate")
	}
	return s
}

// Terminal says whether standard error is a terminal on which a line can be
// written over.
func (e *Env) Terminal() bool { return e.Getenv("TERM") != "dumb" && IsTerminal(e.Err) }

// IsTerminal says whether f, an [io.Reader] or an [io.Writer], is a terminal.
func IsTerminal(f any) bool {
	file, ok := f.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// StatusOf gives the status of a command that did not get its connection for err.
func StatusOf(err error) Status {
	if wire.Unreachable(err) {
		return Unreachable
	}
	return Deviation
}
