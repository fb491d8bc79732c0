package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rfc6455/testdata/outside"
)

// A sniffer captures what goes to and from one port with tcpdump and has ws dump
// explain it, while it goes on.
type sniffer struct {
	t             *testing.T
	tcpdump, dump *exec.Cmd
	said          bytes.Buffer // by ws dump, of errors
	objects       chan sniffed // all of them; closed behind the last, or one that cannot be read
}

// maxSniffed bounds the objects that wait to be looked at: who does not take them
// makes the kernel drop packets.
const maxSniffed = 10_000

// A sniffed is one object that ws dump prints.
type sniffed struct {
	Type, From string
	Connection int
	Request    []string
	Extensions string
	Notation   string
	Judged     bool
	Breaks     any
	Error      string
	Message    *sniffedMessage
}

type sniffedMessage struct {
	Opcode, Text, Hex string
	Compressed        bool
}

// sniff begins to capture at host.
func sniff(t *testing.T, host string) *sniffer {
	t.Helper()
	program := outside.Program(t, "apt-get install tcpdump", "tcpdump")
	binary := filepath.Join(t.TempDir(), "ws")
	if out, err := exec.Command("go", "build", "-o", binary, "rfc6455/cmd/ws").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	_, port, err := net.SplitHostPort(host)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	t.Cleanup(cancel)
	s := &sniffer{t: t}
	s.tcpdump = exec.CommandContext(ctx, program, "-i", "lo", "-s", "0", "-B", "32768", "-U", "-n", "-w", "-", "tcp port "+port)
	packets, err := s.tcpdump.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.dump = exec.CommandContext(ctx, binary, "dump", "-json", "-bytes", "2MiB")
	s.dump.Stdin, s.dump.Stderr = packets, &s.said
	out, err := s.dump.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.start()
	if err := s.dump.Start(); err != nil {
		t.Fatal(err)
	}
	s.objects = make(chan sniffed, maxSniffed)
	go func() {
		defer close(s.objects)
		for objects := json.NewDecoder(out); ; {
			var o sniffed
			if objects.Decode(&o) != nil {
				return
			}
			s.objects <- o
		}
	}()
	return s
}

// start starts tcpdump and waits until it listens.
func (s *sniffer) start() {
	s.t.Helper()
	stderr, err := s.tcpdump.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.tcpdump.Start(); err != nil {
		s.t.Fatal(err)
	}
	var said strings.Builder
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "listening on") {
			go func() { // what it says at its end
				for lines.Scan() {
				}
			}()
			return
		}
	}
	s.tcpdump.Wait()
	if strings.Contains(said.String(), "permi") {
		outside.Missing(s.t, "the right to capture packets", "run as root, or setcap cap_net_raw=ep on tcpdump")
	}
	s.t.Fatalf("tcpdump ended: %s", said.String())
}

// until reads objects until the handshakes for paths were seen and their connections
// have ended, and gives the objects of those.
func (s *sniffer) until(paths ...string) map[string][]sniffed {
	s.t.Helper()
	path, all, ended := map[int]string{}, map[string][]sniffed{}, 0
	for ended < len(paths) {
		o, more := <-s.objects
		if !more {
			s.t.Fatalf("ws dump ended after %v", all)
		}
		if o.Type == "opening" {
			target := strings.Fields(o.Request[0])[1]
			if slices.Contains(paths, target) {
				path[o.Connection] = target
			}
		}
		p, wanted := path[o.Connection]
		if wanted {
			all[p] = append(all[p], o)
		}
		if wanted && o.Type == "end" {
			ended++
		}
	}
	return all
}

// stop ends the capture. All of it must have been as it should.
func (s *sniffer) stop() {
	s.t.Helper()
	if err := s.tcpdump.Process.Signal(os.Interrupt); err != nil {
		s.t.Error(err)
	}
	for range s.objects {
	}
	if err := s.dump.Wait(); err != nil || s.said.Len() > 0 {
		s.t.Errorf("ws dump ended with %v: %s", err, s.said.String())
	}
	if err := s.tcpdump.Wait(); err != nil {
		s.t.Errorf("tcpdump ended with %v", err)
	}
}

