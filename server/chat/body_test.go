package chat

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var bodies = []Body{
	{Time: 1, ID: []byte(""), From: []byte(""), Name: []byte(""), Text: []byte("")},
	{Time: newYear.UnixMicro(), ID: []byte(example), From: []byte(puppy.ID), Name: []byte(puppy.Name), Text: []byte("안녕하세요!")},
	{Time: -1, ID: []byte("i"), From: []byte("f"), Name: bytes.Repeat([]byte("n"), 255), Text: []byte("\x00\u2028")},
}

func TestBodies(t *testing.T) {
	for _, want := range bodies {
		p := want.Append([]byte("before"))[len("before"):]
		got, err := ParseBody(p)
		if err != nil {
			t.Fatalf("%v: %v", want, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		if n := BodyBytes(len(want.Text)); len(p) > n {
			t.Errorf("a body of %d bytes, at most %d are to be", len(p), n)
		}
		if fields := len(p) - len(want.Text); fields > 0 {
			for n := range fields {
				if b, err := ParseBody(p[:n]); err != ErrBody {
					t.Errorf("%d of %d bytes: %v, %v", n, len(p), b, err)
				}
			}
		}
	}
}

func TestBodyOfASay(t *testing.T) {
	got := Say{example, "안녕하세요!"}.AppendBody(nil, puppy, newYear)
	if want := bodies[1].Append(nil); !bytes.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// The fields are where the body is: what is kept for a room's log is kept once.
func TestParseBodyCopiesNothing(t *testing.T) {
	p := bodies[1].Append(nil)
	n := testing.AllocsPerRun(100, func() {
		b, err := ParseBody(p)
		if err != nil || &b.Text[0] != &p[len(p)-len(b.Text)] {
			t.Fatal("the text is elsewhere")
		}
	})
	if n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

// Nobody who appends to a field writes into the next.
func TestFieldsEndWhereTheyEnd(t *testing.T) {
	p := bodies[1].Append(nil)
	b, err := ParseBody(p)
	if err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(p)
	for _, f := range [][]byte{b.ID, b.From, b.Name, b.Text} {
		_ = append(f, "overwritten"...)
	}
	if !bytes.Equal(p, before) {
		t.Errorf("%q became %q", before, p)
	}
}

func TestForeignBodiesAreNone(t *testing.T) {
	for _, p := range []string{"", "x", "\x00" + strings.Repeat("\x00", 20), "\x02" + strings.Repeat("\x00", 20), "안녕하세요! 반갑습니다."} {
		if b, err := ParseBody([]byte(p)); err != ErrBody {
			t.Errorf("%q: %v, %v", p, b, err)
		}
	}
}

func TestLongFieldsPanic(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a name of 256 bytes was taken")
		}
	}()
	Body{Name: make([]byte, 256)}.Append(nil)
}

func FuzzBody(f *testing.F) {
	for _, b := range bodies {
		f.Add(b.Append(nil))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		b, err := ParseBody(p)
		if err == nil && !bytes.Equal(b.Append(nil), p) {
			t.Errorf("%x comes back as %x", p, b.Append(nil))
		}
	})
}
