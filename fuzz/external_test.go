package fuzz

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/session"
)

// asProgram is in the environment of a test binary that is to be a program on the
// other side of an [External]. Its value is what goes wrong with it.
const asProgram = "FUZZ_AS_PROGRAM"

// asChild is its value for what such a program starts.
const asChild = "child"

func TestMain(m *testing.M) {
	switch fault, ok := os.LookupEnv(asProgram); {
	case fault == asChild:
		beChild()
		os.Exit(0)
	case ok:
		speak(fault, bufio.NewReader(os.Stdin), os.Stdout)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// self is this binary as a program.
func self(t *testing.T, fault string) *External {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	e := &External{Command: []string{binary}, Env: []string{asProgram + "=" + fault}}
	t.Cleanup(func() { e.Close() })
	return e
}

// speak is the program: this module's own receiver, which says messages in the
// plain form.
func speak(fault string, in *bufio.Reader, out io.Writer) {
	var p *sessionParser
	var head [5]byte
	for {
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head[1:]))
		if _, err := io.ReadFull(in, body); err != nil {
			os.Exit(9)
		}
		switch head[0] {
		case 'R':
			p = newSessionParser(connectionOf(body)).(*sessionParser)
		case 'F':
			p.Feed(body)
		case 'T':
			if misbehave(fault, p) {
				continue
			}
			answer := fmt.Appendf(nil, "%s\n", plainTrace(p))
			out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(answer))))
			out.Write(answer)
		}
	}
}

// connectionOf reads what [connection] wrote, as the package's comment has it.
func connectionOf(b []byte) Config {
	return Config{
		Role:    frame.Role(b[0]),
		Deflate: Deflate(b[1]),
		Limits: session.Limits{
			Message:      int64(binary.BigEndian.Uint64(b[4:])),
			Fragments:    int(binary.BigEndian.Uint32(b[12:])),
			ControlBurst: int(binary.BigEndian.Uint32(b[16:])),
		},
	}
}

// plainTrace says every payload in hexadecimal, so far as it can be known again.
func plainTrace(p *sessionParser) string {
	lines := strings.Split(p.Trace(), "\n")
	for i, line := range lines[:len(lines)-1] {
		if f, err := frame.ParseFrame(line, frame.Client); err == nil {
			lines[i] = plainLine(f)
		}
	}
	return strings.Join(lines, "\n")
}

// childhood is how long a child of a program lives, unless nobody listens to it.
const childhood = 30 * time.Second

// bear starts a child, which holds the program's pipes and outlives it.
func bear() {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), asProgram+"="+asChild)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := child.Start(); err != nil {
		panic(err)
	}
}

// beChild says something now and then, but nothing at first.
func beChild() {
	for began := time.Now(); time.Since(began) < childhood; {
		time.Sleep(time.Second)
		if _, err := os.Stdout.WriteString("."); err != nil {
			return
		}
	}
}

// misbehave goes wrong at the first message of a connection. It says whether it
// has answered.
func misbehave(fault string, p *sessionParser) bool {
	if len(p.events) == 0 {
		return false
	}
	switch fault {
	default:
		return false
	case "exits":
		fmt.Fprintln(os.Stderr, "out of order\nand so I leave")
		os.Exit(3)
	case "leaves":
		os.Exit(0)
	case "panics":
		panic("no way on")
	case "hangs":
		time.Sleep(time.Hour)
	case "closes":
		os.Stdout.Close()
		time.Sleep(time.Hour)
	case "hangs with a child":
		bear()
		time.Sleep(time.Hour)
	case "shouts with a child":
		bear()
		os.Stdout.WriteString("\xff\xff\xff\xff")
		time.Sleep(time.Hour)
	case "babbles":
		os.Stdout.WriteString("\x00\x00\x00\x0ctext \"a\nopen")
	case "shouts":
		os.Stdout.WriteString("\xff\xff\xff\xff")
		time.Sleep(time.Hour)
	case "repeats itself":
		os.Stdout.WriteString("\x00\x00\x00\x04open\x00\x00\x00\x04open")
	case "ends otherwise":
		os.Stdout.WriteString("\x00\x00\x00\x04shut")
	case "breaks off":
		os.Stdout.WriteString("\x00\x00\x00\x04op")
		os.Exit(4)
	}
	return true
}

