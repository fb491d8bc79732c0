package dump

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/capture"
	"rfc6455/cmd/ws/internal/capture/capturetest"
	"rfc6455/cmd/ws/internal/transcript"
	"rfc6455/frame"
	"rfc6455/frame/deflate"
	"rfc6455/handshake"
)

var update = flag.Bool("update", false, "write the golden files anew")

// bytesOf gives frames in the notation as they are on the wire.
func bytesOf(t testing.TB, from frame.Role, notations ...string) (b []byte) {
	t.Helper()
	for _, n := range notations {
		f, err := frame.ParseFrame(n, from)
		if err != nil {
			t.Fatal(err)
		}
		b = f.AppendWire(b)
	}
	return b
}

// run gives what Run prints.
func run(t testing.TB, in []byte, o Options) (string, Result) {
	t.Helper()
	var out bytes.Buffer
	r, err := Run(t.Context(), bytes.NewReader(in), &out, o)
	if err != nil {
		t.Fatalf("%v after %s", err, out.String())
	}
	return out.String(), r
}

const (
	request = "GET /echo HTTP/1.1\r\nHost: localhost:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
	answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
)

// squeezed gives texts as compressed messages of a side that keeps its window.
func squeezed(from frame.Role, texts ...string) (all [][]byte) {
	c := deflate.NewCompressor(15, true)
	defer c.Close()
	for i, text := range texts {
		f := frame.Frame{Header: frame.Header{Fin: true, RSV1: true, Opcode: frame.Text, Masked: from.Masks()}, Payload: c.Append(nil, []byte(text))}
		if f.Length = int64(len(f.Payload)); f.Masked {
			f.Key = frame.MaskKey{0x37, 0xfa, 0x21, byte(i)}
		}
		all = append(all, f.AppendWire(nil))
	}
	return all
}

// talk gives the packets of a conversation with compressed messages both ways, some of
// them doubled, cut anew and out of order.
func talk(t testing.TB, port uint16) []capture.Packet {
	c := capturetest.New(port)
	packets := append(c.Open(), c.Send(frame.Client, []byte(request)), c.Send(frame.Server, []byte(answer)))
	for _, from := range []frame.Role{frame.Client, frame.Server} {
		messages := squeezed(from, "Hello, Hello, Hello", "Hello, Hello, Hello, too")
		all := slices.Concat(messages[0], messages[1])
		first, second := c.Send(from, all[:7]), c.Send(from, all[7:])
		packets = append(packets, second, first, first, c.Again(from, len(all)-3, all[3:11]))
	}
	packets = append(packets, c.Send(frame.Client, bytesOf(t, frame.Client, `close key=01020304 1000 "bye"`)), c.Send(frame.Server, bytesOf(t, frame.Server, `close 1000`)))
	return append(packets, c.End(frame.Server), c.End(frame.Client))
}

