package transcript

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"rfc6455/frame"
)

// MaxLine bounds a line, and with it its chunk, in bytes: over it [ErrLineTooLong].
const MaxLine = 1 << 20

// ErrLineTooLong says that a line is over [MaxLine].
var ErrLineTooLong = errors.New("line is over 1 MiB")

// A Chunk is one line.
type Chunk struct {
	At    time.Duration // since the beginning
	From  frame.Role    // who sent it
	Bytes []byte
	End   bool   // nothing more comes from there; Bytes is nil
	Note  string // the comment
	Line  int    // its number, from 1
}

// An Error says what is wrong with a transcript, and where.
type Error struct {
	Line int // from 1
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("transcript: line %d: %v", e.Line, e.Err) }
func (e *Error) Unwrap() error { return e.Err }

// A Reader reads a transcript.
type Reader struct {
	Header Header

	lines *bufio.Scanner
	line  int
}

// NewReader reads the header of the transcript in r. Its errors are those of r, and
// an [*Error].
func NewReader(r io.Reader) (*Reader, error) {
	t := &Reader{lines: bufio.NewScanner(r)}
	t.lines.Buffer(nil, MaxLine)
	if err := t.readHeader(); err != nil {
		return nil, err
	}
	return t, nil
}

// wrong says where err is.
func (t *Reader) wrong(err error) error { return &Error{t.line, err} }

// next gives the next line, or io.EOF.
func (t *Reader) next() (string, error) {
	t.line++
	if t.lines.Scan() {
		return strings.TrimSpace(t.lines.Text()), nil
	}
	switch err := t.lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return "", t.wrong(ErrLineTooLong)
	case err != nil:
		return "", err
	}
	return "", io.EOF
}

func (t *Reader) readHeader() error {
	line, err := t.next()
	if err != nil && err != io.EOF {
		return err
	}
	if line != Magic+version {
		return t.wrong(fmt.Errorf("the first line is %.40q: allowed is %q", line, Magic+version))
	}
	seen := map[string]bool{}
	for {
		line, err := t.next()
		if err != nil && err != io.EOF {
			return err
		}
		if line == "" { // or the end
			break
		}
		if err := t.setHeader(line, seen); err != nil {
			return t.wrong(err)
		}
	}
	if !seen["role"] {
		return t.wrong(errors.New("the header has no role: client or server"))
	}
	return nil
}

func (t *Reader) setHeader(line string, seen map[string]bool) error {
	key, value, ok := strings.Cut(line, ":")
	if !ok {
		return fmt.Errorf("%.40q is no \"key: value\" of the header, which ends with an empty line", line)
	}
	if seen[key] {
		return fmt.Errorf("key %q stands twice", key)
	}
	seen[key] = true
	return t.Header.set(key, strings.TrimSpace(value))
}

// Next gives the next chunk. Its error is io.EOF at the end, one of the underlying
// reader, or an [*Error].
func (t *Reader) Next() (Chunk, error) {
	for {
		line, err := t.next()
		if err != nil {
			return Chunk{}, err
		}
		if line == "" || line[0] == '#' {
			continue
		}
		c, err := t.parse(line)
		if err != nil {
			return Chunk{}, t.wrong(err)
		}
		c.Line = t.line
		return c, nil
	}
}

// parse reads a line that is a chunk.
func (t *Reader) parse(line string) (c Chunk, err error) {
	at, rest, _ := strings.Cut(line, " ")
	if c.At, err = parseTime(at); err != nil {
		return c, err
	}
	sign, rest, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	switch sign {
	case ">":
		c.From = t.Header.Role
	case "<":
		c.From = t.Header.Role.Peer()
	default:
		return c, fmt.Errorf("direction %.40q: allowed is > or <", sign)
	}
	rest = strings.TrimLeft(rest, " ")
	if word, note, _ := strings.Cut(rest, "#"); strings.TrimSpace(word) == "end" {
		c.End, c.Note = true, strings.TrimSpace(note)
		return c, nil
	}
	c.Bytes, c.Note, err = parseBytes(rest)
	return c, err
}

// parseTime reads seconds with up to nine decimals.
func parseTime(s string) (time.Duration, error) {
	if strings.Trim(s, "0123456789.") == "" {
		if d, err := time.ParseDuration(s + "s"); err == nil {
			return d, nil
		}
	}
	return 0, fmt.Errorf("time %.40q: allowed are seconds, as in 0.000123", s)
}

// parseBytes reads pieces and the comment behind them.
func parseBytes(s string) (b []byte, note string, err error) {
	for {
		s = strings.TrimLeft(s, " \t")
		switch {
		case s == "":
			return b, "", nonempty(b)
		case s[0] == '#':
			return b, strings.TrimSpace(s[1:]), nonempty(b)
		case s[0] == '"':
			quoted, err := strconv.QuotedPrefix(s)
			if err != nil {
				return nil, "", fmt.Errorf("%.40s has no closing quote or a bad escape", s)
			}
			text, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, "", err
			}
			b, s = append(b, text...), s[len(quoted):]
		default:
			n := strings.IndexAny(s, " \t\"#")
			if n < 0 {
				n = len(s)
			}
			if b, err = hex.AppendDecode(b, []byte(s[:n])); err != nil {
				return nil, "", fmt.Errorf("%.40q is neither hex digits in pairs nor a string", s[:n])
			}
			s = s[n:]
		}
	}
}

// nonempty refuses a line without a byte: it says nothing.
func nonempty(b []byte) error {
	if len(b) == 0 {
		return errors.New("no bytes: allowed are hex digits in pairs, strings, or end")
	}
	return nil
}
