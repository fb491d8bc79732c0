package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"testing"
	"time"

	"rfc6455/testdata/outside"
)

// A library is somebody else's implementation of the protocol.
type library struct {
	name    string
	program []string // that runs the script
	script  string
	probe   []string // succeeds if the library is installed
	how     string   // to get it
}

var libraries = []library{
	{
		name: "ws", program: []string{"node"}, script: "testdata/interop_peer.js",
		probe: []string{"node", "-e", "require('ws')"},
		how:   "npm install --prefix DIR ws, and NODE_PATH=DIR/node_modules in the environment",
	},
	{
		// Debian's packages belong to Debian's Python.
		name: "websockets", program: []string{"/usr/bin/python3", "-W", "ignore"}, script: "testdata/interop_peer.py",
		probe: []string{"/usr/bin/python3", "-c", "import websockets"},
		how:   "apt-get install python3-websockets",
	},
}

// A step is what a peer is told to do.
type step struct {
	Do     string   `json:"do"` // text, binary, fragments, ping, invalid, close
	Data   string   `json:"data"`
	Pieces []string `json:"pieces"` // of a text in fragments
	Code   int      `json:"code"`   // of a close; 0: none
	Reason string   `json:"reason"`
}

// A happening is what a peer tells.
type happening struct {
	Event  string // listening, open, text, binary, pong, close
	Data   string // binary in base64
	Code   int    // of a close; the port of a listening
	Reason string
}

// A peer is a library's process with one connection.
type peer struct {
	t       *testing.T
	process *exec.Cmd
	steps   io.WriteCloser
	told    chan happening // closed at the end of the process's output
	stderr  bytes.Buffer   // to be read after the end
}

// start starts a peer. At the end of the test it has to end by itself, without
// an error.
func (l library) start(t *testing.T, args ...string) *peer {
	t.Helper()
	if err := exec.Command(l.probe[0], l.probe[1:]...).Run(); err != nil {
		outside.Missing(t, l.name, l.how)
	}
	p := &peer{t: t, told: make(chan happening, 64)}
	p.process = exec.Command(l.program[0], slices.Concat(l.program[1:], []string{l.script}, args)...)
	p.process.Stderr = &p.stderr
	var err error
	if p.steps, err = p.process.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	output, err := p.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.process.Start(); err != nil {
		t.Fatal(err)
	}
	go p.listen(output)
	t.Cleanup(p.end)
	return p
}

// listen reads what the peer tells. A test takes all of it, so the channel's
// bound does not hold the peer up.
func (p *peer) listen(output io.Reader) {
	defer close(p.told)
	for d := json.NewDecoder(output); ; {
		var h happening
		if d.Decode(&h) != nil {
			return
		}
		p.told <- h
	}
}

func (p *peer) end() {
	p.steps.Close()
	timer := time.AfterFunc(patience, func() { p.process.Process.Kill() })
	defer timer.Stop()
	for h := range p.told {
		p.t.Errorf("the peer also tells %.200v", h)
	}
	if err := p.process.Wait(); err != nil {
		p.t.Errorf("the peer ended with %v\n%s", err, &p.stderr)
	}
}

// do tells the peer a step.
func (p *peer) do(s step) {
	p.t.Helper()
	if err := json.NewEncoder(p.steps).Encode(s); err != nil {
		p.t.Fatal(err)
	}
}

// next is what the peer tells next.
func (p *peer) next() happening {
	p.t.Helper()
	select {
	case h, ok := <-p.told:
		if !ok {
			p.t.Fatal("the peer is silent for ever")
		}
		return h
	case <-time.After(patience):
		p.t.Fatal("the peer tells nothing")
	}
	panic("unreachable")
}

// tells demands what the peer tells next.
func (p *peer) tells(want happening) {
	p.t.Helper()
	if got := p.next(); got != want {
		p.t.Errorf("the peer tells %.200v, want %.200v", got, want)
	}
}

// base is how binary data are written in a step or happening.
func base(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
