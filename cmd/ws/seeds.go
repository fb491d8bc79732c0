package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"rfc6455/cmd/ws/internal/cli"
	"rfc6455/cmd/ws/internal/transcript"
	"rfc6455/cmd/ws/internal/wire"
	"rfc6455/frame"
	"rfc6455/fuzz"
	"rfc6455/handshake"
)

// maxRecorded bounds what is taken of one direction of a transcript, in bytes: a
// fuzzer is slow with long seeds.
const maxRecorded = 1 << 20

// writeSeeds is ws fuzz -seeds: it writes the kit's corpus into a folder, and with
// it both directions of the transcripts that are named.
func writeSeeds(env *cli.Env, dir string, transcripts []string) cli.Status {
	var recorded []namedCase
	taken := map[string]bool{}
	for _, name := range transcripts {
		cases, err := readTranscript(name)
		if base := filepath.Base(name); taken[base] {
			err = fmt.Errorf("two transcripts are called %s", base)
		}
		taken[filepath.Base(name)] = true
		if err != nil {
			return env.Fail("fuzz", cli.Usage, fmt.Errorf("%s: %w", name, err))
		}
		recorded = append(recorded, cases...)
	}
	if err := fuzz.WriteSeeds(dir, all(recorded)); err != nil {
		return env.Fail("fuzz", cli.Deviation, err)
	}
	fmt.Fprintf(env.Err, "ws fuzz: %s/README.md says what is there\n", filepath.ToSlash(filepath.Clean(dir)))
	return cli.OK
}

// A namedCase is a seed, and the file that it goes to.
type namedCase struct {
	name string
	fuzz.Case
}

func all(cases []namedCase) iter.Seq2[string, fuzz.Case] {
	return func(yield func(string, fuzz.Case) bool) {
		for _, c := range cases {
			if !yield(c.name, c.Case) {
				return
			}
		}
	}
}

// readTranscript gives what each side of a connection got.
func readTranscript(name string) ([]namedCase, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r, err := transcript.NewReader(file)
	if err != nil {
		return nil, err
	}
	var sent [2][]byte // by the sender's role
	for {
		chunk, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		to := &sent[chunk.From]
		*to = append(*to, chunk.Bytes[:min(len(chunk.Bytes), maxRecorded-len(*to))]...)
	}
	return recordedCases(name, r.Header.Deflate, sent)
}

func recordedCases(name string, agreed handshake.DeflateParams, sent [2][]byte) ([]namedCase, error) {
	var cases []namedCase
	for _, role := range []frame.Role{frame.Server, frame.Client} {
		deflate, ok := deflateOf(agreed, role.Peer())
		if !ok {
			return nil, errors.New("the kit knows no window but that of 32 KiB, 15 bits")
		}
		if in := sent[role.Peer()]; len(in) > 0 {
			c := fuzz.Case{Config: fuzz.Config{Role: role, Deflate: deflate}, In: in}
			cases = append(cases, namedCase{"recorded/" + filepath.Base(name), c})
		}
	}
	return cases, nil
}

// deflateOf says how an endpoint compresses. It is false if its window is smaller
// than the kit's.
func deflateOf(agreed handshake.DeflateParams, role frame.Role) (d fuzz.Deflate, ok bool) {
	bits, takeover := wire.Window(agreed, role)
	switch {
	case !agreed.Enabled:
		return fuzz.Plain, true
	case bits != handshake.MaxWindowBits:
		return fuzz.Plain, false
	case takeover:
		return fuzz.Takeover, true
	}
	return fuzz.Fresh, true
}
