package dump

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"rfc6455/cmd/ws/internal/capture"
	"rfc6455/cmd/ws/internal/capture/capturetest"
	"rfc6455/cmd/ws/internal/transcript"
	"rfc6455/frame"
	"rfc6455/handshake"
)

// TestKinds tells kinds apart, and takes the one that is asked for.
func TestKinds(t *testing.T) {
	hello := []byte("\x81\x05Hello")
	client := frame.Client
	for name, tt := range map[string]struct {
		in   string
		o    Options
		want string
	}{
		"hex":                {"8105 4865 6c6c 6f", Options{View: Brief}, "#1       server  text \"Hello\"\n"},
		"raw":                {string(hello), Options{View: Brief, Kind: Raw}, "#1       server  text \"Hello\"\n"},
		"raw that looks hex": {"\x81\x05ababa", Options{View: Brief, Kind: Raw}, "#1       server  text \"ababa\"\n"},
		"from":               {"8100", Options{View: Brief, From: &client}, "#1       client  text \"\"; BREAKS client frame is not masked (RFC 6455 §5.1), answered by close 1002\n"},
		"masked":             {"81800000 0000", Options{View: Brief}, "#1       client  text \"\"\n"},
		"cut":                {"8105 48", Options{View: Brief}, "#1       server  text len=5 \"H\"; 4 bytes of the payload never came\n# connection 1 ends: a message of the server is not whole\n"},
		"one byte":           {"81", Options{View: Brief}, "#1       server  text \"\"; the header never became whole\n# connection 1 ends: a message of the server is not whole\n"},
		"nothing":            {"", Options{Kind: Raw}, ""},
		"compressed": {"c107f248cdc9c90700", Options{View: Brief, Deflate: handshake.DeflateParams{Enabled: true}},
			"#1       server  text rsv1 0xf248cdc9c90700  = text \"Hello\", inflated\n"},
	} {
		got, _ := run(t, []byte(tt.in), tt.o)
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
	for name, tt := range map[string]struct {
		in   string
		kind Kind
		want error
	}{
		"text":           {"GET / HTTP/1.1", Any, ErrKind},
		"nothing":        {"", Any, ErrKind},
		"no capture":     {"8105", Capture, capture.ErrFormat},
		"half a capture": {"\xd4\xc3\xb2\xa1\x02", Any, capture.ErrCut},
	} {
		if _, err := Run(t.Context(), strings.NewReader(tt.in), io.Discard, Options{Kind: tt.kind}); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	var at *transcript.Error
	if _, err := Run(t.Context(), strings.NewReader("8105"), io.Discard, Options{Kind: Transcript}); !errors.As(err, &at) {
		t.Errorf("no transcript: %v", err)
	}
	odd := capturetest.Pcap(capturetest.Orders[0], false, []capture.Packet{{Link: 147, Data: make([]byte, 80)}})
	if _, err := Run(t.Context(), bytes.NewReader(odd), io.Discard, Options{}); !errors.Is(err, capture.ErrLinkType) {
		t.Errorf("another link layer: %v", err)
	}
}

// TestLive prints what is known before the file has an end.
func TestLive(t *testing.T) {
	for name, in := range map[string][]byte{
		"hex":        []byte("# mine\n8105 48656c6c6f\n"),
		"transcript": []byte("ws-transcript: 1\nrole: server\n\n1 > 8105 \"Hello\"\n"),
		"capture":    capturetest.Pcap(capturetest.Orders[0], false, talk(t, 5000)),
	} {
		read, write := io.Pipe()
		out, printed := io.Pipe()
		go func() {
			_, err := Run(t.Context(), read, printed, Options{View: Brief})
			printed.CloseWithError(err)
		}()
		go func() {
			for piece := range slices.Chunk(in, 7) {
				write.Write(piece)
			}
		}()
		lines := bufio.NewScanner(out)
		for lines.Scan() && !strings.Contains(lines.Text(), "Hello") {
		}
		if !strings.Contains(lines.Text(), "Hello") {
			t.Errorf("%s: nothing is printed: %v", name, lines.Err())
		}
		write.Close()
		io.Copy(io.Discard, out)
	}
}

// TestErrorsLate prints what came before an error.
func TestErrorsLate(t *testing.T) {
	var out bytes.Buffer
	for name, tt := range map[string]struct{ in, want string }{
		"hex":        {"8105 4865 6c6c 6f\n8x", "line 2"},
		"transcript": {"ws-transcript: 1\nrole: server\n\n1 > 8105 \"Hello\"\n2 ? 00\n", "line 5"},
		"capture":    {string(capturetest.Pcap(capturetest.Orders[0], false, talk(t, 5000))) + "x", "after 17 packets"},
	} {
		out.Reset()
		r, err := Run(t.Context(), strings.NewReader(tt.in), &out, Options{View: Brief})
		if err == nil || !strings.Contains(err.Error(), tt.want) || r.Frames == 0 || out.Len() == 0 {
			t.Errorf("%s: %v, %+v, %q", name, err, r, out.String())
		}
	}
	stopped, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	cancel(why)
	for _, in := range []string{"8105", "ws-transcript: 1\nrole: server\n\n1 > 00\n", string(capturetest.Pcap(capturetest.Orders[0], false, talk(t, 5000)))} {
		if _, err := Run(stopped, strings.NewReader(in), io.Discard, Options{}); !errors.Is(err, why) {
			t.Errorf("stopped: %v", err)
		}
	}
	if _, err := Run(t.Context(), iotest.ErrReader(io.ErrClosedPipe), io.Discard, Options{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a reader's error: %v", err)
	}
	if _, err := Run(t.Context(), strings.NewReader("8100"), brokenPipe{}, Options{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a writer's error: %v", err)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// FuzzRun reads any file as any kind, and prints no more than so much of it.
func FuzzRun(f *testing.F) {
	c := capturetest.New(5000) // small seeds: what is found has to be made small again
	c.Link = capturetest.Raw
	short := []capture.Packet{c.Send(frame.Client, []byte("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n")), c.Send(frame.Server, []byte("HTTP/1.1 101 \r\n\r\n\x81\x00"))}
	for _, v := range []View{Text, Brief, JSON} {
		f.Add(capturetest.Pcap(capturetest.Orders[0], false, short), uint8(Capture), uint8(v))
		f.Add(ng(short), uint8(Any), uint8(v))
		f.Add(bytesOf(f, frame.Client, `text "Hello"`, `close 1000`), uint8(Raw), uint8(v))
		f.Add([]byte("8105 4865 6c6c 6f"), uint8(Hex), uint8(v))
		f.Add([]byte("ws-transcript: 1\nrole: client\nextensions: permessage-deflate\n\n1 > c107f248cdc9c90700\n2 < end\n"), uint8(Transcript), uint8(v))
	}
	f.Fuzz(func(t *testing.T, in []byte, kind, view uint8) {
		var out bytes.Buffer
		o := Options{
			Kind: Kind(kind % 5), View: View(view % 3), Bytes: 16, Message: 10_000,
			Limits: capture.Limits{Conns: 10, Window: 2000, Buffered: 5000},
		}
		r, _ := Run(context.Background(), bytes.NewReader(in), &out, o)
		if most := 10_000 + 4000*len(in); out.Len() > most || r.Frames > len(in) {
			t.Errorf("%d bytes and %d frames of %d", out.Len(), r.Frames, len(in))
		}
	})
}
