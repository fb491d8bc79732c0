package main

import (
	"errors"
	"fmt"
	"net"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"rfc6455/server"
)

// output runs the binary to its end.
func output(t *testing.T, environ []string, args ...string) (out, log string, status int) {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	cmd := command(environ, binary, args...)
	watch := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	defer watch.Stop()
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			t.Fatal(err)
		}
		status = exit.ExitCode()
	}
	return stdout.String(), stderr.String(), status
}

func TestHelp(t *testing.T) {
	out, log, status := output(t, []string{"CHAT_RATE=wrong"}, "-h")
	if status != 0 || log != "" || !strings.HasPrefix(out, "usage: chat [flags]\n") {
		t.Errorf("status %d, log %q, %.200q", status, log, out)
	}
	for _, want := range []string{"\nListening\n", "\nTLS\n", "\nWho may connect", "\nLimits on ", "\nRooms and their history\n", "\nDeadlines of ", "\nLogs\n", "\nGoing down\n", "CHAT_LOG_FORMAT=json is -log-format json"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in the help", want)
		}
	}
}

func TestVersion(t *testing.T) {
	out, log, status := output(t, nil, "-version")
	want := regexp.MustCompile(`^chat \S+, revision [0-9a-z]+(, changed since)?, ` + regexp.QuoteMeta(runtime.Version()+" "+runtime.GOOS+"/"+runtime.GOARCH) + "\n$")
	if status != 0 || log != "" || !want.MatchString(out) {
		t.Errorf("status %d, log %q, %q", status, log, out)
	}
}

// TestWrongValues is refused with what is allowed, before anything is listened on.
func TestWrongValues(t *testing.T) {
	for _, tt := range []struct {
		environ, args []string
		want          string
	}{
		{nil, []string{"-rate", "fast"}, `chat: invalid value "fast" for flag -rate: allowed is 1/m to 100000/s`},
		{[]string{"CHAT_RATE=fast"}, nil, `chat: invalid value "fast" for CHAT_RATE: allowed is 1/m to 100000/s`},
		{[]string{"CHAT_TLS_CERT=x"}, nil, "chat: -tls-cert and -tls-key go together"},
		{nil, []string{"-no-such-flag"}, "chat: flag provided but not defined: -no-such-flag"},
		{nil, []string{"serve"}, `chat: "serve" is no flag`},
		// What only the server can judge: a message has to hold a text and its JSON.
		{nil, []string{"-text-bytes", "4KiB", "-message-bytes", "1KiB"}, "chat: -message-bytes: is 1024, allowed are 25600 to "},
	} {
		out, log, status := output(t, tt.environ, tt.args...)
		if status != 2 || out != "" || !strings.HasPrefix(log, tt.want) || !strings.HasSuffix(log, "`chat -h` tells what is allowed\n") {
			t.Errorf("%q %q: status %d, %q; want 2 and %q", tt.environ, tt.args, status, log, tt.want)
		}
	}
}

// TestCannotServe has right values that cannot be had.
func TestCannotServe(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := l.Addr().String()
	for _, args := range [][]string{
		{"-addr", taken},
		{"-addr", "127.0.0.1:0", "-admin-addr", taken},
		{"-addr", "127.0.0.1:0", "-tls-cert", "no.pem", "-tls-key", "no.pem"},
		{"-addr", "unix:start_test.go"},
	} {
		if _, log, status := output(t, nil, args...); status != 1 || !strings.Contains("\n"+log, "\nchat: ") {
			t.Errorf("%q: status %d, %q", args, status, log)
		}
	}
}

// TestTwins says all by the environment.
func TestTwins(t *testing.T) {
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	c := startIn(t, []string{"CHAT_LOG_FORMAT=json", "CHAT_RATE=7/s", "CHAT_ADDR=wrong, but out-voted", "CHAT_ORGIN=*"}, binary)
	c.waitLog(func(line string) bool {
		return strings.Contains(line, `"level":"WARN","msg":"CHAT_ORGIN is in the environment and is no setting`)
	})
	c.waitLog(func(line string) bool { return strings.Contains(line, `"mode":"trial","rate":"7/s"`) })
}

func TestTrialOrPublic(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "mode=trial rate=off max-per-address=off handshake-rate=off echo=true log-texts=true"},
		{[]string{"-addr", "127.0.0.1:0", "-trusted-proxies", "127.0.0.1"}, "mode=public rate=4/s max-per-address=256 handshake-rate=10/s echo=false log-texts=false"},
		{[]string{"-addr", "127.0.0.1:0", "-trusted-proxies", "10.0.0.0/8", "-echo"}, "mode=public rate=4/s max-per-address=256 handshake-rate=10/s echo=true log-texts=false"},
	} {
		c := startChat(t, tt.args...)
		c.waitLog(func(line string) bool {
			return strings.Contains(line, `msg="listening: open http://localhost:`) && strings.HasSuffix(line, `" `+tt.want+"\n")
		})
	}
}

// TestOpenFiles has more connections allowed than there can be files.
func TestOpenFiles(t *testing.T) {
	files, ok := openFiles()
	if !ok {
		return // it does not warn where nobody says
	}
	most := min(files, 16_000_000)
	c := startChat(t, "-max-connections", fmt.Sprint(most))
	warning := has("level=WARN", "fewer files may be open", fmt.Sprintf("files=%d max-connections=%d", files, most))
	if slices.ContainsFunc(c.lines(), warning) != (files < most+ownFiles+server.DefaultHTTPConnections) {
		t.Errorf("with %d files and %d connections it logs\n%s", files, most, c.logged())
	}
}
