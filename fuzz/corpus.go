package fuzz

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"rfc6455/frame"
)

// WriteSeeds writes what others need to fuzz and to replay without Go into a
// folder, which it makes if there is none:
//
//	server/NAME           a stream, as it comes to a server
//	server/NAME.expect    the plain form of its trace
//	client/NAME ...       and so on for every kind of connection
//	websocket.dict        a dictionary for AFL++ and libFuzzer
//	README.md             what all this is
//
// The kind of connection is the folder's name: the role, how the peer compresses
// if it does, and limits that are not the default. Streams of [Cases] stand in
// theirs, frame vectors in server and client; those over 4 KiB are left out. What
// more gives is written besides, whatever its length; it may be nil.
func WriteSeeds(dir string, more iter.Seq2[string, Case]) error {
	for _, cases := range []iter.Seq2[string, Case]{corpus(), more} {
		if cases == nil {
			continue
		}
		for name, c := range cases {
			if err := writeSeed(filepath.Join(dir, folder(c.Config)), name, c); err != nil {
				return err
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "websocket.dict"), Dictionary(), 0o666); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "README.md"), []byte(aboutSeeds), 0o666)
}

// corpus gives the seeds, each with the connection that it is for.
func corpus() iter.Seq2[string, Case] {
	return func(yield func(string, Case) bool) {
		for id, in := range Seeds() {
			if _, ok := strings.CutPrefix(id, "frames/"); !ok {
				continue // Cases has the session with its connection
			}
			for _, role := range []frame.Role{frame.Server, frame.Client} {
				if !yield(id, Case{Config: Config{Role: role}, In: in}) {
					return
				}
			}
		}
		for id, c := range Cases() {
			if len(c.In) <= maxSeed && !yield("sessions/"+id, c) {
				return
			}
		}
	}
}

func writeSeed(dir, name string, c Case) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	file := filepath.Join(dir, strings.ReplaceAll(name, "/", "-"))
	if err := os.WriteFile(file, c.In, 0o666); err != nil {
		return err
	}
	return os.WriteFile(file+".expect", []byte(Expect(c.Config, c.In)+"\n"), 0o666)
}

// folder names a kind of connection: "server-takeover-message=100".
func folder(cfg Config) string {
	name := cfg.Role.String() + []string{"", "-fresh", "-takeover"}[cfg.Deflate]
	limit := func(key string, n int64) {
		if n != 0 {
			name += fmt.Sprintf("-%s=%d", key, n)
		}
	}
	limit("message", cfg.Limits.Message)
	limit("fragments", int64(cfg.Limits.Fragments))
	limit("control", int64(cfg.Limits.ControlBurst))
	return name
}

const aboutSeeds = `# Streams of WebSocket, and what is in them

Each file without an ending is what a peer sends after the opening handshake,
RFC 6455. The file with ".expect" beside it says what a parser makes of it, one
event a line:

    text 0x48656c6c6f     a text message "Hello", put together, and inflated if it was compressed
    binary                a binary message without a byte
    ping 0x6869           a Ping or a Pong
    close 1000 0x627965   a Close with its code and reason; "close" alone has neither
    open                  the last line: the stream may go on,
    closed                or a Close came, and nothing after it counts,
    failed not-masked     or a rule was broken, and nothing after it counts

Every way to cut a stream gives the same.

The folder says which connection it is: the parser's role, then

    fresh                 the peer compresses (RFC 7692), every message on its own
    takeover              the peer compresses, and takes its context over; its window is 32 KiB
    message=N             a message may have N bytes; else 1,048,576
    fragments=N           a message may have N frames; else 131,072
    control=N             N Ping and Pong frames may come; else 1,000

For a fuzzer each folder is a corpus, and websocket.dict a dictionary; it may pass
over the .expect files, or read them as well.
`
