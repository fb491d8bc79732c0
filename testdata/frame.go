package testdata

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// A Frame is a vector of frames/*.txt: one frame as it stands on the wire, its
// header alone, or a beginning of it.
//
//	id: close/1005
//	bytes: 88 02 03 ed
//	frame: close unmasked 1005
//	error: close-code
//
// A byte may be repeated: 2a*256. Without an error the bytes are a legal frame,
// or the legal header of one whose payload is left out.
type Frame struct {
	At    string // file and line
	ID    string // "close/1005"
	Bytes []byte
	Frame string // in package frame's notation, sent by a client; may be empty beside an error
	Error string // ID of the violation of header or close payload, or "more" if the bytes end too early
}

// Frames gives the vectors of frames/*.txt.
func Frames() ([]Frame, error) {
	records, err := records("frames")
	if err != nil {
		return nil, err
	}
	return ParseFrames(records)
}

// ParseFrames reads vectors from their records. An unknown key, one that stands
// twice or is missing, and an ID that is taken are errors.
func ParseFrames(records []Record) ([]Frame, error) {
	var vectors []Frame
	seen := map[string]string{}
	for _, r := range records {
		v, err := parseFrame(r)
		if err != nil {
			return nil, err
		}
		if at, ok := seen[v.ID]; ok {
			return nil, fmt.Errorf("%s: id %q is taken at %s", v.At, v.ID, at)
		}
		seen[v.ID] = v.At
		vectors = append(vectors, v)
	}
	return vectors, nil
}

func parseFrame(r Record) (Frame, error) {
	v := Frame{At: r.At(r.Fields[0])}
	has := map[string]bool{}
	for _, f := range r.Fields {
		if has[f.Key] {
			return Frame{}, fmt.Errorf("%s: key %q stands twice", r.At(f), f.Key)
		}
		has[f.Key] = true
		var err error
		switch f.Key {
		case "id":
			v.ID = f.Value
		case "bytes":
			v.Bytes, err = parseBytes(f.Value)
		case "frame":
			v.Frame = f.Value
		case "error":
			v.Error = f.Value
		default:
			err = fmt.Errorf("key %q is unknown", f.Key)
		}
		if err != nil {
			return Frame{}, fmt.Errorf("%s: %w", r.At(f), err)
		}
	}
	if v.ID == "" || !has["bytes"] || v.Frame == "" && v.Error == "" {
		return Frame{}, fmt.Errorf("%s: id, bytes and one of frame and error are needed", v.At)
	}
	return v, nil
}

// maxRepeat bounds the factor of a repeated byte.
const maxRepeat = 1 << 24

// parseBytes reads "82 7e 01 00 2a*256".
func parseBytes(s string) ([]byte, error) {
	b := []byte{}
	for word := range strings.FieldsSeq(s) {
		digits, factor, repeated := strings.Cut(word, "*")
		c, err := hex.DecodeString(digits)
		if err != nil || len(c) != 1 {
			return nil, fmt.Errorf("%q is not a byte in hexadecimal", word)
		}
		n := 1
		if repeated {
			if n, err = strconv.Atoi(factor); err != nil || n < 0 || n > maxRepeat {
				return nil, fmt.Errorf("%q is not a byte and its factor", word)
			}
		}
		for range n {
			b = append(b, c[0])
		}
	}
	return b, nil
}
