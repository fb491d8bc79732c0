package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rfc6455/cmd/ws/internal/cli"
)

// A recording of a connection that compresses in one direction only.
const recording = `ws-transcript: 1
role: client
extensions: permessage-deflate; server_no_context_takeover

0.000 > c1 87 00000000 f248cdc9c90700    # text rsv1 "Hello"
0.001 > c1 85 00000000 f200110000       # and once more, out of the window
0.002 < 81 05 "Hello"
0.003 < end
`

// record writes a transcript, and gives its name.
func record(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "talk")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestSeeds has the corpus and both directions of a transcript in a folder.
func TestSeeds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "seeds")
	var errs bytes.Buffer
	if status := writeSeeds(&cli.Env{Err: &errs}, dir, []string{record(t, recording)}); status != cli.OK {
		t.Fatalf("status %d: %s", status, &errs)
	}
	for name, want := range map[string]string{
		"server-takeover/recorded-talk.expect":                "text 0x48656c6c6f\ntext 0x48656c6c6f\nopen\n",
		"client-fresh/recorded-talk.expect":                   "text 0x48656c6c6f\nopen\n",
		"client/frames-rfc-hello-unmasked.expect":             "text 0x48656c6c6f\nopen\n",
		"server/frames-rfc-hello-unmasked.expect":             "failed not-masked\n",
		"client-fresh/recorded-talk":                          "\x81\x05Hello",
		"server-message=100/sessions-limits-message-at-limit": "",
	} {
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || want != "" && string(got) != want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
}

// TestSeedsRefused names what is wrong with a transcript, and writes nothing.
func TestSeedsRefused(t *testing.T) {
	small := strings.Replace(recording, "server_no_context_takeover", "server_max_window_bits=9", 1)
	for want, name := range map[string]string{
		"no such file":        filepath.Join(t.TempDir(), "nothing"),
		"ws-transcript":       record(t, "GET / HTTP/1.1\n"),
		"knows no window but": record(t, small),
		"8":                   record(t, recording+"0.004 > 8\n"),
	} {
		dir := filepath.Join(t.TempDir(), "seeds")
		var errs bytes.Buffer
		status := writeSeeds(&cli.Env{Err: &errs}, dir, []string{name})
		if status != cli.Usage || !strings.Contains(errs.String(), want) {
			t.Errorf("status %d: %s; want %q", status, &errs, want)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s is refused, and seeds are written", name)
		}
	}
	var errs bytes.Buffer
	twice := []string{record(t, recording), record(t, recording)}
	if status := writeSeeds(&cli.Env{Err: &errs}, t.TempDir(), twice); status != cli.Usage || !strings.Contains(errs.String(), "two transcripts are called talk") {
		t.Errorf("one name twice: status %d, %s", status, &errs)
	}
	if status := writeSeeds(&cli.Env{Err: &errs}, record(t, ""), nil); status != cli.Deviation {
		t.Errorf("into a file: status %d, %s", status, &errs)
	}
}
