package server

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
)

// A peer is a client that may misbehave: TCP, and what a test writes to it. Each step
// has all of patience.
type peer struct {
	t  testing.TB
	nc *net.TCPConn
	r  *bufio.Reader
}

// tcp connects and says nothing.
func (s *rig) tcp(t testing.TB) *peer {
	t.Helper()
	nc, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	p := &peer{t, nc.(*net.TCPConn), bufio.NewReader(nc)}
	p.hurry()
	return p
}

// hurry lets what the peer does next end in time.
func (p *peer) hurry() { p.nc.SetDeadline(time.Now().Add(patience)) }

// request is an opening handshake; fields stand as they are, one a line.
func (s *rig) request(target string, fields ...string) string {
	return s.requestFor(s.addr, target, fields...)
}

func (s *rig) requestFor(host, target string, fields ...string) string {
	lines := append([]string{
		"GET " + target + " HTTP/1.1", "Host: " + host, "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
	}, fields...)
	return strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// upgrade opens a connection; the answer must be 101.
func (s *rig) upgrade(t testing.TB, target string, fields ...string) *peer {
	t.Helper()
	p := s.tcp(t)
	p.raw(s.request(target, fields...))
	if header := p.header(); !strings.HasPrefix(header, "HTTP/1.1 101 ") {
		t.Fatalf("upgrade answered by %q", header)
	}
	return p
}

const deflateOffer = "Sec-WebSocket-Extensions: permessage-deflate"

// raw writes what must be taken.
func (p *peer) raw(s string) {
	p.t.Helper()
	p.hurry()
	if _, err := io.WriteString(p.nc, s); err != nil {
		p.t.Fatal(err)
	}
}

// header reads to the empty line.
func (p *peer) header() string {
	p.t.Helper()
	p.hurry()
	var b strings.Builder
	for !strings.HasSuffix(b.String(), "\r\n\r\n") {
		line, err := p.r.ReadString('\n')
		b.WriteString(line)
		if err != nil {
			p.t.Fatalf("no whole header, but %q: %v", b.String(), err)
		}
	}
	return b.String()
}

// rest reads until the server ends the connection, in order or by a reset.
func (p *peer) rest() string {
	p.t.Helper()
	p.hurry()
	b, err := io.ReadAll(p.r)
	p.nc.Close()
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		p.t.Fatal("the server does not end the connection")
	}
	return string(b)
}

// wire is frames in the notation, or 0x and bytes, as a client sends them.
func wire(lines ...string) string {
	var b []byte
	for _, line := range lines {
		if digits, ok := strings.CutPrefix(line, "0x"); ok {
			p, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
			if err != nil {
				panic(err)
			}
			b = append(b, p...)
			continue
		}
		f, err := frame.ParseFrame(line, frame.Client)
		if err != nil {
			panic(err)
		}
		b = f.AppendWire(b)
	}
	return string(b)
}

// send writes frames in the notation.
func (p *peer) send(lines ...string) {
	p.t.Helper()
	p.raw(wire(lines...))
}

// next reads a frame.
func (p *peer) next() (frame.Frame, error) {
	p.hurry()
	for n := 2; ; n++ {
		b, err := p.r.Peek(n)
		if err != nil {
			return frame.Frame{}, err
		}
		h, size, err := frame.ParseHeader(b)
		if err == io.ErrUnexpectedEOF {
			continue
		}
		if err != nil {
			return frame.Frame{}, err
		}
		p.r.Discard(size)
		payload := make([]byte, h.Length)
		_, err = io.ReadFull(p.r, payload)
		return frame.Frame{Header: h, Payload: payload}, err
	}
}

// want reads frames that must be as the notation says.
func (p *peer) want(lines ...string) {
	p.t.Helper()
	for _, line := range lines {
		want, err := frame.ParseFrame(line, frame.Server)
		if err != nil {
			p.t.Fatal(err)
		}
		got, err := p.next()
		if err != nil {
			p.t.Fatalf("want %s, but: %v", line, err)
		}
		if !bytes.Equal(got.AppendWire(nil), want.AppendWire(nil)) {
			p.t.Fatalf("got %v, want %s", got, line)
		}
	}
}

// wantClose reads on to a Close with the code, and then the end of TCP.
func (p *peer) wantClose(code frame.CloseCode) {
	p.t.Helper()
	p.wantCloseFrame(code)
	if _, err := p.r.ReadByte(); err != io.EOF {
		p.t.Fatalf("after the Close: %v, want the end", err)
	}
	p.nc.Close()
}

func (p *peer) wantCloseFrame(code frame.CloseCode) {
	p.t.Helper()
	for {
		f, err := p.next()
		if err != nil {
			p.t.Fatalf("want a Close with %v, but: %v", code, err)
		}
		if f.Opcode != frame.Close {
			continue
		}
		got, reason, err := frame.ParseClose(f.Payload)
		if err != nil || got != code {
			p.t.Fatalf("got %v, want a Close with %v", f, code)
		}
		if code.Receivable() && code != frame.NormalClosure && reason == "" {
			p.t.Errorf("%v has no reason", f)
		}
		return
	}
}

// greeted takes the greeting.
func (p *peer) greeted() *peer {
	p.t.Helper()
	p.want(`text "` + Greeting + `"`)
	return p
}
