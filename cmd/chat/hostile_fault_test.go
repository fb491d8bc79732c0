package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rfc6455/frame"
)

// TestHostileNames enters under names that would like to be more than that: what
// nobody sees is taken out, and what a page has to show as text is left.
func TestHostileNames(t *testing.T) {
	s := besiege(t, "apart")
	watcher := s.joinV1("lobby", "watcher")
	for name, want := range map[string]string{
		"a\u202eb":                "ab",
		"\u200fa\u2066b\u2069":    "ab",
		"a\nb\r\x00c\x1b[2J":      "abc[2J",
		"<img src=x onerror=y()>": "<img src=x onerror=y()>", // a page shows it as text
	} {
		s.joinV1("lobby", name).sayV1("a word")
		said := watcher.hearsV1("message")
		if from := said["from"].(map[string]any)["name"]; from != want || said["text"] != "a word" {
			t.Errorf("%q says %v as %q, want %q", name, said["text"], from, want)
		}
	}
	s.over()
}

// A planted fault: a text that the server cannot stand.
const (
	faultFile = "../../server/member.go"
	faultAt   = "\ttext := ev.Payload\n"
	faultText = "the text that hurts"
)

// buildFaulty builds the server with the fault in it.
func buildFaulty(t *testing.T) (binary string) {
	t.Helper()
	file, err := filepath.Abs(faultFile)
	if err != nil {
		t.Fatal(err)
	}
	sound, err := os.ReadFile(file)
	if err != nil || strings.Count(string(sound), faultAt) != 1 {
		t.Fatalf("%q has to stand in %s once: %v", faultAt, faultFile, err)
	}
	dir := t.TempDir()
	faulty := strings.Replace(string(sound), faultAt, faultAt+"\tif string(text) == \""+faultText+"\" {\n\t\tpanic(text[len(text)])\n\t}\n", 1)
	replace := filepath.Join(dir, "member.go")
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {file: replace}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{replace: faulty, filepath.Join(dir, "overlay.json"): string(overlay)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	binary = filepath.Join(dir, "chat")
	if out, err := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// TestHostileFault finds a fault of ours, again and again: it costs whoever found it
// his connection (1011), and nobody else anything.
func TestHostileFault(t *testing.T) {
	c := startBinary(t, buildFaulty(t))
	s := &siege{c, c.lookOn("")}
	for range 20 {
		f, err := s.intrude("/chat")
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(f.write(wire(`text "`+faultText+`"`)), f.closed(frame.InternalError)); err != nil {
			t.Error(err)
		}
		f.Close()
	}
	s.waitLog(has("level=ERROR", "panic in a connection", "index out of range", "member.go"))
	s.over()
}
