// Package diagram draws a frame as RFC 6455 §5.2 does: rows of 32 bits, two columns a
// bit, a box for each field - with the values of one frame in them.
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-------+-+-------------+-------------------------------+
//	|F|R|R|R|opcode |M| payload len |          masking key          |
//	|I|S|S|S|       |A|             |                               |
//	|N|V|V|V|       |S|             |                               |
//	| |1|2|3|       |K|             |                               |
//	|1|0|0|0|0 0 0 1|1|0 0 0 0 1 0 1|      37              fa       |
//	| | | | | text  | |      5      |                               |
//	+-+-+-+-+-------+-+-------------+-------------------------------+
//
// Below the first two bytes, which are shown bit by bit as lengths are, key and
// payload are shown byte by byte; under a payload's bytes stands what they are in the
// clear. It draws whatever it is given, legal or not, and keeps nothing.
package diagram

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"rfc6455/frame"
)

const (
	rowBits   = 32
	nameLines = 4 // the longest upright name: RSV1
)

// A Frame is what is drawn.
type Frame struct {
	Head    []byte // the header as on the wire; it may be cut short
	Wire    []byte // the payload as on the wire, or its beginning
	Clear   []byte // the same bytes unmasked
	Payload int64  // bytes of all of it
}

// A field is a run of bits with a name.
type field struct {
	name    string
	bits    int
	kind    kind
	data    []byte // what it shows
	clear   []byte // of a payload that is masked, or text: what stands below data
	meaning string
}

// A kind says how a field's data is shown.
type kind uint8

const (
	asBits kind = iota
	asBytes
)

// A part is what of a field is in one row.
type part struct {
	*field
	from, to int // bits of the row
	skip     int // bits of the field in rows before
}

// Append appends the drawing of f with at most rows of payload, each line behind
// indent.
func Append(b []byte, f Frame, rows int, indent string) []byte {
	if len(f.Head) == 0 {
		return b
	}
	d := drawing{indent: indent, out: b}
	d.line(" 0                   1                   2                   3")
	d.line(" 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1")
	fields, left := fields(f, rows)
	var above []part
	for i, row := range layout(fields) {
		d.border(above, row)
		d.row(row, i == 0)
		above = row
	}
	if left > 0 {
		rest := []part{{to: rowBits}}
		d.border(above, rest)
		above = rest
		d.line(":" + center(fmt.Sprintf("%d bytes more", left), 2*rowBits-1) + ":")
	}
	d.border(above, nil)
	return d.out
}

// fields gives the fields of f as far as they are there, and how many bytes of the
// payload are not drawn.
func fields(f Frame, rows int) (all []field, left int64) {
	h := f.Head
	for i, name := range []string{"FIN", "RSV1", "RSV2", "RSV3"} {
		all = append(all, field{name: name, bits: 1, data: []byte{h[0] << i}})
	}
	all = append(all, field{name: "opcode", bits: 4, data: []byte{h[0] << 4}, meaning: frame.Opcode(h[0] & 0x0F).String()})
	if len(h) < 2 {
		return all, 0
	}
	length := field{name: "payload len", bits: 7, data: []byte{h[1] << 1}, meaning: strconv.Itoa(int(h[1] & 0x7F))}
	masked, extended := h[1]&0x80 != 0, 0
	switch h[1] & 0x7F {
	case 126:
		extended, length.meaning = 2, "126: 16 bits"
	case 127:
		extended, length.meaning = 8, "127: 64 bits"
	}
	all = append(all, field{name: "MASK", bits: 1, data: h[1:2]}, length)
	if rest := h[2:min(len(h), 2+extended)]; len(rest) > 0 {
		all = append(all, extendedLength(rest, extended))
	}
	if rest := h[min(len(h), 2+extended):]; masked && len(rest) > 0 {
		all = append(all, field{name: "masking key", bits: 8 * len(rest), kind: asBytes, data: rest})
	}
	used := 0
	for i := range all {
		used += all[i].bits
	}
	// The payload begins in the row in which the header ends.
	room := min(len(f.Wire), (rowBits-used%rowBits)%rowBits/8+rows*rowBits/8)
	if room > 0 {
		all = append(all, field{name: "payload", bits: 8 * room, kind: asBytes, data: f.Wire[:room], clear: f.Clear[:room], meaning: maskedOrNot(masked)})
	}
	return all, f.Payload - int64(room)
}

func maskedOrNot(masked bool) string {
	if masked {
		return "masked"
	}
	return ""
}

func extendedLength(b []byte, whole int) field {
	x := field{name: "extended payload length", bits: 8 * len(b), data: b}
	if len(b) == whole {
		n := uint64(0)
		for _, c := range b {
			n = n<<8 | uint64(c)
		}
		x.meaning = strconv.FormatUint(n, 10)
	}
	return x
}

