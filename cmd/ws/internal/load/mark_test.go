package load

import (
	"bytes"
	"testing"
)

func shapeOf(size int, template string) *shape {
	return newShape(&Plan{Size: size, Template: template})
}

// message gives a whole message that says p.
func (sh *shape) message(p probe) []byte {
	b := append(make([]byte, markSize), sh.filler...)
	sh.write(b, p)
	return b
}

var probes = []probe{
	{}, {1, 2, 3}, {MaxConns - 1, MaxCount, int64(MaxTime) * 2}, {rollCall, 1<<35 - 1, 1<<45 - 1},
}

func TestMark(t *testing.T) {
	for _, size := range []int{MinSize, MinSize + 1, 1000} {
		sh := shapeOf(size, "")
		at := 0
		for _, want := range probes {
			b := sh.message(want)
			if len(b) != size {
				t.Fatalf("%d bytes, want %d", len(b), size)
			}
			for _, around := range []struct{ before, after string }{{"", ""}, {"서버에서 전달: ", ""}, {`{"text":"`, `"}`}, {"~ws~ws", "~ws"}} {
				in := around.before + string(b) + around.after
				if got, found := sh.read([]byte(in), &at); found != ours || got != want {
					t.Errorf("read(%q) = %v, %d, want %v", in, got, found, want)
				}
			}
		}
	}
}

// TestMarkTruncated cuts a message everywhere, and changes each of its bytes.
func TestMarkTruncated(t *testing.T) {
	sh := shapeOf(MinSize+5, "")
	b := sh.message(probes[2])
	for n := range b {
		at := 0
		want := damaged
		if n < keySize {
			want = foreign
		}
		if _, found := sh.read(b[:n], &at); found != want {
			t.Errorf("%d bytes of it: finding %d, want %d", n, found, want)
		}
	}
	for i := range b {
		changed := bytes.Clone(b)
		changed[i] = '!'
		at := 0
		if p, found := sh.read(changed, &at); found == ours {
			t.Errorf("byte %d changed, and it was read as %v", i, p)
		}
	}
}

func TestMarkOfAnotherRun(t *testing.T) {
	sh, other := shapeOf(64, ""), shapeOf(64, "")
	for string(sh.key) == string(other.key) {
		other = shapeOf(64, "")
	}
	at := 0
	if _, found := sh.read(other.message(probe{}), &at); found != foreign {
		t.Errorf("another run's message: finding %d, want foreign", found)
	}
}

func TestMarkTemplate(t *testing.T) {
	sh := shapeOf(64, "<{}>")
	b := string(sh.message(probes[1]))
	for in, want := range map[string]finding{
		"<" + b + ">": ours, b: damaged, "<" + b: damaged, "<" + b + ">>": damaged, "[" + b + ">": damaged, "<>": foreign, "": foreign,
	} {
		at := 0
		if _, found := sh.read([]byte(in), &at); found != want {
			t.Errorf("read(%q): finding %d, want %d", in, found, want)
		}
	}
}

func TestMarkAllocates(t *testing.T) {
	sh := shapeOf(1000, "")
	b, at := sh.message(probe{}), 0
	n := testing.AllocsPerRun(1000, func() {
		sh.write(b, probe{1, 2, 3})
		sh.read(b, &at)
	})
	if n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func BenchmarkMark(b *testing.B) {
	b.ReportAllocs()
	sh := shapeOf(64, "")
	m, at := sh.message(probe{}), 0
	for b.Loop() {
		sh.write(m, probe{1, 2, 3})
		if _, found := sh.read(m, &at); found != ours {
			b.Fatal(found)
		}
	}
}
