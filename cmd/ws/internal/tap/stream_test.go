package tap

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/handshake"
)

// wireBytes puts frames in the notation on the wire.
func wireBytes(t *testing.T, from frame.Role, lines ...string) (b []byte) {
	t.Helper()
	for _, line := range lines {
		f, err := frame.ParseFrame(line, from)
		if err != nil {
			t.Fatal(err)
		}
		b = f.AppendWire(b)
	}
	return b
}

// words gives what s tells of p, fed in pieces of n bytes.
func words(s *Stream, p []byte, n int) (all []string) {
	for piece := range slices.Chunk(p, n) {
		for seen := range s.Feed(piece) {
			all = append(all, string(seen.AppendText(nil)))
		}
	}
	return all
}

// TestStream feeds frames, legal and not, whole and in pieces.
func TestStream(t *testing.T) {
	lines := []string{
		`text "Hello"`, `binary more "*"*300`, `ping "hi"`, `cont 0xff00`, `op3 rsv1 rsv2 more "x"`, `text len16 "a"`,
		`ping more`, `pong unmasked "b"`, `binary "*"*70000`, `close 1000 "bye"`, `text ""`,
	}
	want := []string{
		`text "Hello"                        5 bytes, key 37fa213d`,
		`binary more "*"*300                 300 bytes, key 37fa213d`,
		`ping "hi"                           2 bytes, key 37fa213d`,
		`cont 0xff00                         2 bytes, key 37fa213d`,
		`op3 more rsv1 rsv2 "x"              1 byte, key 37fa213d, opcode is reserved (RFC 6455 §5.2)`,
		`text len16 "a"                      1 byte, key 37fa213d, payload length is not in its shortest form (RFC 6455 §5.2)`,
		`ping more                           0 bytes, key 37fa213d, control frame is fragmented (RFC 6455 §5.5)`,
		`pong "b"                            1 byte`,
		`binary "*"*70000                    70000 bytes, key 37fa213d`,
		`close 1000 "bye"                    5 bytes, key 37fa213d`,
		`text ""                             0 bytes, key 37fa213d`,
	}
	p := wireBytes(t, frame.Client, lines...)
	for _, n := range []int{1, 2, 7, 4096, len(p)} {
		s := NewStream(frame.Client, handshake.DeflateParams{}, 0)
		before := bytes.Clone(p)
		if got := words(s, p, n); !slices.Equal(got, want) {
			t.Errorf("in pieces of %d: got\n%s\nwant\n%s", n, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if _, cut := s.End(); cut || !s.Whole() || !bytes.Equal(p, before) {
			t.Errorf("in pieces of %d: cut %t, whole %t, or the bytes were changed", n, cut, s.Whole())
		}
	}
}

// TestStreamCut shows what is told of a frame that the end cut off.
func TestStreamCut(t *testing.T) {
	p := wireBytes(t, frame.Client, `text "Hello"`)
	for n := range p {
		s := NewStream(frame.Client, handshake.DeflateParams{}, 0)
		for range s.Feed(p[:n]) {
			t.Fatalf("after %d bytes there is a frame", n)
		}
		seen, cut := s.End()
		want := `part of a header`
		if n >= 6 {
			want = `text len=5 "Hello`[:len(`text len=5 "`)+n-6]
		}
		if got := string(seen.AppendText(nil)); cut != (n > 0) || cut && (!strings.HasPrefix(got, want) || !strings.HasSuffix(got, "and then the end")) {
			t.Errorf("after %d bytes: %t, %s; want %s", n, cut, got, want)
		}
		if s.Data() != (n >= 6) {
			t.Errorf("after %d bytes: inside data: %t", n, s.Data())
		}
	}
}

// TestStreamLimit shows that a long frame is told by its header, and what follows it
// is not lost.
func TestStreamLimit(t *testing.T) {
	p := wireBytes(t, frame.Server, `binary "*"*101`, `text "x"`, `binary len=0xffffffffffffffff "x"`)
	s := NewStream(frame.Server, handshake.DeflateParams{}, 100)
	want := []string{
		"binary len=101                      101 bytes, too long to be shown",
		`text "x"                            1 byte`,
	}
	if got := words(s, p, 50); !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	seen, _ := s.End()
	if got := string(seen.AppendText(nil)); got != "binary len=18446744073709551615     1 byte, too long to be shown, 64-bit payload length has its top bit set (RFC 6455 §5.2), and then the end" {
		t.Errorf("got %s", got)
	}
}

// TestStreamInflates shows compressed messages, in fragments and with takeover.
func TestStreamInflates(t *testing.T) {
	c := deflate.NewCompressor(15, true)
	defer c.Close()
	first := c.Append(nil, []byte("Hello"))
	second := c.Append(nil, []byte("Hello"))
	head := frame.Header{Opcode: frame.Text, RSV1: true, Length: 3}
	p := append(head.Append(nil), first[:3]...)
	p = append(p, wireBytes(t, frame.Server, `ping`)...)
	p = append(frame.Header{Fin: true, Length: int64(len(first) - 3)}.Append(p), first[3:]...)
	head = frame.Header{Fin: true, Opcode: frame.Text, RSV1: true, Length: int64(len(second))}
	p = append(head.Append(p), second...)
	p = append(p, wireBytes(t, frame.Server, `text "plain"`, `binary rsv1 0xffff`, `binary rsv1 0xf248cdc9c90700`)...)
	want := []string{"text more rsv1", "ping", `inflates to 5: "Hello"`, `inflates to 5: "Hello"`, `text "plain"`, "block has the reserved type", "7 bytes"}
	for _, n := range []int{1, len(p)} {
		s := NewStream(frame.Server, handshake.DeflateParams{Enabled: true}, 0)
		got := words(s, p, n)
		if len(got) != len(want) {
			t.Fatalf("got %q", got)
		}
		for i := range want {
			if !strings.Contains(got[i], want[i]) {
				t.Errorf("%d: got %s, want %s", i, got[i], want[i])
			}
		}
		s.Close()
	}
	s := NewStream(frame.Client, handshake.DeflateParams{Enabled: true, ClientNoContextTakeover: true, ClientMaxWindowBits: 9}, 4)
	if got := words(s, wireBytes(t, frame.Client, `text rsv1 0xf248`, `cont 0xcd`, `text rsv1 0xf248cdc9c90700`), 9); !strings.Contains(got[2], "too long to be") {
		t.Errorf("a compressed message over the limit: %q", got)
	}
}
