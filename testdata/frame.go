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
	if err := r.once("id", "bytes", "frame", "error"); err != nil {
		return Frame{}, err
	}
	for _, f := range r.Fields {
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
	if v.ID == "" || v.Bytes == nil || v.Frame == "" && v.Error == "" {
		return Frame{}, fmt.Errorf("%s: id, bytes and one of frame and error are needed", v.At)
	}
	return v, nil
}
