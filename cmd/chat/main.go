// Command chat is the chat server: one binary with the page inside.
//
//	go run ./cmd/chat
//
// and open http://localhost:8080. Ctrl-C says goodbye to everybody (1001), a
// second one ends at once. chat -h tells all that it can be told.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"rfc6455/cmd/chat/internal/settings"
	"rfc6455/server"
)

// What the binary exits with.
const (
	statusGone   = 0 // after the goodbye
	statusFailed = 1 // it could not serve
	statusWrong  = 2 // a value was wrong
)

func main() {
	os.Exit(start(os.Args[1:], os.Environ()))
}

// start does what it was told and gives the exit status.
func start(args, environ []string) int {
	s, err := settings.Parse(args, environ)
	switch {
	case errors.Is(err, flag.ErrHelp):
		settings.Help(os.Stdout)
		return statusGone
	case err != nil:
		return fail(err, statusWrong)
	case s.Version:
		fmt.Println(readBuild())
		return statusGone
	}
	lines := newLineBuffer(os.Stderr)
	err = serve(s, newLog(lines, s.LogFormat, s.LogLevel))
	lines.Flush()
	if wrong, ok := errors.AsType[*server.ConfigError](err); ok {
		return fail(settings.Explain(wrong), statusWrong)
	}
	if err != nil {
		return fail(err, statusFailed)
	}
	return statusGone
}

func fail(err error, status int) int {
	fmt.Fprintln(os.Stderr, "chat:", err)
	if status == statusWrong {
		fmt.Fprintln(os.Stderr, "`chat -h` tells what is allowed")
	}
	return status
}
