package transcript

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"rfc6455/frame"
	"rfc6455/handshake"
)

var header = Header{
	Role: frame.Client, URL: "ws://localhost:8080/echo", Time: time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC), Protocol: "chat.v1",
	Deflate: handshake.DeflateParams{Enabled: true, ClientNoContextTakeover: true, ServerMaxWindowBits: 10, ClientMaxWindowBits: 15},
}

const written = `ws-transcript: 1
role: client
url: ws://localhost:8080/echo
time: 2026-01-02T03:04:05.678901Z
subprotocol: chat.v1
extensions: permessage-deflate; client_no_context_takeover; server_max_window_bits=10

0.000123 > 818537fa213d7f9f4d5158       # text "Hello"
0.000301 < 8109 "say \"#\"!"            # a note�
0.001000 < 880203e8
12.000000 < end                         # EOF
`

// all reads a whole transcript.
func all(r io.Reader) (h Header, chunks []Chunk, err error) {
	t, err := NewReader(r)
	if err != nil {
		return h, nil, err
	}
	for {
		c, err := t.Next()
		if err == io.EOF {
			return t.Header, chunks, nil
		}
		if err != nil {
			return t.Header, chunks, err
		}
		chunks = append(chunks, c)
	}
}

func TestWriteAndRead(t *testing.T) {
	var b bytes.Buffer
	w, err := NewWriter(&b, header)
	if err != nil {
		t.Fatal(err)
	}
	hello := []byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")
	say := []byte("\x81\x09say \"#\"!")
	for _, err := range []error{
		w.Bytes(frame.Client, 123*time.Microsecond, hello, `text "Hello"`),
		w.Bytes(frame.Server, 301*time.Microsecond, say, "a note\n"),
		w.Bytes(frame.Server, time.Millisecond, []byte("\x88\x02\x03\xe8"), ""),
		w.Bytes(frame.Server, time.Second, nil, "nothing"),
		w.End(frame.Server, 12*time.Second, "EOF"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if b.String() != written {
		t.Errorf("got\n%s\nwant\n%s", b.String(), written)
	}
	want := []Chunk{
		{At: 123 * time.Microsecond, From: frame.Client, Bytes: hello, Note: `text "Hello"`, Line: 8},
		{At: 301 * time.Microsecond, From: frame.Server, Bytes: say, Note: "a note\uFFFD", Line: 9},
		{At: time.Millisecond, From: frame.Server, Bytes: []byte("\x88\x02\x03\xe8"), Line: 10},
		{At: 12 * time.Second, From: frame.Server, End: true, Note: "EOF", Line: 11},
	}
	for _, r := range []io.Reader{&b, iotest.OneByteReader(strings.NewReader(written)), strings.NewReader(strings.ReplaceAll(written, "\n", "\r\n"))} {
		h, chunks, err := all(r)
		if err != nil {
			t.Fatal(err)
		}
		if h != header || !reflect.DeepEqual(chunks, want) {
			t.Errorf("got  %+v\n%+v\nwant %+v\n%+v", h, chunks, header, want)
		}
	}
}

// TestByHand reads what a Writer does not write.
func TestByHand(t *testing.T) {
	h, chunks, err := all(strings.NewReader("ws-transcript: 1\nrole: server\n\n# mine\n\n 1.5  >  8105\"Hello\"#x\n2 < ff FF \"\\x00\"\n3 > end"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Chunk{
		{At: 1500 * time.Millisecond, From: frame.Server, Bytes: []byte("\x81\x05Hello"), Note: "x", Line: 6},
		{At: 2 * time.Second, From: frame.Client, Bytes: []byte("\xff\xff\x00"), Line: 7},
		{At: 3 * time.Second, From: frame.Server, End: true, Line: 8},
	}
	if !reflect.DeepEqual(chunks, want) || h != (Header{Role: frame.Server}) {
		t.Errorf("header %+v, got %+v\nwant %+v", h, chunks, want)
	}
}

func TestLongChunk(t *testing.T) {
	var b bytes.Buffer
	w, err := NewWriter(&b, Header{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range [][]byte{bytes.Repeat([]byte{0xff}, 10_000), bytes.Repeat([]byte("가\"\\"), 3000)} {
		b.Reset()
		b.WriteString("ws-transcript: 1\nrole: server\n\n")
		if err := w.Bytes(frame.Server, 0, p, strings.Repeat("n", 1000)); err != nil {
			t.Fatal(err)
		}
		_, chunks, err := all(&b)
		if err != nil {
			t.Fatal(err)
		}
		var got []byte
		for _, c := range chunks {
			got = append(got, c.Bytes...)
		}
		if len(chunks) < 3 || len(chunks[0].Note) != maxNote || chunks[1].Note != "" || !bytes.Equal(got, p) {
			t.Errorf("%d chunks, %d bytes, want %d", len(chunks), len(got), len(p))
		}
	}
}

// TestTwoGoroutines keeps the lines of two that write at once whole.
func TestTwoGoroutines(t *testing.T) {
	var b bytes.Buffer
	w, err := NewWriter(&b, Header{})
	if err != nil {
		t.Fatal(err)
	}
	const each = 100
	var both sync.WaitGroup
	for _, from := range []frame.Role{frame.Client, frame.Server} {
		both.Go(func() {
			for range each {
				if err := w.Bytes(from, 0, []byte{byte(from)}, ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	both.Wait()
	_, chunks, err := all(&b)
	if err != nil || len(chunks) != 2*each {
		t.Fatalf("%d chunks, %v", len(chunks), err)
	}
	for _, c := range chunks {
		if !bytes.Equal(c.Bytes, []byte{byte(c.From)}) {
			t.Errorf("line %d: %x from the %s", c.Line, c.Bytes, c.From)
		}
	}
}

type broken struct{ left int }

var errBroken = errors.New("broken")

func (w *broken) Write(p []byte) (int, error) {
	if w.left--; w.left < 0 {
		return 0, errBroken
	}
	return len(p), nil
}

// TestWriterKeepsItsError writes nothing behind what was not written.
func TestWriterKeepsItsError(t *testing.T) {
	if _, err := NewWriter(&broken{}, Header{}); err != errBroken {
		t.Errorf("header: %v", err)
	}
	out := &broken{left: 1}
	w, err := NewWriter(out, Header{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Bytes(frame.Client, 0, []byte("x"), ""); err != errBroken {
		t.Errorf("bytes: %v", err)
	}
	out.left = 1
	if err := w.End(frame.Client, 0, ""); err != errBroken {
		t.Errorf("end: %v", err)
	}
}

func TestReaderRefuses(t *testing.T) {
	const head = "ws-transcript: 1\nrole: client\n"
	for _, tt := range []struct {
		text, want string
		line       int
	}{
		{"", "allowed is \"ws-transcript: 1\"", 1},
		{"ws-transcript: 2\n", "allowed is", 1},
		{"ws-transcript: 1\n", "no role", 2},
		{"ws-transcript: 1\nurl: x\n\n", "no role", 3},
		{head + "role: client\n", `key "role" stands twice`, 3},
		{head + "host: x\n", `key "host": allowed are role, url`, 3},
		{head + "0.1 > 00\n", "ends with an empty line", 3},
		{"ws-transcript: 1\nrole: proxy\n", "allowed is client or server", 2},
		{head + "time: now\n", "allowed is one as in 2026", 3},
		{head + "extensions: gzip\n", "allowed is permessage-deflate", 3},
		{head + "extensions: permessage-deflate; server_max_window_bits=7\n", "invalid value", 3},
		{head + "\nx > 00\n", "allowed are seconds", 4},
		{head + "\n-1 > 00\n", "allowed are seconds", 4},
		{head + "\n1.2.3 > 00\n", "allowed are seconds", 4},
		{head + "\n1 = 00\n", "allowed is > or <", 4},
		{head + "\n1\n", "allowed is > or <", 4},
		{head + "\n1 > \n", "no bytes", 4},
		{head + "\n1 > \"\" # x\n", "no bytes", 4},
		{head + "\n1 > 8\n", "hex digits in pairs", 4},
		{head + "\n1 > ends\n", "hex digits in pairs", 4},
		{head + "\n1 > \"x\n", "no closing quote", 4},
		{head + "\n1 > 00\n\n2 > " + strings.Repeat("00", MaxLine/2), ErrLineTooLong.Error(), 6},
	} {
		_, _, err := all(strings.NewReader(tt.text))
		var at *Error
		if !errors.As(err, &at) || at.Line != tt.line || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.60q: got %v, want line %d and %q", tt.text, err, tt.line, tt.want)
		}
	}
	if _, _, err := all(io.MultiReader(strings.NewReader(head), iotest.ErrReader(errBroken))); err != errBroken {
		t.Errorf("a reader's error: %v", err)
	}
}

// FuzzReader reads anything, and what it read back after writing it down again.
func FuzzReader(f *testing.F) {
	f.Add([]byte(written))
	f.Add([]byte("ws-transcript: 1\nrole: server\n\n1 > 00 \"x\"\n2 < end # y\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		h, chunks, err := all(bytes.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		w, err := NewWriter(&b, h)
		if err != nil {
			t.Fatal(err)
		}
		want, got := map[frame.Role][]byte{}, map[frame.Role][]byte{}
		for _, c := range chunks {
			if c.End {
				continue
			}
			want[c.From] = append(want[c.From], c.Bytes...)
			if err := w.Bytes(c.From, c.At, c.Bytes, c.Note); err != nil {
				t.Fatal(err)
			}
		}
		again, chunks, err := all(&b)
		if err != nil {
			t.Fatalf("%v in %q", err, b.String())
		}
		for _, c := range chunks {
			got[c.From] = append(got[c.From], c.Bytes...)
		}
		if !reflect.DeepEqual(got, want) || again.Role != h.Role || again.Deflate != h.Deflate {
			t.Errorf("%+v %x became %+v %x", h, want, again, got)
		}
	})
}
