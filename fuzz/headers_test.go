package fuzz

import (
	"errors"
	"io"
	"strings"
	"testing"

	"rfc6455/frame"
)

// TestHeaders finds nothing in this module's own parser of headers.
func TestHeaders(t *testing.T) {
	if testing.Short() {
		t.Skip("the kit itself")
	}
	for _, in := range faultStreams() {
		for _, cfg := range faultConfigs {
			Check(t, cfg, in, Headers(frame.ParseHeader))
		}
	}
}

// TestHeadersFindsFaults plants what can be wrong with such a parser.
func TestHeadersFindsFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("the kit itself")
	}
	streams := faultStreams()
	unnamed := errors.New("protocol error")
	for name, tt := range map[string]struct {
		want  string // in the first report
		parse func(b []byte) (frame.Header, int, error)
	}{
		"no fault: no length is too few bytes, and errors have no names": {"", func(b []byte) (frame.Header, int, error) {
			h, n, err := frame.ParseHeader(b)
			if err == io.ErrUnexpectedEOF {
				err = nil
			} else if err != nil {
				err = unnamed
			}
			return h, n, err
		}},
		"takes lengths that are not minimal": {"fuzz: oracle: ", func(b []byte) (frame.Header, int, error) {
			f, broken, whole := readFigure(b, true)
			if broken != nil {
				return frame.Header{}, 0, broken
			}
			if !whole {
				return frame.Header{}, 0, nil
			}
			return frame.Header{Fin: f.fin, Opcode: f.opcode, Masked: f.mask, Key: f.key, Length: int64(f.length), RSV1: f.rsv1, RSV2: f.rsv2, RSV3: f.rsv3}, f.size, nil
		}},
		"waits for the whole": {"fuzz: prefix of 1 bytes: ", func(b []byte) (frame.Header, int, error) {
			if len(b) < 2 {
				return frame.Header{}, 0, nil
			}
			return frame.ParseHeader(b)
		}},
		"one byte too long": {"fuzz: ", func(b []byte) (frame.Header, int, error) {
			h, n, err := frame.ParseHeader(b)
			if err == nil {
				n++
			}
			return h, n, err
		}},
		"counts what is not there": {"fuzz: process: header of 99 bytes, where 2 are left", func(b []byte) (frame.Header, int, error) {
			h, _, err := frame.ParseHeader(b)
			return h, 99, err
		}},
		"reads what is not there": {"fuzz: panic: runtime error: index out of range", func(b []byte) (frame.Header, int, error) {
			_ = b[1]
			return frame.ParseHeader(b)
		}},
		"changes what it reads": {"", func(b []byte) (frame.Header, int, error) { // as it may
			h, n, err := frame.ParseHeader(b)
			clear(b)
			return h, n, err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got := findFault(t, streams, Headers(tt.parse))
			if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("%q, want %q in it", got, tt.want)
			}
		})
	}
}

// TestFailedAsFarAsItIsKnown lets a parser that does not tell rules apart say less.
func TestFailedAsFarAsItIsKnown(t *testing.T) {
	o := judge(Config{}, []byte{0x81, 0x00})
	for end, want := range map[string]bool{
		"failed not-masked": true, "failed 1002": true, "failed": true,
		"failed masked": false, "failed 1007": false, "failed ": false, "open": false, "closed": false,
	} {
		if got := o.agrees(end); got != want {
			t.Errorf("%q agrees: %t", end, got)
		}
	}
	if judge(Config{}, []byte{0x81}).agrees("failed") {
		t.Error("failed agrees with a stream that is open")
	}
}

func TestEvent(t *testing.T) {
	for want, got := range map[string]string{
		`text "Hello"`:     Event(frame.Text, []byte("Hello")),
		`text ""`:          Event(frame.Text, nil),
		`ping`:             Event(frame.Ping, nil),
		`close 1000 "bye"`: Event(frame.Close, []byte("\x03\xe8bye")),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// FuzzHeaders is Target on Headers: both at work.
func FuzzHeaders(f *testing.F) {
	if testing.Short() {
		f.Skip("the kit itself")
	}
	Target(f, Config{}, Headers(frame.ParseHeader))
}
