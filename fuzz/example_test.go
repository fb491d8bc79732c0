package fuzz_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/frame/session"
	"rfc6455/fuzz"
)

// mine stands for a parser of your own: it takes bytes when they come, keeps the
// events and says how it ended. The glue to the kit are its two methods.
type mine struct {
	receiver *session.Receiver
	events   []string
	closed   bool
}

func newMine(cfg fuzz.Config) fuzz.Parser {
	return &mine{receiver: session.NewReceiver(session.Config{Role: cfg.Role, Limits: cfg.Limits})}
}

func (m *mine) Feed(p []byte) {
	for ev := range m.receiver.Feed(p) {
		m.events = append(m.events, ev.String())
		m.closed = ev.Opcode == frame.Close
	}
}

func (m *mine) Trace() string {
	end := "open"
	var v *frame.Violation
	if errors.As(m.receiver.Err(), &v) {
		end = "failed " + v.ID
	} else if m.closed {
		end = "closed"
	}
	return strings.Join(append(m.events, end), "\n")
}

// To fuzz a parser of your own: its Feed and Trace, and this target.
func ExampleCheck() {
	target := func(f *testing.F) { // func FuzzMine(f *testing.F)
		fuzz.Target(f, fuzz.Config{}, newMine)
	}
	_ = target // go test -fuzz=FuzzMine

	// What a Check compares: the trace of the parser, and the oracle's.
	f, err := frame.ParseFrame(`text "Hello"`, frame.Client)
	if err != nil {
		fmt.Println(err)
		return
	}
	in := f.AppendWire(nil)
	parser := newMine(fuzz.Config{})
	parser.Feed(in[:4])
	parser.Feed(in[4:])
	fmt.Println(parser.Trace())
	fmt.Println(fuzz.Reference(fuzz.Config{}, f.AppendWire(nil)) == parser.Trace())
	// Output:
	// text "Hello"
	// open
	// true
}

// The oracle alone can be asked what a stream means.
func ExampleReference() {
	in := []byte("\x81\x05Hello\x88\x02\x03\xe8\x81\x05after")
	fmt.Println(fuzz.Reference(fuzz.Config{Role: frame.Client}, in))
	fmt.Println()
	fmt.Println(fuzz.Reference(fuzz.Config{Role: frame.Server}, in))
	// Output:
	// text "Hello"
	// close 1000
	// closed
	//
	// failed not-masked
}

// FuzzExample is the target of the example, to be run.
func FuzzExample(f *testing.F) {
	if testing.Short() {
		f.Skip("FuzzSession does the same")
	}
	fuzz.Target(f, fuzz.Config{}, newMine)
}

// A function that reads headers is enough of a parser.
func ExampleHeaders() {
	parser := fuzz.Headers(frame.ParseHeader)(fuzz.Config{Role: frame.Client})
	parser.Feed([]byte("\x81\x05Hello\x89\x7e"))
	fmt.Println(parser.Trace())
	// Output:
	// text "Hello"
	// failed control-too-long
}

// A program in another language, which is there from the first trace on.
func ExampleExternal() {
	program := fuzz.External{Command: []string{"node", "glue.js"}, Timeout: 2 * time.Second}
	target := func(f *testing.F) { // func FuzzProgram(f *testing.F)
		fuzz.Target(f, fuzz.Config{Role: frame.Client}, program.New)
	}
	_ = target
}
