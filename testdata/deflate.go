package testdata

import (
	"fmt"
	"slices"
	"strconv"
)

// A Deflate is one record of deflate/*.txt: compressed messages that one
// receiver gets one after the other, and what becomes of each (RFC 7692 §7.2).
//
//	id: rfc/shared-window            permanent
//	bits: 15                         window, 8 to 15; 15 if left out
//	takeover: yes                    or no; no if left out
//	limit: 1000                      on the size of a message; 1048576 if left out
//	inflate: f248cdc9c90700          the compressed message, without 00 00 ff ff
//	message: "Hello"                 what it stands for; or
//	error: truncated                 or corrupt, or too-big; the last of its record
//
// A pair of inflate and message or error repeats. Bytes are hex digits in pairs or
// Go strings, and 2a*256 repeats.
type Deflate struct {
	ID       string
	Record   Record
	Bits     int
	Takeover bool
	Limit    int64
	Messages []Deflated
}

// A Deflated is one message of a record.
type Deflated struct {
	Compressed []byte
	Message    []byte
	Error      string // "", and Message counts; or "truncated", "corrupt", "too-big"
	At         string // "deflate/rfc.txt:12"
}

// Deflates gives the records of deflate/*.txt.
func Deflates() ([]Deflate, error) {
	all, err := records("deflate")
	if err != nil {
		return nil, err
	}
	return ParseDeflates(all)
}

// ParseDeflates judges records. Besides what is wrong with one alone, an ID that
// is taken is an error.
func ParseDeflates(all []Record) ([]Deflate, error) {
	var ds []Deflate
	seen := ids{}
	for _, r := range all {
		d, err := ParseDeflate(r)
		if err == nil {
			err = seen.take(d.ID, r.At(r.Fields[0]))
		}
		if err != nil {
			return nil, err
		}
		ds = append(ds, d)
	}
	return ds, nil
}

// ParseDeflate judges one record: unknown keys, those that stand twice, an inflate
// without an outcome and values out of range are errors.
func ParseDeflate(r Record) (Deflate, error) {
	d := Deflate{Record: r, Bits: 15, Limit: 1 << 20}
	if err := r.once("id", "bits", "takeover", "limit"); err != nil {
		return d, err
	}
	open := false // an inflate still lacks its outcome
	for _, f := range r.Fields {
		outcome := f.Key == "message" || f.Key == "error"
		if outcome != open {
			return d, fmt.Errorf("%s: each inflate has one message or error after it", r.At(f))
		}
		open = f.Key == "inflate"
		if err := d.field(f); err != nil {
			return d, fmt.Errorf("%s: %w", r.At(f), err)
		}
	}
	switch {
	case d.ID == "" || r.Comment == "":
		return d, fmt.Errorf("%s:%d: record has no id, or no comment with its clause", r.File, r.Line)
	case len(d.Messages) == 0 || open:
		return d, fmt.Errorf("%s:%d: record has no message, or its last has no outcome", r.File, r.Line)
	}
	return d, nil
}

func (d *Deflate) field(f Field) (err error) {
	if n := len(d.Messages); n > 0 && d.Messages[n-1].Error != "" {
		return fmt.Errorf("%s after an error, which ends the connection", f.Key)
	}
	switch f.Key {
	case "id":
		d.ID = f.Value
	case "bits":
		if d.Bits, err = strconv.Atoi(f.Value); err == nil && (d.Bits < 8 || d.Bits > 15) {
			err = fmt.Errorf("window of %d bits", d.Bits)
		}
	case "takeover":
		if d.Takeover = f.Value == "yes"; !d.Takeover && f.Value != "no" {
			err = fmt.Errorf("takeover is yes or no, not %q", f.Value)
		}
	case "limit":
		if d.Limit, err = strconv.ParseInt(f.Value, 10, 64); err == nil && d.Limit < 0 {
			err = fmt.Errorf("limit of %d bytes", d.Limit)
		}
	case "inflate":
		m := Deflated{At: d.Record.At(f)}
		m.Compressed, err = parseBytes(f.Value)
		d.Messages = append(d.Messages, m)
	case "message":
		d.Messages[len(d.Messages)-1].Message, err = parseBytes(f.Value)
	case "error":
		d.Messages[len(d.Messages)-1].Error = f.Value
		if !slices.Contains([]string{"truncated", "corrupt", "too-big"}, f.Value) {
			err = fmt.Errorf("unknown error %q", f.Value)
		}
	default:
		err = fmt.Errorf("unknown key %q", f.Key)
	}
	return err
}