// messagesOf gives the messages of one side among objects, and whether any came
// compressed. A frame that breaks a rule is an error.
func messagesOf(t *testing.T, objects []sniffed, from string) (all []string, compressed bool) {
	t.Helper()
	for _, o := range objects {
		if o.Type == "end" && o.Error != "" {
			t.Errorf("the end: %s", o.Error)
		}
		if o.Type != "frame" || o.From != from {
			continue
		}
		if !o.Judged || o.Breaks != nil {
			t.Errorf("the %s sent %s, judged %t, which breaks %v", from, o.Notation, o.Judged, o.Breaks)
		}
		switch m := o.Message; {
		case m == nil:
		case m.Hex != "":
			all = append(all, m.Opcode+" 0x"+m.Hex)
			compressed = compressed || m.Compressed
		default:
			all = append(all, m.Opcode+" "+m.Text)
			compressed = compressed || m.Compressed
		}
	}
	return all, compressed
}

// same compares messages, and says where they part.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Errorf("%s: %d messages, want %d; number %d is %.80q, want %.80q", what, len(got), len(want), i+1, append(got, make([]string, i+1)...)[i], append(want, make([]string, i+1)...)[i])
			return
		}
	}
}

// TestCapture has Chromium talk to the chat and to /echo, which compresses, and finds
// every message of both directions in what tcpdump captured.
func TestCapture(t *testing.T) {
	c := startChat(t, "-origin", "null")
	s := sniff(t, c.host)

	page := openFile(t, c)
	page.has(greeting)
	wantUp, wantDown := []string{}, []string{"text " + greeting}
	for _, text := range []string{"안녕하세요", "", strings.Repeat("길다 ", 500)} {
		page.write(text)
		page.do(page.Click(page.ctx, "#message + button"))
		page.has(prefix + text)
		wantUp, wantDown = append(wantUp, "text "+text), append(wantDown, "text "+prefix+text)
	}
	page.do(page.Eval(page.ctx, `socket.close(1000, "끝"), 1`, nil))
	bye := "close 0x" + hex.EncodeToString([]byte("\x03\xe8끝"))

	own := open(t, "http://"+c.host+"/")
	script, err := os.ReadFile("testdata/browser_echo.js")
	if err != nil {
		t.Fatal(err)
	}
	own.do(own.Eval(own.ctx, string(script), nil))
	own.do(own.Eval(own.ctx, `(async () => {
		const socket = await connect();
		for (const text of ["", "Hello", "rfc6455 한글 ".repeat(100), "x".repeat(70000)])
			if (await reply(socket, text) !== text) throw new Error("changed");
		await reply(socket, Uint8Array.from({length: 300}, (_, i) => i));
		socket.close(1000, "끝");
	})()`, nil))
	var counting [300]byte
	for i := range counting {
		counting[i] = byte(i)
	}
	echoed := []string{
		"text ", "text Hello", "text " + strings.Repeat("rfc6455 한글 ", 100), "text " + strings.Repeat("x", 70000), "binary 0x" + hex.EncodeToString(counting[:]),
	}

	all := s.until("/", "/echo")
	s.stop()
	up, _ := messagesOf(t, all["/"], "client")
	down, _ := messagesOf(t, all["/"], "server")
	same(t, "the chat's page", up, append(wantUp, bye))
	same(t, "the chat", down, append(wantDown, "close 0x03e8"))
	for _, from := range []string{"client", "server"} {
		got, compressed := messagesOf(t, all["/echo"], from)
		end := bye
		if from == "server" {
			end = "close 0x03e8"
		}
		same(t, "/echo's "+from, got, append(slices.Clone(echoed), end))
		if !compressed {
			t.Errorf("no message of the %s to or from /echo is compressed: %v", from, all["/echo"][0])
		}
	}
}
