package cat

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"rfc6455/frame"
)

// said gives what a source gives, in words.
func said(s Source) (all []string) {
	for m, err := range s {
		switch {
		case err != nil:
			all = append(all, "error: "+err.Error())
		case m.Frame != nil:
			all = append(all, "frame: "+m.Frame.String())
		default:
			all = append(all, frame.Frame{Header: frame.Header{Fin: true, Opcode: m.Opcode, Length: int64(len(m.Payload))}, Payload: m.Payload}.String())
		}
	}
	return all
}

func TestLines(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		in   io.Reader
		want []string
	}{
		{strings.NewReader(""), nil},
		{strings.NewReader("a\n\nb\r\nlast"), []string{`text "a"`, `text ""`, `text "b"`, `text "last"`}},
		{strings.NewReader("a\n\xff\nb\n"), []string{`text "a"`, `error: line 2 is not UTF-8 and is not sent (RFC 6455 §5.6): -binary sends what it is`, `text "b"`}},
		{strings.NewReader("0123456789\n0123456789a\nb\n"), []string{`text "0123456789"`, `error: line 2 is over 10 bytes: it and what follows is not sent`}},
		{io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)), []string{`text "a"`, `text "b"`, `error: broken`}},
	} {
		if got := said(Lines(tt.in, 10)); !slices.Equal(got, tt.want) {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	for range Lines(strings.NewReader("a\nb\n"), 10) {
		break // must not panic
	}
}

func TestFrames(t *testing.T) {
	in := "# a comment\n\n  ping \"hi\"\nnonsense\nop3 rsv1 unmasked\n"
	want := []string{`frame: ping "hi"`, `error: line 4: notation: "nonsense" is no opcode`, `frame: op3 rsv1`}
	if got := said(Frames(strings.NewReader(in), frame.Client, 100)); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for m := range Frames(strings.NewReader("text\n"), frame.Server, 100) {
		if m.Frame.Masked {
			t.Error("a server's frame is masked")
		}
	}
}

func TestWhole(t *testing.T) {
	for in, want := range map[string][]string{
		"":            nil,
		"a\n\xff":     {`binary 0x610aff`},
		"0123456789":  {`binary "0123456789"`},
		"0123456789a": {"error: the input is over 10 bytes: it is not sent"},
	} {
		if got := said(Whole(strings.NewReader(in), 10)); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	var names []string
	for name, content := range map[string]string{"1": "two\nlines\n", "2": "\xff", "3": "0123456789a", "4": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		names = append(names, filepath.Join(dir, name))
	}
	slices.Sort(names)
	names = append(names, filepath.Join(dir, "none"))
	got := said(Files(names, frame.Text, 10))
	for i, want := range []string{`text "two\nlines\n"`, "2 is not UTF-8", "3 is over 10 bytes: it is not sent", `text ""`, "error: open "} {
		if len(got) != 5 || !strings.Contains(got[i], want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := said(Files(names[1:2], frame.Binary, 10)); !slices.Equal(got, []string{"binary 0xff"}) {
		t.Errorf("got %q", got)
	}
}
