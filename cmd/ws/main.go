// Command ws is a toolbox for WebSocket (RFC 6455).
//
//	go run ./cmd/ws help
//
// Results go to standard output, everything else to standard error. It exits with 0
// if all was as expected, 1 if the other side did something else, 2 if it was called
// wrongly, 3 if nobody was reached and 4 if the other side died. Unless told so by
// -remote, it reaches this machine only.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second one ends it as usual
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
}
