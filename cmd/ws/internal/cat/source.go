package cat

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"unicode/utf8"

	"rfc6455/frame"
)

// A Message is what is to be sent.
type Message struct {
	Opcode  frame.Opcode // Text or Binary
	Payload []byte
	Frame   *frame.Frame // to be sent as it is, instead
}

// A Source gives messages. An error among them says why one is not sent; a Source
// that cannot go on ends with one.
type Source iter.Seq2[Message, error]

// Lines gives a text message for each line of r, without its end.
func Lines(r io.Reader, limit int) Source {
	return func(yield func(Message, error) bool) {
		for n, line := range scan(r, limit, yield) {
			if !utf8.Valid(line) {
				if !yield(Message{}, notText(fmt.Sprintf("line %d", n))) {
					return
				}
				continue
			}
			if !yield(Message{Opcode: frame.Text, Payload: line}, nil) {
				return
			}
		}
	}
}

// Frames gives a frame for each line of r, in the notation. Empty lines and those
// that begin with "#" are passed over.
func Frames(r io.Reader, from frame.Role, limit int) Source {
	return func(yield func(Message, error) bool) {
		for n, line := range scan(r, limit, yield) {
			text := strings.TrimSpace(string(line))
			if text == "" || text[0] == '#' {
				continue
			}
			m := Message{}
			f, err := frame.ParseFrame(text, from)
			if err != nil {
				err = fmt.Errorf("line %d: %w", n, err)
			} else {
				m.Frame = &f
			}
			if !yield(m, err) {
				return
			}
		}
	}
}

// scan gives the lines of r with their numbers, from 1. What keeps it from going on
// it yields.
func scan(r io.Reader, limit int, yield func(Message, error) bool) iter.Seq2[int, []byte] {
	return func(line func(int, []byte) bool) {
		s := bufio.NewScanner(r)
		s.Buffer(nil, limit+len("\r\n"))
		n, long := 0, false
		for s.Scan() {
			if long = len(s.Bytes()) > limit; long {
				break
			}
			if n++; !line(n, s.Bytes()) {
				return
			}
		}
		switch err := s.Err(); {
		case long || err == bufio.ErrTooLong:
			yield(Message{}, fmt.Errorf("line %d is over %d bytes: it and what follows is not sent", n+1, limit))
		case err != nil:
			yield(Message{}, err)
		}
	}
}

// Whole gives all of r as one binary message, or none if r is empty.
func Whole(r io.Reader, limit int) Source {
	return func(yield func(Message, error) bool) {
		p, err := readAll(r, limit)
		switch {
		case err != nil:
			yield(Message{}, fmt.Errorf("the input %w", err))
		case len(p) > 0:
			yield(Message{Opcode: frame.Binary, Payload: p}, nil)
		}
	}
}

// Files gives a message for each file: op, which is Text or Binary.
func Files(names []string, op frame.Opcode, limit int) Source {
	return func(yield func(Message, error) bool) {
		for _, name := range names {
			if !yield(file(name, op, limit)) {
				return
			}
		}
	}
}

func file(name string, op frame.Opcode, limit int) (Message, error) {
	f, err := os.Open(name)
	if err != nil {
		return Message{}, err
	}
	defer f.Close()
	p, err := readAll(f, limit)
	if err != nil {
		return Message{}, fmt.Errorf("%s %w", name, err)
	}
	if op == frame.Text && !utf8.Valid(p) {
		return Message{}, notText(name)
	}
	return Message{Opcode: op, Payload: p}, nil
}

func readAll(r io.Reader, limit int) ([]byte, error) {
	var b bytes.Buffer
	n, err := b.ReadFrom(io.LimitReader(r, int64(limit)+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot be read: %w", err)
	case n > int64(limit):
		return nil, fmt.Errorf("is over %d bytes: it is not sent", limit)
	}
	return b.Bytes(), nil
}

// notText says that something is no text message (§5.6).
func notText(what string) error {
	return fmt.Errorf("%s is not UTF-8 and is not sent (RFC 6455 §5.6): -binary sends what it is", what)
}
