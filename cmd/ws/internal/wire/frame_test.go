package wire

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net"
	"testing"
	"testing/iotest"

	"rfc6455/frame"
)

// A stream is a net.Conn that gives what a reader has.
type stream struct {
	net.Conn
	io.Reader
}

func (s stream) Read(p []byte) (int, error) { return s.Reader.Read(p) }

// TestReadFrame reads frames whole, in pieces and truncated.
func TestReadFrame(t *testing.T) {
	for _, tt := range []struct {
		notation string
		err      error
	}{
		{`text "Hello"`, nil},
		{`binary "*"*65536`, nil},
		{`text unmasked "Hello"`, nil},
		{`close 1000 "bye"`, nil},
		{`op3 rsv1 rsv2 rsv3 more 0x01ff`, frame.ErrReservedOpcode},
		{`text len16 "Hello"`, frame.ErrLengthNotMinimal},
		{`text len64 "Hello"`, frame.ErrLengthNotMinimal},
		{`ping more "Hello"`, frame.ErrControlFragmented},
		{`ping "*"*126`, frame.ErrControlTooLong},
	} {
		want, err := frame.ParseFrame(tt.notation, frame.Client)
		if err != nil {
			t.Fatal(err)
		}
		bytes := want.AppendWire(nil)
		for name, r := range readers(bytes) {
			l := &Link{Conn: stream{Reader: r}}
			got, err := l.ReadFrame(1 << 20)
			if err != tt.err || got.String() != want.String() || got.Header != want.Header {
				t.Errorf("%s, %s: got %s, %v", tt.notation, name, got, err)
			}
			if _, err := l.ReadFrame(1 << 20); err != io.EOF {
				t.Errorf("%s, %s: the end is %v", tt.notation, name, err)
			}
		}
		for cut := 1; cut < min(len(bytes), 20); cut++ {
			l := &Link{Conn: stream{}, Early: bytes[:cut:cut]}
			l.Conn = stream{Reader: iotest.ErrReader(io.EOF)}
			if _, err := l.ReadFrame(1 << 20); err != io.ErrUnexpectedEOF {
				t.Errorf("%s cut after %d: %v", tt.notation, cut, err)
			}
		}
	}
}

func readers(p []byte) map[string]io.Reader {
	return map[string]io.Reader{
		"whole":    bytes.NewReader(p),
		"by halfs": iotest.HalfReader(bytes.NewReader(p)),
		"by bytes": iotest.OneByteReader(bytes.NewReader(p)),
		"with EOF": iotest.DataErrReader(bytes.NewReader(p)),
	}
}

// TestReadFrameBound shows that what a header declares is not believed.
func TestReadFrameBound(t *testing.T) {
	for _, declared := range []int64{11, math.MaxInt64, math.MinInt64, -1} {
		b := frame.Header{Fin: true, Opcode: frame.Binary, Length: declared}.Append(nil)
		l := &Link{Conn: stream{Reader: bytes.NewReader(b)}}
		if f, err := l.ReadFrame(10); !errors.Is(err, ErrFrameTooBig) || f.Length != declared {
			t.Errorf("%d bytes: %v, %v", declared, f, err)
		}
	}
	b := frame.Header{Fin: true, Opcode: frame.Binary, Length: 1<<32 + 5}.Append(nil) // 5 in 32 bits
	l := &Link{Conn: stream{Reader: bytes.NewReader(append(b, "Hello"...))}}
	if f, err := l.ReadFrame(math.MaxInt64); err != io.ErrUnexpectedEOF && err != ErrFrameTooBig {
		t.Errorf("%v, %v", f, err)
	}
	broken := errors.New("broken")
	l = &Link{Conn: stream{Reader: iotest.ErrReader(broken)}}
	if _, err := l.ReadFrame(10); err != broken {
		t.Errorf("got %v", err)
	}
}

// TestParseHeader shows that every header is read and written back as it was, and
// that it is frame's where frame takes it.
func TestParseHeader(t *testing.T) {
	for first := range 256 {
		for second := range 256 {
			for _, fill := range []byte{0, 1, 0x7F, 0xFF} {
				b := append([]byte{byte(first), byte(second)}, bytes.Repeat([]byte{fill}, 12)...)
				checkHeader(t, b)
			}
		}
	}
	checkHeader(t, []byte{0x82, 127, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF})
	checkHeader(t, []byte{0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0})
	checkHeader(t, []byte{0x82, 126, 0, 125})
	checkHeader(t, []byte{0x82, 126, 0, 126})
}

func checkHeader(t *testing.T, b []byte) {
	t.Helper()
	f, n, err := ParseHeader(b)
	if err != nil {
		t.Fatalf("%x: %v", b, err)
	}
	if again := f.AppendWire(nil); !bytes.Equal(again, b[:n]) {
		t.Fatalf("%x: written back as %x", b[:n], again)
	}
	for cut := range n {
		if _, _, err := ParseHeader(b[:cut]); err != io.ErrUnexpectedEOF {
			t.Fatalf("%x: %v", b[:cut], err)
		}
	}
	h, m, err := frame.ParseHeader(b)
	if err == nil && (h != f.Header || m != n || f.Form != 0) {
		t.Fatalf("%x: %+v, and frame has %+v", b[:n], f, h)
	}
	if err != Judge(b[:n]) {
		t.Fatalf("%x: %v, and frame has %v", b[:n], Judge(b[:n]), err)
	}
}
