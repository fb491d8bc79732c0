package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rfc6455/cmd/ws/internal/capture/capturetest"
	"rfc6455/cmd/ws/internal/transcript"
	"rfc6455/frame"
)

// dumped runs ws dump with something on standard input.
func dumped(t *testing.T, in string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), append([]string{"dump"}, args...), strings.NewReader(in), &out, &errs, func(string) string { return "" })
	return status, out.String(), errs.String()
}

// recorded is a transcript of a text and its echo.
func recorded(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	w, err := transcript.NewWriter(&b, transcript.Header{Role: frame.Client, URL: "ws://localhost/echo"})
	if err != nil {
		t.Fatal(err)
	}
	w.Bytes(frame.Client, time.Millisecond, []byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58\x88\x80\x01\x02\x03\x04"), "")
	w.Bytes(frame.Server, 2*time.Millisecond, []byte("\x81\x05Hello\x88\x00"), "")
	w.End(frame.Server, 3*time.Millisecond, "")
	if err := w.End(frame.Client, 3*time.Millisecond, ""); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestDump(t *testing.T) {
	c := capturetest.New(5000)
	pcap := string(capturetest.Pcap(capturetest.Orders[0], false, append(c.Open(), c.Send(frame.Client, []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")))))
	file := filepath.Join(t.TempDir(), "hello.hex")
	if err := os.WriteFile(file, []byte("8105 48656c6c6f"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		in, args string
		status   int
		out, err string
	}{
		"hex":           {"81 85 37 fa 21 3d 7f 9f 4d 51 58", "", 0, "|1|0|0|0|0 0 0 1|1|0 0 0 0 1 0 1|      37              fa       |", ""},
		"standard":      {"8105 48656c6c6f", "-", 0, `text "Hello"`, ""},
		"a file":        {"", file, 0, "#1 server, byte 0: text \"Hello\"", ""},
		"forced":        {"8105 48656c6c6f", "-hex -brief", 0, "server  text \"Hello\"\n", ""},
		"from a client": {"8105 48656c6c6f", "-from client", 1, "breaks    client frame is not masked (RFC 6455 §5.1)", "1 broken rule"},
		"raw":           {"\x88\x02\x03\xe8", "-raw -json", 0, `"notation":"close 1000"`, ""},
		"compressed":    {"c107f248cdc9c90700", "-extensions permessage-deflate", 0, `message   text "Hello", inflated`, ""},
		"few bytes":     {"8105 48656c6c6f", "-bytes 2", 0, "payload   48 65 ... 3 bytes more", ""},
		"a short limit": {"8105 48656c6c6f", "-message 2", 1, "over what is followed here, 2 bytes", "1 frame over a limit"},
		"transcript":    {recorded(t), "", 0, "the client closed without a code, the server closed without a code; the server ended TCP first", ""},
		"no WebSocket":  {pcap, "-pcap", 1, "", "no opening handshake in 4 packets, 1 TCP connection"},
		"no frame":      {"# nothing\n", "-hex", 1, "", "no frame"},
		"half a file":   {pcap[:30], "", 1, "", "the file ends inside a packet"},
		"half a line":   {"8105 48656c6c6f\n8", "", 1, `text "Hello"`, `line 2: "8" is not hexadecimal`},
	} {
		status, out, errs := dumped(t, tt.in, strings.Fields(tt.args)...)
		if status != tt.status || !strings.Contains(out, tt.out) || !strings.Contains(errs, tt.err) || tt.err == "" && errs != "" {
			t.Errorf("%s: status %d, want %d, %q in\n%s\nand %q in %q", name, status, tt.status, tt.out, out, tt.err, errs)
		}
	}
}

// TestDumpReadme holds the README's example to what is printed.
func TestDumpReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(readme), "    $ echo 81 85 37 fa 21 3d 7f 9f 4d 51 58 | go run ./cmd/ws dump\n")
	if !found {
		t.Fatal("README.md has no example of ws dump")
	}
	_, out, _ := dumped(t, "81 85 37 fa 21 3d 7f 9f 4d 51 58")
	for line := range strings.Lines(strings.TrimSpace(out)) {
		if line = strings.TrimRight(line, "\n"); line != "" {
			line = "    " + line
		}
		got, rest, _ := strings.Cut(example, "\n")
		if example = rest; got != line {
			t.Errorf("README.md has %q, want %q", got, line)
		}
	}
}

// TestDumpInterrupted ends while standard input is silent, with what is known.
func TestDumpInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, typed := io.Pipe()
	out, printed := io.Pipe()
	status := make(chan int)
	var errs bytes.Buffer
	go func() {
		status <- run(ctx, []string{"dump", "-brief"}, in, printed, &errs, func(string) string { return "" })
		printed.Close()
	}()
	go typed.Write([]byte("8105 48656c6c6f\n"))
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.Contains(line, "Hello") {
		t.Errorf("%q, %v", line, err)
	}
	cancel()
	if got := <-status; got != 0 || errs.Len() > 0 {
		t.Errorf("status %d, %q", got, errs.String())
	}
	typed.Close()
}

func TestDumpWrongUsage(t *testing.T) {
	for args, want := range map[string]string{
		"-raw -hex":        "-hex and -raw exclude each other",
		"-brief -json":     "-brief and -json exclude each other",
		"-from me":         "-from: \"me\" is no role: allowed is client or server",
		"-extensions gzip": "-extensions \"gzip\"",
		"-bytes 0":         "allowed is 1 and more",
		"-bytes many":      "allowed are bytes below 2 GiB",
		"a b":              "dump takes [FILE], and was given 2",
		filepath.Join(t.TempDir(), "no such file"): "FILE cannot be read: open",
		"-": "this is neither hex, nor a transcript, nor a capture; frames as they are on the wire need -raw",
	} {
		all := strings.Fields(args)
		if strings.Contains(want, "FILE cannot") {
			all = []string{args}
		}
		status, out, errs := dumped(t, "\x81\x05Hello", all...)
		if status != 2 || out != "" || !strings.Contains(errs, want) || !strings.Contains(errs, "`ws dump -h` tells what is allowed") {
			t.Errorf("ws dump %s: status %d, %q, want %q in %q", args, status, out, want, errs)
		}
	}
}
