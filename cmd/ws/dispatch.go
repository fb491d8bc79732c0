package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"rfc6455/cmd/ws/internal/cli"
)

// commands are all there are, in the order in which the help names them.
var commands = []cli.Command{
	catCommand,
	conformCommand,
	dumpCommand,
	fuzzCommand,
	loadCommand,
}

// run runs the command that args name and gives its exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, env func(string) string) int {
	e := &cli.Env{In: stdin, Out: stdout, Err: stderr, Getenv: env}
	return int(dispatch(ctx, e, args))
}

func dispatch(ctx context.Context, e *cli.Env, args []string) cli.Status {
	if len(args) == 0 {
		help(e.Err)
		return cli.Usage
	}
	name, rest := args[0], args[1:]
	switch name {
	case "-h", "-help", "--help":
		help(e.Out)
		return cli.OK
	case "help":
		if len(rest) == 0 {
			help(e.Out)
			return cli.OK
		}
		name, rest = rest[0], []string{"-h"}
	}
	for _, c := range commands {
		if c.Name == name {
			return c.Run(ctx, e, rest)
		}
	}
	fmt.Fprintf(e.Err, "ws: there is no command %q: allowed are %s\n", name, strings.Join(names(), ", "))
	return cli.Usage
}

func names() (list []string) {
	for _, c := range commands {
		list = append(list, c.Name)
	}
	return append(list, "help")
}

// help says what there is.
func help(w io.Writer) {
	fmt.Fprint(w, "ws is a toolbox for WebSocket (RFC 6455).\n\nusage: ws COMMAND [flags] ...\n\ncommands:\n")
	for _, c := range commands {
		fmt.Fprintf(w, "  %-10s %s\n", c.Name, c.Brief)
	}
	fmt.Fprint(w, `  help CMD   explain a command, as ws CMD -h does

examples:
  # what does the server say?
  echo Hello | ws cat -v -n 1 ws://localhost:8080/echo
  # how fast does the server echo, and does it lose anything?
  ws load ws://localhost:8080/echo
  # what else can that command do?
  ws help load
`)
}
