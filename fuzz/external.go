package fuzz

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"rfc6455/frame"
)

// DefaultTimeout is [External].Timeout if that is zero.
const DefaultTimeout = 10 * time.Second

// MaxAnswer bounds a program's answer, in bytes: 64 MiB. A longer one is garbage.
const MaxAnswer = 64 << 20

// An External makes parsers of a program in any language, which speaks as the
// package's comment says. It starts the program when the first parser is made, and
// again when it is gone. Whatever becomes of the program - it exits, is silent for
// too long, says what no parser says - is the trace of the parser for which it
// happened, and [Check] reports it as "process", with the stream.
//
// What the program allocates is out of Check's sight: set a limit to it outside
// (ulimit -v), and build it with sanitizers.
//
// An External belongs to one goroutine, and so do its parsers. There is one at a
// time: a new one is the end of the one before.
type External struct {
	Command []string      // the program and its arguments
	Env     []string      // "NAME=value", besides the environment of this process
	Timeout time.Duration // for each answer; 0: DefaultTimeout

	program *program // nil: not running
	parsers uint64   // made so far
}

// New makes a parser: it is what [Check] wants.
func (e *External) New(cfg Config) Parser {
	e.parsers++
	p := &externalParser{external: e, number: e.parsers, role: cfg.Role}
	p.pending = appendMessage(nil, messageReset, connection(cfg))
	return p
}

// Close tells the program that nothing more comes, and waits for its end. The
// error is what the program ended with, or did instead.
func (e *External) Close() error {
	if e.program == nil {
		return nil
	}
	p := e.program
	e.program = nil
	p.arm(e.timeout())
	return p.end(nil)
}

func (e *External) timeout() time.Duration { return cmp.Or(e.Timeout, DefaultTimeout) }

// The messages to a program.
const (
	messageReset = 'R' // followed by the connection
	messageFeed  = 'F' // followed by bytes of the stream
	messageTrace = 'T' // with nothing: it asks for the answer
)

// appendMessage appends a message: its kind, its length in four bytes, itself.
func appendMessage[P []byte | string](b []byte, kind byte, p P) []byte {
	b = append(b, kind)
	b = binary.BigEndian.AppendUint32(b, uint32(len(p)))
	return append(b, p...)
}

// connection is what a program is told about its connection.
func connection(cfg Config) []byte {
	b := []byte{byte(cfg.Role), byte(cfg.Deflate), byte(cfg.Allow), 0}
	b = binary.BigEndian.AppendUint64(b, maxMessage(cfg.Limits))
	b = binary.BigEndian.AppendUint32(b, uint32(min(int64(maxFragments(cfg.Limits)), math.MaxUint32)))
	return binary.BigEndian.AppendUint32(b, uint32(min(int64(controlBurst(cfg.Limits)), math.MaxUint32)))
}

// An externalParser is one connection of a program. What is fed waits here until
// the trace is asked for, so the two sides never wait for each other.
type externalParser struct {
	external *External
	number   uint64
	role     frame.Role
	program  *program // nil: nothing was sent to it yet
	pending  []byte   // messages
	ended    string   // what Trace says from now on
}

func (p *externalParser) Feed(b []byte) {
	if p.ended == "" {
		p.pending = appendMessage(p.pending, messageFeed, b)
	}
}

func (p *externalParser) Trace() string {
	if p.ended != "" {
		return p.ended
	}
	answer, err := p.ask()
	if err == nil {
		answer, err = notation(answer, p.role.Peer())
		if err != nil {
			err = p.external.discard(fmt.Errorf("garbage: %w", err))
		}
	}
	if err != nil {
		p.ended = died + " " + err.Error()
		return p.ended
	}
	return answer
}

// ask sends what is pending and reads the answer.
func (p *externalParser) ask() (string, error) {
	e := p.external
	if err := p.begin(); err != nil {
		return "", err
	}
	e.program.arm(e.timeout())
	defer e.program.disarm()
	p.pending = appendMessage(p.pending, messageTrace, "")
	_, err := e.program.in.Write(p.pending)
	p.pending = p.pending[:0]
	var answer string
	if err == nil {
		answer, err = readAnswer(e.program.out)
	}
	if more := e.program.out.Buffered(); err == nil && more > 0 {
		err = fmt.Errorf("garbage: %d bytes after the answer", more)
	}
	if err != nil {
		return "", e.discard(err)
	}
	return answer, nil
}

// begin sees to it that the program is there, and is this parser's.
func (p *externalParser) begin() (err error) {
	e := p.external
	if e.program == nil && p.program == nil {
		if e.program, err = start(e.Command, e.Env); err != nil {
			return fmt.Errorf("not started: %w", err)
		}
	}
	if p.program == nil {
		p.program = e.program
	}
	if p.number != e.parsers || p.program != e.program {
		return errors.New("replaced: a program is one parser at a time")
	}
	return nil
}

// discard ends the program, and says what became of it.
func (e *External) discard(err error) error {
	p := e.program
	e.program = nil
	return p.end(err)
}

var errAnswer = errors.New("garbage: answer over 64 MiB")

// readAnswer reads a trace and the four bytes of its length.
func readAnswer(r io.Reader) (string, error) {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return "", err
	}
	n := int64(binary.BigEndian.Uint32(size[:]))
	if n > MaxAnswer {
		return "", errAnswer
	}
	var answer strings.Builder
	_, err := io.CopyN(&answer, r, n) // it grows by what comes, not by what is declared
	return answer.String(), err
}

// notation makes a trace in any form that package frame reads, as the plain one
// is, one as Check compares it.
func notation(trace string, from frame.Role) (string, error) {
	lines := strings.Split(strings.TrimSuffix(trace, "\n"), "\n")
	last := len(lines) - 1
	for i, line := range lines[:last] {
		f, err := frame.ParseFrame(line, from)
		if err != nil {
			return "", fmt.Errorf("line %d of the trace: %w", i+1, err)
		}
		lines[i] = f.String()
	}
	switch word, _, _ := strings.Cut(lines[last], " "); word {
	case open, closed, failed:
		return strings.Join(lines, "\n"), nil
	}
	return "", fmt.Errorf("%.64q ends the trace", lines[last])
}
