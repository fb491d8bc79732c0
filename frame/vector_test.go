package frame_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/testdata"
)

// What ParseHeader and ParseClose can give: TestParseHeaderExhaustively and
// TestParseCloseEveryCode hold the lists to be complete.
var (
	headerRules = []*frame.Violation{
		frame.ErrReservedOpcode, frame.ErrControlFragmented, frame.ErrControlTooLong,
		frame.ErrLengthNotMinimal, frame.ErrLengthTopBit,
	}
	closeRules = []*frame.Violation{
		frame.ErrCloseTooShort, frame.ErrCloseCode, frame.ErrReasonNotUTF8,
	}
)

func vectors(tb testing.TB) []testdata.Frame {
	tb.Helper()
	vs, err := testdata.Frames()
	if err != nil {
		tb.Fatal(err)
	}
	if len(vs) == 0 {
		tb.Fatal("no vectors")
	}
	return vs
}

// verdict is err as the vectors write it.
func verdict(err error) string {
	var v *frame.Violation
	switch {
	case err == nil:
		return ""
	case err == io.ErrUnexpectedEOF:
		return "more"
	case errors.As(err, &v):
		return v.ID
	}
	return err.Error()
}

// judge judges b and, of a whole Close, the payload.
func judge(b []byte) error {
	h, n, err := frame.ParseHeader(b)
	if err != nil || h.Opcode != frame.Close || int64(len(b)-n) != h.Length {
		return err
	}
	p := bytes.Clone(b[n:])
	if h.Masked {
		h.Key.XOR(p)
	}
	_, _, err = frame.ParseClose(p)
	return err
}

func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.ID, func(t *testing.T) {
			if got := verdict(judge(v.Bytes)); got != v.Error {
				t.Errorf("%s: %x is judged %q, want %q", v.At, v.Bytes, got, v.Error)
			}
			if v.Frame == "" {
				return
			}
			f, err := frame.ParseFrame(v.Frame, frame.Client)
			if err != nil {
				t.Fatalf("%s: %v", v.At, err)
			}
			if got := f.AppendWire(nil); !bytes.Equal(got, v.Bytes) {
				t.Errorf("%s: %s is written as %x, want %x", v.At, v.Frame, got, v.Bytes)
			}
			checkRead(t, v, f)
		})
	}
}

// checkRead reads the vector's bytes, if they have a legal header, and demands f.
func checkRead(t *testing.T, v testdata.Frame, f frame.Frame) {
	t.Helper()
	h, n, err := frame.ParseHeader(v.Bytes)
	if err != nil {
		return
	}
	p := bytes.Clone(v.Bytes[n:])
	if h.Masked {
		h.Key.XOR(p)
	}
	if h != f.Header || !bytes.Equal(p, f.Payload) {
		t.Errorf("%s: read as %v, want %v", v.At, frame.Frame{Header: h, Payload: p}, f)
	}
	if len(p) > 0 && int64(len(p)) != h.Length {
		t.Errorf("%s: %d bytes follow the header, which declares %d", v.At, len(p), h.Length)
	}
}

// TestVectorsTruncated cuts every vector after each byte of its header: less is
// either too little or enough for the verdict of the whole.
func TestVectorsTruncated(t *testing.T) {
	for _, v := range vectors(t) {
		_, n, whole := frame.ParseHeader(v.Bytes)
		if whole != nil {
			n = len(v.Bytes)
		}
		var judged error
		for i := range n {
			h, m, err := frame.ParseHeader(v.Bytes[:i])
			switch {
			case h != frame.Header{} || m != 0:
				t.Errorf("%s: %s cut after %d bytes: a header of %d bytes beside %v", v.At, v.ID, i, m, err)
			case judged != nil && err != judged:
				t.Errorf("%s: %s cut after %d bytes: %v became %v", v.At, v.ID, i, judged, err)
			case err != io.ErrUnexpectedEOF && err != whole:
				t.Errorf("%s: %s cut after %d bytes: %v, whole: %v", v.At, v.ID, i, err, whole)
			}
			if err != io.ErrUnexpectedEOF {
				judged = err
			}
		}
	}
}

func TestEveryViolationHasAVector(t *testing.T) {
	var shown []string
	for _, v := range vectors(t) {
		shown = append(shown, v.Error)
	}
	for _, v := range slices.Concat(headerRules, closeRules) {
		if !slices.Contains(shown, v.ID) {
			t.Errorf("no vector in frames/*.txt shows %q", v.ID)
		}
	}
}

// TestVectorFilesAreStrict: what is misspelt must not pass silently.
func TestVectorFilesAreStrict(t *testing.T) {
	for text, want := range map[string]string{
		"id: a\nbytes: 80 2a*3\nframe: cont":                          "",
		"id: a\nbytes:\nerror: more":                                  "",
		"id: a\nbytes: 80\nerorr: more":                               `x.txt:3: a frame has no key "erorr"`,
		"id: a\nbytes: 80\nbytes: 81\nerror: more":                    `x.txt:3: key "bytes" stands twice`,
		"id: a\nbytes: 8g\nerror: more":                               `x.txt:2: "8g" is not bytes`,
		"id: a\nbytes: 81*-1\nerror: more":                            `x.txt:2: "*-1" is not a repetition`,
		"id: a\nbytes: 81*99999999\nerror: more":                      `x.txt:2: more than 67108864 bytes`,
		"bytes: 81\nerror: more":                                      "x.txt:1: id, bytes and one of frame and error are needed",
		"id: a\nerror: more":                                          "x.txt:1: id, bytes and one of frame and error are needed",
		"id: a\nbytes: 81":                                            "x.txt:1: id, bytes and one of frame and error are needed",
		"id: a\nbytes:\nerror: more\n\nid: a\nbytes: 80\nframe: cont": `x.txt:5: id "a" is taken at x.txt:1`,
	} {
		records, err := testdata.ParseRecords("x.txt", text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = testdata.ParseFrames(records)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
