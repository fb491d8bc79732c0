package frame_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"rfc6455/frame"
)

var key = frame.MaskKey{0x37, 0xfa, 0x21, 0x3d} // of §5.7

// boundaries are the lengths around every length class (§5.2).
var boundaries = []uint64{
	0, 1, 124, 125, 126, 127, 128, 255, 256, 65534, 65535, 65536, 65537,
	1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1<<48 - 1, 1 << 48,
	math.MaxInt64, 1 << 63, 1<<63 + 1, math.MaxUint64,
}

// parseObvious reads a header field after field and judges it when all of it is
// there: the oracle for the verdicts of ParseHeader.
func parseObvious(b []byte) (h frame.Header, n int, err error) {
	if len(b) < 2 {
		return h, 0, io.ErrUnexpectedEOF
	}
	field, n, from := b[1]%128, 2, uint64(0) // from: the least length that needs this form
	switch field {
	case 126:
		n, from = 4, 126
	case 127:
		n, from = 10, 65536
	}
	end := n
	masked := b[1] >= 128
	if masked {
		n += 4
	}
	if len(b) < n {
		return h, 0, io.ErrUnexpectedEOF
	}
	length := uint64(field)
	if end > 2 {
		length = 0
		for _, c := range b[2:end] {
			length = length*256 + uint64(c)
		}
	}
	opcode, fin := b[0]%16, b[0] >= 128
	switch {
	case opcode >= 3 && opcode <= 7, opcode >= 11:
		return h, 0, frame.ErrReservedOpcode
	case opcode >= 8 && !fin:
		return h, 0, frame.ErrControlFragmented
	case opcode >= 8 && field > 125:
		return h, 0, frame.ErrControlTooLong
	case length > math.MaxInt64:
		return h, 0, frame.ErrLengthTopBit
	case length < from:
		return h, 0, frame.ErrLengthNotMinimal
	}
	h = frame.Header{Fin: fin, Opcode: frame.Opcode(opcode), Masked: masked, Length: int64(length)}
	h.RSV1, h.RSV2, h.RSV3 = b[0]/64%2 == 1, b[0]/32%2 == 1, b[0]/16%2 == 1
	if masked {
		copy(h.Key[:], b[end:])
	}
	return h, n, nil
}

// checkHeader holds what must be true of ParseHeader whatever the bytes are, and
// gives its verdict.
func checkHeader(t *testing.T, b []byte) error {
	t.Helper()
	b = b[:min(len(b), frame.MaxHeaderLen+1)]
	h, n, err := frame.ParseHeader(b)
	wantH, wantN, wantErr := parseObvious(b)
	if wantErr == io.ErrUnexpectedEOF && err != io.ErrUnexpectedEOF {
		// An early verdict must be that of every header that begins so.
		for _, fill := range []byte{0x00, 0xff} {
			whole := append(bytes.Clone(b), bytes.Repeat([]byte{fill}, frame.MaxHeaderLen)...)
			if _, _, later := parseObvious(whole); later != err {
				t.Fatalf("%x is judged %v, but %x is %v", b, err, whole, later)
			}
		}
	} else if h != wantH || n != wantN || err != wantErr {
		t.Fatalf("%x is %+v, %d, %v; want %+v, %d, %v", b, h, n, err, wantH, wantN, wantErr)
	}
	if err == nil {
		if got := h.Append(nil); !bytes.Equal(got, b[:n]) || h.Len() != n {
			t.Fatalf("%x is appended as %x, Len %d", b[:n], got, h.Len())
		}
	}
	checkMonotone(t, b, err)
	return err
}

// checkMonotone: every beginning of b is judged as b is, or needs more.
func checkMonotone(t *testing.T, b []byte, whole error) {
	t.Helper()
	judged := false
	for i := range b {
		_, _, err := frame.ParseHeader(b[:i])
		if err == io.ErrUnexpectedEOF && !judged {
			continue
		}
		judged = true
		if err != whole {
			t.Fatalf("%x is judged %v after %d bytes, %v after all", b, err, i, whole)
		}
	}
}

// TestParseHeaderExhaustively takes all values of the first two bytes, with all
// boundaries in the longer lengths.
func TestParseHeaderExhaustively(t *testing.T) {
	given := map[error]bool{}
	for two := range 1 << 16 {
		b := binary.BigEndian.AppendUint16(nil, uint16(two))
		tail := []byte{1, 2, 3, 4, 5}
		switch b[1] &^ 0x80 {
		case 126:
			for _, n := range boundaries {
				b = binary.BigEndian.AppendUint16(b[:2], uint16(n))
				given[checkHeader(t, append(b, tail...))] = true
			}
		case 127:
			for _, n := range boundaries {
				b = binary.BigEndian.AppendUint64(b[:2], n)
				given[checkHeader(t, append(b, tail...))] = true
			}
		default:
			given[checkHeader(t, append(b, tail...))] = true
		}
	}
	delete(given, nil)
	for _, v := range headerRules {
		if !given[v] {
			t.Errorf("%q never came", v.ID)
		}
		delete(given, v)
	}
	if len(given) > 0 {
		t.Errorf("these are not in the list of ParseHeader's violations: %v", given)
	}
}