// TestExternal holds a program without a fault to everything that Check knows.
func TestExternal(t *testing.T) {
	e := self(t, "")
	n, nth := 0, 9
	if testing.Short() {
		nth = 90
	}
	for id, c := range Cases() {
		if n++; n%nth == 0 && len(c.In) <= maxSeed && c.Config.Deflate == Plain {
			t.Run(id, func(t *testing.T) { Check(t, c.Config, c.In, e.New) })
		}
	}
	first := e.program
	Check(t, Config{Role: frame.Client, Deflate: Takeover}, []byte("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"), e.New)
	if e.program != first || first == nil {
		t.Error("the program was started again")
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if err := e.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

// TestExternalGone lets programs go wrong in every way: each is one finding, and
// the next parser has a program again.
func TestExternalGone(t *testing.T) {
	good, bad := []byte("\x81\x80\x00\x00\x00"), []byte("\x81\x80\x00\x00\x00\x00")
	for fault, want := range map[string]string{
		"exits":  "fuzz: process: exit status 3, fed at once\n",
		"leaves": "fuzz: process: exit status 0, though it was not told to end, ",
		"panics": "fuzz: process: exit status 2, ",
		"hangs":  "fuzz: process: timeout: no answer within 300ms, ",
		"closes": "fuzz: process: timeout: ",

		"hangs with a child":  "fuzz: process: timeout: no answer within 300ms, ",
		"shouts with a child": "fuzz: process: garbage: answer over 64 MiB, ",

		"babbles":        "fuzz: process: garbage: line 1 of the trace: ",
		"shouts":         "fuzz: process: garbage: answer over 64 MiB, ",
		"repeats itself": "fuzz: process: garbage: 8 bytes after the answer, ",
		"ends otherwise": "fuzz: process: garbage: \"shut\" ends the trace, ",
		"breaks off":     "fuzz: process: exit status 4, ",
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			e := self(t, fault)
			began := time.Now()
			defer func() {
				if took := time.Since(began); took > childhood {
					t.Errorf("waited for %v", took)
				}
			}()
			for range 2 {
				e.Timeout = DefaultTimeout
				if got := Reference(Config{}, good); e.New(Config{}).Trace() != got {
					t.Fatalf("before the fault not %q", got)
				}
				if strings.HasPrefix(want, "fuzz: process: timeout") {
					e.Timeout = 300 * time.Millisecond
				}
				rec := &recorder{TB: t}
				Check(rec, Config{}, bad, e.New)
				got := strings.Join(rec.reports, "\n")
				if len(rec.reports) != 1 || !strings.HasPrefix(got, want) || !strings.Contains(got, "stream: 818000000000") {
					t.Errorf("%d reports: %s\nwant one that begins: %s", len(rec.reports), got, want)
				}
				if fault == "exits" && !strings.Contains(got, "\nstderr: out of order\nstderr: and so I leave") {
					t.Errorf("without what it said: %s", got)
				}
				if e.program != nil {
					t.Error("the program still runs")
				}
			}
		})
	}
}

// TestExternalOrder uses an External against what it says, and without a program.
func TestExternalOrder(t *testing.T) {
	e := self(t, "")
	first, second := e.New(Config{}), e.New(Config{})
	if got := second.Trace(); got != "open" {
		t.Errorf("the second is %q", got)
	}
	if got := first.Trace(); !strings.HasPrefix(got, "died replaced") {
		t.Errorf("the first is %q", got)
	}
	third := e.New(Config{})
	third.Trace()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	for range 2 {
		third.Feed([]byte{0x81})
		if got := third.Trace(); !strings.HasPrefix(got, "died replaced") {
			t.Errorf("after Close it is %q", got)
		}
	}
	for _, e := range []*External{{}, {Command: []string{"./there-is-no-such-program"}}} {
		if got := e.New(Config{}).Trace(); !strings.HasPrefix(got, "died not started: ") {
			t.Errorf("%q: %q", e.Command, got)
		}
	}
}

// TestExternalKeepsTheEnd bounds what is kept of a program's standard error.
func TestExternalKeepsTheEnd(t *testing.T) {
	var e ending
	for range 100 {
		e.Write([]byte(strings.Repeat("x", 1000)))
	}
	e.Write([]byte("\nthe end\n"))
	if got := e.String(); len(got) > maxStderr+len("stderr: stderr: ") || !strings.HasSuffix(got, "x\nstderr: the end") {
		t.Errorf("%d bytes, ending %q", len(got), got[max(0, len(got)-30):])
	}
}

// TestExternalMessages holds what goes over the pipe to the package's comment, and
// the comment to itself.
func TestExternalMessages(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	cfg, in := Config{Role: frame.Client}, []byte("\x81\x05Hello")
	b := appendMessage(nil, messageReset, connection(cfg))
	b = appendMessage(b, messageFeed, in)
	b = appendMessage(b, messageTrace, "")
	answer := Expect(cfg, in)
	lines := strings.Split(string(doc), "\n")
	for i, line := range lines {
		if !strings.HasPrefix(line, "//\t52 ") {
			continue
		}
		said := strings.NewReplacer("//", "", "\t", "", " ", "").Replace(strings.Join(lines[i:i+3], ""))
		if want := fmt.Sprintf("%x", b); said != want {
			t.Errorf("the comment sends %s, want %s", said, want)
		}
		if want := fmt.Sprintf("%08x %q", len(answer), answer); !strings.Contains(lines[i+3], want) {
			t.Errorf("the comment answers %s, want %s", lines[i+3], want)
		}
		return
	}
	t.Error("the comment has no example")
}
