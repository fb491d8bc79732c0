package dump

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"rfc6455/cmd/ws/internal/annotate"
	"rfc6455/cmd/ws/internal/capture"
	"rfc6455/cmd/ws/internal/hexdump"
	"rfc6455/cmd/ws/internal/transcript"
	"rfc6455/frame"
	"rfc6455/handshake"
)

// A Kind is what a file is.
type Kind uint8

const (
	Any        Kind = iota // its content tells
	Hex                    // see package hexdump
	Raw                    // frames as they are on the wire
	Transcript             // see package transcript
	Capture                // see package capture
)

// A View is a way to print.
type View uint8

const (
	Text  View = iota // each frame with its diagram
	Brief             // a line for each frame
	JSON              // an object a line
)

// Defaults of [Options].
const (
	DefaultBytes   = 64
	DefaultMessage = annotate.DefaultMessage
)

// Options say what is read and how it is printed.
type Options struct {
	Kind    Kind
	View    View
	From    *frame.Role             // who sent the frames of hex or raw bytes; nil: who masks its first one is a client
	Deflate handshake.DeflateParams // what was agreed, for hex or raw bytes
	Bytes   int                     // of each payload that are shown
	Message int64                   // bytes of a message, over which it is not followed
	Limits  capture.Limits
}

// ErrKind says that a file is of no kind.
var ErrKind = errors.New("this is neither hex, nor a transcript, nor a capture; frames as they are on the wire need -raw")

// peekLen is how much of a file tells its kind, at most.
const peekLen = 4096

// kindOf tells what r reads, as soon as it can: somebody may type it.
func kindOf(r *bufio.Reader) (Kind, error) {
	var b []byte
	for n := 4; ; n = min(r.Buffered()+1, peekLen) {
		_, err := r.Peek(n)
		if err != nil && err != io.EOF {
			return 0, err
		}
		if b, _ = r.Peek(r.Buffered()); capture.IsCapture(b) {
			return Capture, nil
		}
		if err == io.EOF || len(b) == peekLen || bytes.IndexByte(b, '\n') >= 0 && (hexdump.Looks(b) || b[0] != '#') {
			break
		}
	}
	switch {
	case strings.HasPrefix(string(b), transcript.Magic):
		return Transcript, nil
	case hexdump.Looks(b):
		return Hex, nil
	}
	return 0, ErrKind
}
