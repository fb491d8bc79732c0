package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rfc6455/cmd/chat/internal/settings"
	v1 "rfc6455/server/chat"
	"rfc6455/testdata/outside"
)

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// unitLine is a setting of a unit.
var unitLine = regexp.MustCompile(`(?m)^([A-Z]\w+)=(.*)$`)

// TestUnit starts the chat as its unit would, as far as words go.
func TestUnit(t *testing.T) {
	unit := map[string][]string{}
	for _, m := range unitLine.FindAllStringSubmatch(readFile(t, "deploy/chat.service"), -1) {
		unit[m[1]] = append(unit[m[1]], m[2])
	}
	var environ []string
	for _, line := range unit["Environment"] {
		environ = append(environ, strings.Fields(line)...)
	}
	s, err := settings.Parse(nil, environ)
	if err != nil || len(s.Warnings) > 0 || !s.Public || s.Addr.Network != "unix" || !s.AdminAddr.Loopback() {
		t.Fatalf("its environment gives %+v, warnings %q, %v", s, s.Warnings, err)
	}
	if dir := "/run/" + unit["RuntimeDirectory"][0] + "/"; !strings.HasPrefix(s.Addr.Address, dir) {
		t.Errorf("the socket %s is not in %s", s.Addr, dir)
	}
	stop, err := time.ParseDuration(unit["TimeoutStopSec"][0] + "s")
	if err != nil || stop <= s.Drain {
		t.Errorf("it is given %s to go down in %s, %v", stop, s.Drain, err)
	}
	if got := unit["RestartPreventExitStatus"][0]; got != fmt.Sprint(statusWrong) {
		t.Errorf("it is not started again after status %s, want %d", got, statusWrong)
	}
	var files int
	if fmt.Sscan(unit["LimitNOFILE"][0], &files); files <= s.Server.Admit.Connections {
		t.Errorf("%d files for %d connections", files, s.Server.Admit.Connections)
	}
}

// TestUnitSystemd lets systemd judge the unit, and how well it is fenced in.
func TestUnitSystemd(t *testing.T) {
	program := outside.Program(t, "apt-get install systemd", "systemd-analyze")
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	unit := filepath.Join(t.TempDir(), "chat.service")
	text := strings.ReplaceAll(readFile(t, "deploy/chat.service"), "/usr/local/bin/chat", binary)
	if err := os.WriteFile(unit, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"verify", "--man=no", unit},
		{"security", "--offline=true", "--threshold=15", unit}, // 1.5 of 10
	} {
		if out, err := exec.Command(program, args...).CombinedOutput(); err != nil || args[0] == "verify" && len(out) > 0 {
			t.Errorf("%s: %v\n%s", args[0], err, out)
		}
	}
}

// TestReadmeClosings holds the README's close codes to those of chat.v1.
func TestReadmeClosings(t *testing.T) {
	var want strings.Builder
	want.WriteString("| code | reconnect | when |\n|---|---|---|\n")
	for _, c := range v1.Closings {
		fmt.Fprintf(&want, "| %d | %s | %s |\n", uint16(c.Code), map[bool]string{true: "yes", false: "no"}[c.Reconnect], c.Text)
	}
	if !strings.Contains(readFile(t, "../../README.md"), "\n\n"+want.String()+"\n") {
		t.Errorf("the README's table of close codes should be\n%s", &want)
	}
}

// TestReadmeCommands understands every command line of chat that the README, the
// help and the files to deploy show.
func TestReadmeCommands(t *testing.T) {
	var help strings.Builder
	settings.Help(&help)
	text := readFile(t, "../../README.md") + help.String() + readFile(t, "deploy/nginx.conf")
	shown := regexp.MustCompile("(?m)(?:(?:^|\\s)\\./chat|go run \\./cmd/chat|^  chat|^#\tchat)((?: +-[a-z][^`#\n]*)?)")
	commands := 0
	for _, m := range shown.FindAllStringSubmatch(text, -1) {
		line, _, _ := strings.Cut(m[1], "   ")
		if _, err := settings.Parse(strings.Fields(line), nil); err != nil && !strings.Contains(line, "-h") {
			t.Errorf("%q: %v", m[0], err)
		}
		commands++
	}
	if commands < 10 {
		t.Errorf("%d commands", commands)
	}
}