// TestAppendHeader appends headers of all kinds, the illegal ones too, behind
// bytes that are there already.
func TestAppendHeader(t *testing.T) {
	for first := range 256 {
		for _, length := range boundaries {
			for _, masked := range []bool{false, true} {
				h := frame.Header{
					Fin: first&0x80 != 0, RSV1: first&0x40 != 0, RSV2: first&0x20 != 0, RSV3: first&0x10 != 0,
					Opcode: frame.Opcode(first & 0xF), Masked: masked, Length: int64(length),
				}
				if masked {
					h.Key = key
				}
				b := h.Append([]byte("before"))
				if !bytes.HasPrefix(b, []byte("before")) {
					t.Fatalf("%+v overwrote what was there", h)
				}
				b = b[len("before"):]
				if len(b) != h.Len() || b[0] != byte(first) || len(b) > frame.MaxHeaderLen {
					t.Fatalf("%+v is appended as %x, Len %d", h, b, h.Len())
				}
				if got, n, err := frame.ParseHeader(b); err == nil && (got != h || n != len(b)) {
					t.Fatalf("%+v is read back as %+v, %d of %d bytes", h, got, n, len(b))
				} else if checkHeader(t, b) != err {
					t.Fatalf("%x is judged in two ways", b)
				}
			}
		}
	}
}

func TestAppendCutsTheOpcode(t *testing.T) {
	if got := (frame.Header{Opcode: 0xF1}).Append(nil); !bytes.Equal(got, []byte{0x01, 0x00}) {
		t.Errorf("opcode 0xf1 is appended as %x: it reached the other bits", got)
	}
}

func TestHeaderAllocatesNothing(t *testing.T) {
	h := frame.Header{Fin: true, Opcode: frame.Text, Masked: true, Key: key, Length: 1 << 20}
	b := h.Append(nil)
	reserved := []byte{0x83, 0x00}
	for name, f := range map[string]func(){
		"ParseHeader":           func() { frame.ParseHeader(b) },
		"ParseHeader truncated": func() { frame.ParseHeader(b[:5]) },
		"ParseHeader refusing":  func() { frame.ParseHeader(reserved) },
		"Append":                func() { b = h.Append(b[:0]) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func FuzzParseHeader(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Bytes[:min(len(v.Bytes), frame.MaxHeaderLen+1)])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		err := checkHeader(t, b)
		if v, ok := err.(*frame.Violation); ok && !slices.Contains(headerRules, v) {
			t.Fatalf("%v is not of ParseHeader", err)
		}
	})
}

// kinds are the masked headers that a server reads, one for each form of the length.
var kinds = []struct {
	name   string
	length int64
}{{"7-bit", 100}, {"16-bit", 1000}, {"64-bit", 100_000}}

func BenchmarkParseHeader(b *testing.B) {
	for _, kind := range kinds {
		h := frame.Header{Fin: true, Opcode: frame.Text, Masked: true, Key: key, Length: kind.length}
		wire := h.Append(nil)
		b.Run(kind.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := frame.ParseHeader(wire); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("mixed", func(b *testing.B) { // no branch is foreseen for ever
		rnd := rand.New(rand.NewPCG(1, 2))
		var wires [1024][]byte
		for i := range wires {
			h := frame.Header{Fin: true, Opcode: frame.Opcode(1 + rnd.IntN(2)), Masked: true, Key: key}
			h.Length = kinds[rnd.IntN(len(kinds))].length
			wires[i] = h.Append(nil)
		}
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			if _, _, err := frame.ParseHeader(wires[i%len(wires)]); err != nil {
				b.Fatal(err)
			}
			i++
		}
	})
}

func BenchmarkAppendHeader(b *testing.B) {
	for _, kind := range kinds {
		h := frame.Header{Fin: true, Opcode: frame.Text, Masked: true, Key: key, Length: kind.length}
		b.Run(kind.name, func(b *testing.B) {
			wire := make([]byte, 0, frame.MaxHeaderLen)
			b.ReportAllocs()
			for b.Loop() {
				wire = h.Append(wire[:0])
			}
		})
	}
}
