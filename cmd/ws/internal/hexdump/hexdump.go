// Package hexdump reads bytes that somebody wrote down in hexadecimal, in the forms
// that tools and people use:
//
//	00000000: 8185 37fa 213d 7f9f 4d51 58      ..7.!=..MQX     xxd
//	00000000  81 85 37 fa 21 3d 7f 9f  4d 51 58 |..7.!=..MQX|   hexdump -C, with * for lines alike
//	000000 81 85 37 fa 21 3d 7f 9f 4d 51 58                     od -A x -t x1
//	0000   81 85 37 fa 21 3d 7f 9f 4d 51 58   ..7.!=..MQX       a sniffer's hex dump
//	818537fa213d7f9f4d5158                                      xxd -p
//	81 85 37fa213d 7f 9f 4d 51 58                               digits in pairs, and spaces
//	{0x81, 0x85, 0x37, 0xfa, ...};                              C and its kin; \x81\x85, 81:85, 81-85, too
//
// The first line says whether the lines begin with offsets; these have to be
// hexadecimal and without gaps, so that a line that got lost is found. Without
// offsets, "#" and "//" begin a comment.
//
// [MaxLine] and [MaxRepeat] bound memory. A Reader belongs to one goroutine.
package hexdump

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Limits of one line, in bytes.
const (
	MaxLine   = 16 << 20 // as text: over it ErrLineTooLong
	MaxRepeat = 64 << 20 // that "*" stands for: over it ErrRepeat
)

var (
	ErrLineTooLong = errors.New("line is over 16 MiB")
	ErrRepeat      = errors.New("* stands for over 64 MiB")
)

// A style is how a line is to be read.
type style uint8

const (
	unknown style = iota
	plain         // digits alone
	offsets       // an offset first
)

// A Reader reads a hex dump.
type Reader struct {
	lines *bufio.Scanner
	line  int
	style style

	next    uint64 // offset
	last    []byte // of the line before
	squeeze bool   // the line before was "*"
}

// NewReader reads the hex dump in r.
func NewReader(r io.Reader) *Reader {
	d := &Reader{lines: bufio.NewScanner(r)}
	d.lines.Buffer(nil, MaxLine)
	return d
}

// Looks says whether a file that begins with b may be a hex dump: its first line with
// bytes is one of a hex dump's, as far as it is there.
func Looks(b []byte) bool {
	cut := bytes.LastIndexAny(b, " \n,:-\\\"") // the last word may go on
	if cut < 0 {
		cut = len(b) &^ 1 // whole pairs
	}
	p, err := NewReader(bytes.NewReader(b[:cut])).Next()
	if err == io.EOF && cut < len(b) {
		p, err = NewReader(bytes.NewReader(b)).Next()
	}
	return err == nil && len(p) > 0
}

// Next gives the bytes of the next line that has some. Its error is io.EOF at the end,
// one of the underlying reader, or what is wrong with a line.
func (d *Reader) Next() ([]byte, error) {
	for d.lines.Scan() {
		d.line++
		p, err := d.parse(strings.TrimRight(d.lines.Text(), " \t\r"))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", d.line, err)
		}
		if len(p) > 0 {
			return p, nil
		}
	}
	switch err := d.lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("line %d: %w", d.line+1, ErrLineTooLong)
	case err != nil:
		return nil, err
	}
	return nil, io.EOF
}

// parse reads one line.
func (d *Reader) parse(line string) ([]byte, error) {
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return nil, nil
	}
	if d.style == unknown && line[0] != '#' {
		d.style = plain
		if isOffset(fields) {
			d.style = offsets
		}
	}
	if d.style != offsets {
		return parsePlain(line)
	}
	return d.parseOffset(fields[0], strings.TrimLeft(line, " \t")[len(fields[0]):])
}

// isOffset says whether the first word of a line is an offset: it has a colon, or is
// longer than the pair that follows, and such as a dump begins with.
func isOffset(fields []string) bool {
	const least, long, most = 4, 6, 16 // digits
	word, colon := strings.CutSuffix(strings.TrimPrefix(fields[0], "0x"), ":")
	if len(word) < least || len(word) > most || strings.Trim(word, "0123456789abcdefABCDEF") != "" {
		return false
	}
	if colon {
		return true
	}
	begins := strings.Trim(word, "0") == "" || len(word) >= long && word[len(word)-1] == '0'
	return begins && len(fields) > 1 && len(fields[1]) == 2
}

// parsePlain reads a line without an offset.
func parsePlain(line string) (p []byte, err error) {
	line, _, _ = strings.Cut(line, "#")
	line, _, _ = strings.Cut(line, "//")
	line = strings.NewReplacer(`\x`, " ", ",", " ", ";", " ", ":", " ", "-", " ", "{", " ", "}", " ", "[", " ", "]", " ", "(", " ", ")", " ", `"`, " ", "'", " ").Replace(line)
	for word := range strings.FieldsSeq(line) {
		digits, prefixed := strings.CutPrefix(strings.ToLower(word), "0x")
		if prefixed && len(digits)%2 == 1 {
			digits = "0" + digits
		}
		if p, err = hex.AppendDecode(p, []byte(digits)); err != nil {
			return nil, notHex(word)
		}
	}
	return p, nil
}

func notHex(word string) error { return fmt.Errorf("%.40q is not hexadecimal digits in pairs", word) }

// parseOffset reads what stands behind an offset.
func (d *Reader) parseOffset(word, rest string) ([]byte, error) {
	if word == "*" {
		d.squeeze = true
		return nil, nil
	}
	digits, colon := strings.CutSuffix(strings.TrimPrefix(word, "0x"), ":")
	at, err := strconv.ParseUint(digits, 16, 64)
	if err != nil {
		return nil, fmt.Errorf("%.40q is no offset in hexadecimal", word)
	}
	if d.last == nil && !d.squeeze {
		d.next = at // a dump may be of a part
	}
	p, err := d.repeat(at)
	if err != nil {
		return nil, err
	}
	begin := len(p)
	for word := range strings.FieldsSeq(column(rest, colon)) {
		if p, err = hex.AppendDecode(p, []byte(word)); err != nil {
			return nil, notHex(word)
		}
	}
	d.next += uint64(len(p) - begin)
	d.last = bytes.Clone(p[begin:])
	return p, nil
}

// repeat gives the lines alike that "*" stood for, up to an offset.
func (d *Reader) repeat(at uint64) (p []byte, err error) {
	squeeze := d.squeeze
	d.squeeze = false
	switch {
	case at == d.next:
		return nil, nil
	case !squeeze || at < d.next || len(d.last) == 0:
		return nil, fmt.Errorf("offset is %x, not %x: lines are missing, or offsets are not hexadecimal", at, d.next)
	case at-d.next > MaxRepeat:
		return nil, ErrRepeat
	}
	for d.next < at {
		part := d.last[:min(uint64(len(d.last)), at-d.next)]
		p = append(p, part...)
		d.next += uint64(len(part))
	}
	return p, nil
}

// column gives the column of digits, without the characters beside it.
func column(rest string, colon bool) string {
	rest = strings.TrimLeft(rest, " \t")
	gap := "   " // hexdump has a column of two spaces in the middle
	if colon {
		gap = "  "
	}
	rest, _, _ = strings.Cut(rest, "|")
	rest, _, _ = strings.Cut(rest, gap)
	return rest
}