// TestGolden compares whole outputs.
func TestGolden(t *testing.T) {
	var record bytes.Buffer
	w, err := transcript.NewWriter(&record, transcript.Header{
		Role: frame.Client, URL: "ws://localhost:8080/echo", Time: time.Unix(1767323045, 0), Deflate: handshake.DeflateParams{Enabled: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Bytes(frame.Client, 1*time.Millisecond, bytesOf(t, frame.Client, `text more "안녕"`, `ping key=01020304 "hi"`), "")
	w.Bytes(frame.Server, 2*time.Millisecond, bytesOf(t, frame.Server, `pong "hi"`, `op3 rsv2 len16 "x"`, `binary "*"*300`), "")
	w.Bytes(frame.Client, 3*time.Millisecond, bytesOf(t, frame.Client, `cont key=05060708 "하세요"`, `close key=01010101 1001`), "")
	w.Bytes(frame.Server, 4*time.Millisecond, []byte("\x82\x7e\x01"), "")
	w.End(frame.Server, 5*time.Millisecond, "")
	w.End(frame.Client, 5*time.Millisecond, "")
	pcap := capturetest.Pcap(capturetest.Orders[0], false, talk(t, 5000))
	for name, tt := range map[string]struct {
		in []byte
		o  Options
	}{
		"hello":            {[]byte("81 85 37 fa 21 3d 7f 9f 4d 51 58"), Options{}},
		"transcript":       {record.Bytes(), Options{Bytes: 16}},
		"transcript.brief": {record.Bytes(), Options{View: Brief}},
		"transcript.json":  {record.Bytes(), Options{View: JSON, Bytes: 16}},
		"capture":          {pcap, Options{}},
		"capture.brief":    {pcap, Options{View: Brief}},
		"capture.json":     {pcap, Options{View: JSON}},
	} {
		got, _ := run(t, tt.in, tt.o)
		file := filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}

// A found is what the tests look for in an object of JSON.
type found struct {
	Type, From, Notation, Error, Extensions, Client, Server string
	Connection                                              int
	Message                                                 *struct {
		Opcode, Text string
		Compressed   bool
	}
	Breaks *jsonRule
}

// objects reads what JSON prints.
func objects(t *testing.T, out string) (all []found) {
	t.Helper()
	for d := json.NewDecoder(strings.NewReader(out)); ; {
		var f found
		err := d.Decode(&f)
		if typed := (*json.UnmarshalTypeError)(nil); errors.As(err, &typed) {
			err = nil // "client" of an end is an object
		}
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		all = append(all, f)
	}
}

// TestCaptures reads the same conversations from every kind of file: all frames of
// both directions, inflated.
func TestCaptures(t *testing.T) {
	a, b := talk(t, 5000), talk(t, 5001)
	var packets []capture.Packet
	for i := range a {
		packets = append(packets, a[i], b[i])
	}
	other := capturetest.New(5002)
	packets = append(append(packets, other.Open()...), other.Send(frame.Client, []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")))
	packets = append(packets, capture.Packet{Link: capturetest.Ethernet, Data: []byte("no IP")})
	for name, in := range map[string][]byte{
		"little": capturetest.Pcap(capturetest.Orders[0], false, packets),
		"big":    capturetest.Pcap(capturetest.Orders[1], true, packets),
		"ng":     ng(packets),
	} {
		out, r := run(t, in, Options{View: JSON})
		if want := (Result{Kind: Capture, Conns: 2, Frames: 12, Packets: len(packets), Others: 1}); r != want || !r.Good() {
			t.Errorf("%s: %+v, want %+v", name, r, want)
		}
		got := map[string][]string{}
		for _, f := range objects(t, out) {
			if f.Message != nil {
				who := fmt.Sprint(f.Connection, " ", f.From)
				got[who] = append(got[who], fmt.Sprint(f.Message.Opcode, " ", f.Message.Text, " ", f.Message.Compressed))
			}
		}
		for _, who := range []string{"1 client", "1 server", "2 client", "2 server"} {
			want := []string{"text Hello, Hello, Hello true", "text Hello, Hello, Hello, too true"}
			if all := got[who]; len(all) != 3 || !slices.Equal(all[:2], want) || !strings.HasPrefix(all[2], "close ") {
				t.Errorf("%s, %s: %q, want %q and a close", name, who, all, want)
			}
		}
	}
}

func ng(packets []capture.Packet) []byte {
	o := capturetest.Orders[1]
	b := append(capturetest.Section(o), capturetest.Interface(o, packets[0].Link, 0, nil)...)
	for _, p := range packets {
		b = append(b, capturetest.Enhanced(o, 0, uint64(p.Time.UnixMicro()), p)...)
	}
	return b
}

// TestGaps ends the connection that lacks a packet, and says so; the other goes on.
func TestGaps(t *testing.T) {
	whole, holed := talk(t, 5000), talk(t, 5001)
	lost := holed[len(holed)-4]
	holed = slices.Delete(holed, len(holed)-4, len(holed)-3) // the client's Close
	out, r := run(t, capturetest.Pcap(capturetest.Orders[0], false, append(whole, holed...)), Options{View: JSON})
	if r.Conns != 2 || r.Frames != 11 || r.BadEnds != 1 || r.Good() {
		t.Errorf("%+v", r)
	}
	all := objects(t, out)
	want := fmt.Sprintf("gap: %d bytes are missing, no packet has them", 11)
	if last := all[len(all)-1]; last.Type != "end" || last.Connection != 2 || last.Error != want {
		t.Errorf("the end is %+v, want %q; the packet has %d bytes", last, want, len(lost.Data))
	}
	cut := talk(t, 5000)
	cut[5] = capturetest.Cut(cut[5], 70)
	text, r := run(t, capturetest.Pcap(capturetest.Orders[0], false, cut), Options{})
	if r.BadEnds != 1 || !strings.Contains(text, "only the beginning of their packet was captured") {
		t.Errorf("%+v in %s", r, text)
	}
}

// TestBroken counts rules that are broken, of handshakes and frames, and bad ends.
func TestBroken(t *testing.T) {
	c := capturetest.New(5000)
	packets := append(c.Open(), c.Send(frame.Client, []byte(strings.Replace(request, ": 13", ": 8", 1))),
		c.Send(frame.Server, []byte(strings.Replace(answer, "s3p", "S3P", 1))),
		c.Send(frame.Client, bytesOf(t, frame.Client, `text unmasked "x"`)), c.Reset(frame.Server))
	out, r := run(t, capturetest.Pcap(capturetest.Orders[0], false, packets), Options{})
	if r.Broken != 3 || r.BadEnds != 1 {
		t.Errorf("%+v", r)
	}
	for _, want := range []string{
		"breaks: Sec-WebSocket-Version is not 13", "breaks: answer's Sec-WebSocket-Accept does not fit the key",
		"breaks    client frame is not masked (RFC 6455 §5.1), answered by close 1002", "the client sent no Close", "reset (RST)",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	refused := append(capturetest.New(5000).Open(), packets[3])
	refused = append(refused, c.Packet(frame.Server, capture.ACK, 0xFFFFFFF1, []byte("HTTP/1.1 426 Upgrade Required\r\n\r\n")))
	if out, r = run(t, capturetest.Pcap(capturetest.Orders[0], false, refused), Options{}); r.Conns != 1 || !strings.Contains(out, "refused") {
		t.Errorf("%+v in %s", r, out)
	}
}

// TestLongPayloads shows as much as it is told to, cut at characters.
func TestLongPayloads(t *testing.T) {
	out, _ := run(t, bytesOf(t, frame.Server, `text "가나다라"*100`, `binary 0xff*100`), Options{Kind: Raw, Bytes: 10})
	for _, want := range []string{
		`which is  "가나다" ... 1191 bytes more`, "payload   ea b0 80 eb 82 98 eb 8b a4 eb ... 1190 bytes more",
		"which is  0xffffffffffffffffffff ... 90 bytes more",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	out, r := run(t, bytesOf(t, frame.Server, `text "*"*2000`), Options{Kind: Raw, Message: 1000})
	if !strings.Contains(out, "over what is followed here, 1000 bytes a message") || r.Broken != 0 || r.Good() {
		t.Errorf("%+v in\n%s", r, out)
	}
}

// TestHostile keeps control characters off the terminal.
func TestHostile(t *testing.T) {
	c := capturetest.New(5000)
	packets := append(c.Open(), c.Send(frame.Client, []byte(strings.Replace(request, "localhost", "\u009b2J", 1))),
		c.Send(frame.Server, bytes.Replace([]byte(answer), []byte("permessage"), []byte("\u009bpermessage"), 1)),
		c.Send(frame.Server, bytesOf(t, frame.Server, `text "\x1b[2J\u009b"`, `close 1000 "\x1b"`)))
	in := capturetest.Pcap(capturetest.Orders[0], false, packets)
	for _, v := range []View{Text, Brief, JSON} {
		out, r := run(t, in, Options{View: v})
		if r.Conns != 1 || r.Frames != 2 || strings.ContainsAny(out, "\x1b\u009b") {
			t.Errorf("view %d, %+v: %q", v, r, out)
		}
	}
}