// layout cuts the fields into rows.
func layout(fields []field) (rows [][]part) {
	at := 0
	for i := range fields {
		f := &fields[i]
		for skip := 0; skip < f.bits; {
			if at%rowBits == 0 {
				rows = append(rows, nil)
			}
			from := at % rowBits
			n := min(f.bits-skip, rowBits-from)
			last := &rows[len(rows)-1]
			*last = append(*last, part{f, from, from + n, skip})
			at, skip = at+n, skip+n
		}
	}
	return rows
}

// A drawing is what is drawn so far.
type drawing struct {
	indent string
	out    []byte
}

func (d *drawing) line(s string) {
	d.out = append(append(append(d.out, d.indent...), strings.TrimRight(s, " ")...), '\n')
}

// border draws the line between two rows, of which the second may be nil. Inside a
// field that goes on it is dashed.
func (d *drawing) border(above, below []part) {
	width := max(end(above), end(below))
	var s strings.Builder
	for bit := range width + 1 {
		if edge(above, bit) || edge(below, bit) {
			s.WriteByte('+')
		} else {
			s.WriteByte('-')
		}
		if bit == width {
			break
		}
		if over, under := at(above, bit), at(below, bit); over != nil && over == under {
			s.WriteByte(' ')
		} else {
			s.WriteByte('-')
		}
	}
	d.line(s.String())
}

// end gives the bits of a row.
func end(row []part) int {
	if len(row) == 0 {
		return 0
	}
	return row[len(row)-1].to
}

// edge says whether a box of the row begins or ends before a bit.
func edge(row []part, bit int) bool {
	for _, p := range row {
		if p.from == bit || p.to == bit {
			return true
		}
	}
	return false
}

// at gives the field that has a bit of the row.
func at(row []part, bit int) *field {
	for _, p := range row {
		if p.from <= bit && bit < p.to {
			return p.field
		}
	}
	return nil
}

// row draws the boxes of one row. The first has upright names.
func (d *drawing) row(row []part, first bool) {
	names := 1
	if first {
		names = nameLines
	}
	for i := range names {
		d.boxes(row, func(p part) string { return p.nameLine(i) })
	}
	d.boxes(row, part.value)
	for _, below := range []func(part) string{part.below, part.letters} {
		for _, p := range row {
			if strings.TrimSpace(below(p)) != "" {
				d.boxes(row, below)
				break
			}
		}
	}
}

// boxes draws one line through all boxes.
func (d *drawing) boxes(row []part, text func(part) string) {
	var s strings.Builder
	s.WriteByte('|')
	for _, p := range row {
		s.WriteString(center(text(p), p.width()))
		s.WriteByte('|')
	}
	d.line(s.String())
}

// width is that of a part's box, in columns.
func (p part) width() int { return 2*(p.to-p.from) - 1 }

// nameLine is line i of the name: upright in a box of one bit.
func (p part) nameLine(i int) string {
	switch {
	case p.bits == 1 && i < len(p.name):
		return p.name[i : i+1]
	case p.bits == 1 || i > 0:
		return ""
	case p.skip == 0:
		return p.name[:min(len(p.name), p.width())]
	}
	const more = "(goes on)"
	if whole := p.name + " " + more; len(whole) <= p.width() {
		return whole
	}
	return more
}

// value is the part's data: its bits, or its bytes in hexadecimal.
func (p part) value() string {
	if p.kind == asBytes {
		return p.bytes(func(c byte) string { return fmt.Sprintf("%02x", c) }, p.data)
	}
	var s strings.Builder
	for bit := p.skip; bit < p.skip+p.to-p.from; bit++ {
		if bit > p.skip {
			s.WriteByte(' ')
		}
		s.WriteByte('0' + p.data[bit/8]>>(7-bit%8)&1)
	}
	return s.String()
}

// bytes shows the bytes of data that are in the row, each below its eight bits.
func (p part) bytes(show func(byte) string, data []byte) string {
	var s strings.Builder
	for i := p.skip / 8; i < (p.skip+p.to-p.from)/8; i++ {
		if i > p.skip/8 {
			s.WriteByte(' ')
		}
		s.WriteString(center(show(data[i]), 15))
	}
	return s.String()
}

// below is what stands under the value: the meaning in the widest part of a field, or
// the bytes of a payload without their mask.
func (p part) below() string {
	switch {
	case p.clear == nil && p.skip+p.to-p.from == p.bits: // a length of 64 bits says it at its end
		return p.meaning
	case p.meaning == "masked":
		return p.bytes(func(c byte) string { return fmt.Sprintf("%02x", c) }, p.clear)
	}
	return ""
}

// letters are what a payload's bytes are as ASCII.
func (p part) letters() string {
	if p.clear == nil {
		return ""
	}
	return p.bytes(func(c byte) string {
		if c < unicode.MaxASCII && strconv.IsPrint(rune(c)) {
			return string(rune(c))
		}
		return ""
	}, p.clear)
}

// center puts s into the middle of so many columns.
func center(s string, width int) string {
	left := max(0, width-len(s)) / 2
	return strings.Repeat(" ", left) + s + strings.Repeat(" ", max(0, width-len(s)-left))
}
