package testdata

import "fmt"

// A Frame is a vector of frames/*.txt: one frame as it stands on the wire, its
// header alone, or a beginning of it.
//
//	id: close/1005
//	bytes: 88 02 03 ed
//	frame: close unmasked 1005
//	error: close-code
//
// Bytes are hex digits in pairs or Go strings, and 2a*256 repeats. Without an
// error they are a legal frame, or the legal header of one whose payload is left
// out.
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
	seen := ids{}
	for _, r := range records {
		v, err := parseFrame(r)
		if err == nil {
			err = seen.take(v.ID, v.At)
		}
		if err != nil {
			return nil, err
		}
		vectors = append(vectors, v)
	}
	return vectors, nil
}

func parseFrame(r Record) (Frame, error) {
	v := Frame{At: r.At(r.Fields[0])}
	err := r.fill("a frame", map[string]slot{
		"id":    one(&v.ID),
		"bytes": parsed(&v.Bytes, parseBytes),
		"frame": one(&v.Frame),
		"error": one(&v.Error),
	})
	if err == nil && (v.ID == "" || v.Bytes == nil || v.Frame == "" && v.Error == "") {
		err = fmt.Errorf("%s: id, bytes and one of frame and error are needed", v.At)
	}
	return v, err
}
