package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"rfc6455/cmd/ws/internal/cli"
	"rfc6455/cmd/ws/internal/dump"
	"rfc6455/cmd/ws/internal/transcript"
	"rfc6455/frame"
)

var dumpCommand = cli.Command{
	Name:  "dump",
	Brief: "explain frames bit by bit: from hex, a transcript or a capture of packets",
	Run:   runDump,
}

// A dumpCall is one call of ws dump.
type dumpCall struct {
	*cli.Flags
	hex, raw, transcript, capture bool
	brief, json                   bool
	from, extensions              string
	bytes, message                int
}

func newDumpCall() *dumpCall {
	c := &dumpCall{Flags: cli.NewFlags("dump"), bytes: dump.DefaultBytes, message: dump.DefaultMessage}
	c.Synopsis = "ws dump [flags] [FILE]"
	c.Operands = []string{"[FILE]"}
	c.About = dumpAbout
	c.Examples = []string{
		"# echo 81 85 37 fa 21 3d 7f 9f 4d 51 58 >hello.hex: the masked frame of RFC 6455 §5.7\nws dump hello.hex",
		"# tcpdump -i lo -s 0 -B 32768 -w chat.pcap tcp port 8080: all that browsers and the chat say\nws dump -brief chat.pcap",
	}
	c.BoolVar(&c.hex, "hex", false, "FILE is hex: plain digits, or as xxd, hexdump -C and od -A x -t x1 write it")
	c.BoolVar(&c.raw, "raw", false, "FILE is frames as they are on the wire")
	c.BoolVar(&c.transcript, "transcript", false, "FILE is a transcript, as ws cat -dump writes it")
	c.BoolVar(&c.capture, "pcap", false, "FILE is a capture of packets, pcap or pcapng")
	c.StringVar(&c.from, "from", "", "`role` of who sent the frames of hex or raw bytes, client or server;\nwithout: client if the first frame is masked")
	c.StringVar(&c.extensions, "extensions", "", "what was agreed for frames of hex or raw bytes, as the `header` says it:\n'permessage-deflate; server_no_context_takeover'")
	c.BoolVar(&c.brief, "brief", false, "a line for each frame, without diagrams")
	c.BoolVar(&c.json, "json", false, "an object for each connection, handshake, frame and end, one a line")
	c.Var(cli.Bytes{N: &c.bytes}, "bytes", "`bytes` of each payload that are shown")
	c.Var(cli.Bytes{N: &c.message}, "message", "`bytes` of a message, over which it is not followed")
	return c
}

const dumpAbout = `
Reads FILE, or standard input where there is none or it is "-", and prints each
frame: the diagram of RFC 6455 §5.2 with the frame's values in it, its key, its
payload masked and unmasked, the message that it completes, and the rule that it
breaks, with its clause.

What FILE is its content tells. In a capture of packets every TCP connection that
begins with an opening handshake is followed, both ways: segments are put in order,
compressed messages are inflated, and where packets are missing the connection is
given up. What TLS hides stays hidden. It exits with 1 if a rule is broken, or a
connection does not end as it should.`

// options turns the flags into what they mean. Its errors are wrong usage.
func (c *dumpCall) options() (o dump.Options, err error) {
	o = dump.Options{Bytes: c.bytes, Message: int64(c.message)}
	if o.Kind, err = one(map[string]bool{"hex": c.hex, "raw": c.raw, "transcript": c.transcript, "pcap": c.capture}, kinds); err != nil {
		return o, err
	}
	if o.View, err = one(map[string]bool{"brief": c.brief, "json": c.json}, views); err != nil {
		return o, err
	}
	if o.Deflate, err = transcript.ParseExtensions(c.extensions); err != nil {
		return o, fmt.Errorf("-%w", err)
	}
	if c.bytes < 1 || c.message < 1 {
		return o, errors.New("-bytes or -message is 0: allowed is 1 and more")
	}
	if c.from == "" {
		return o, nil
	}
	from, err := frame.ParseRole(c.from)
	if err != nil {
		return o, fmt.Errorf("-from: %w", err)
	}
	o.From = &from
	return o, nil
}

var (
	kinds = map[string]dump.Kind{"hex": dump.Hex, "raw": dump.Raw, "transcript": dump.Transcript, "pcap": dump.Capture}
	views = map[string]dump.View{"brief": dump.Brief, "json": dump.JSON}
)

// one gives what the one flag means that is set, the zero value if none is.
func one[T any](flags map[string]bool, meaning map[string]T) (chosen T, err error) {
	found := ""
	for name, set := range flags {
		switch {
		case set && found != "":
			return chosen, fmt.Errorf("-%s and -%s exclude each other: allowed is one", min(found, name), max(found, name))
		case set:
			found, chosen = name, meaning[name]
		}
	}
	return chosen, nil
}

// runDump is ws dump.
func runDump(ctx context.Context, env *cli.Env, args []string) cli.Status {
	c := newDumpCall()
	operands, status, done := c.Start(env, args)
	if done {
		return status
	}
	o, err := c.options()
	if err != nil {
		return env.Fail(c.Name(), cli.Usage, err)
	}
	name, in := "standard input", io.Reader(nil)
	if len(operands) > 0 && operands[0] != "-" {
		name = operands[0]
		file, err := os.Open(name)
		if err != nil {
			return env.Fail(c.Name(), cli.Usage, fmt.Errorf("FILE cannot be read: %w", err))
		}
		defer file.Close()
		in = file
	} else {
		stdin := until(ctx, env.In)
		defer stdin.Close()
		in = stdin
	}
	result, err := dump.Run(ctx, in, env.Out, o)
	if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
		err = nil // who follows a capture ends it so
	}
	switch {
	case errors.Is(err, dump.ErrKind):
		return env.Fail(c.Name(), cli.Usage, fmt.Errorf("%s: %w", name, err))
	case err != nil:
		return env.Fail(c.Name(), cli.Deviation, fmt.Errorf("%s: %w", name, err))
	}
	return c.report(env.Err, result)
}

// until gives what r reads until ctx is done, even while nothing comes. Then a
// goroutine waits in r's Read, which nothing can end.
func until(ctx context.Context, r io.Reader) io.ReadCloser {
	out, in := io.Pipe()
	go func() {
		_, err := io.Copy(in, r)
		in.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { in.CloseWithError(context.Cause(ctx)) })
	return out
}

// report says what no frame could say, and gives the status.
func (c *dumpCall) report(w io.Writer, r dump.Result) cli.Status {
	if r.Conns == 0 {
		what := "no frame"
		if r.Kind == dump.Capture {
			what = fmt.Sprintf("no opening handshake in %d packets, %d TCP connections: was the capture begun before it, and is it not hidden by TLS?", r.Packets, r.Others)
		}
		fmt.Fprintf(w, "ws %s: %s\n", c.Name(), what)
	}
	if found := strings.Join(r.Deviations(), ", "); found != "" {
		fmt.Fprintf(w, "ws %s: %s\n", c.Name(), found)
	}
	if r.Good() {
		return cli.OK
	}
	return cli.Deviation
}
