package main

import (
	"bytes"
	"io"
	"net"
	"slices"
	"sync"
	"testing"

	"rfc6455/frame"
)

// A wiretap passes one connection on to a server and keeps what went by.
type wiretap struct {
	host     string // where to connect to
	up, down []byte // from the client and from the server; to be read after done
	done     sync.WaitGroup
}

// tap makes a wiretap before the server at host.
func tap(t *testing.T, host string) *wiretap {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wiretap{host: l.Addr().String()}
	w.done.Go(func() {
		client, err := l.Accept()
		l.Close()
		if err != nil {
			return // nobody came before the test's end
		}
		defer client.Close()
		server, err := net.Dial("tcp", host)
		if err != nil {
			t.Error(err)
			return
		}
		defer server.Close()
		var up sync.WaitGroup
		up.Go(func() { w.up = pass(server, client) })
		w.down = pass(client, server)
		up.Wait()
	})
	t.Cleanup(func() { l.Close(); w.done.Wait() })
	return w
}

// pass passes bytes and their end on, and gives all of them.
func pass(to, from net.Conn) []byte {
	var all bytes.Buffer
	io.Copy(io.MultiWriter(&all, to), from) // an error is the end, as EOF is
	to.(*net.TCPConn).CloseWrite()
	return all.Bytes()
}

// frames gives the frames of one direction, with their payloads unmasked. Bytes
// that are none are an error.
func frames(t *testing.T, stream []byte) []frame.Frame {
	t.Helper()
	_, b, ok := bytes.Cut(stream, []byte("\r\n\r\n"))
	if !ok {
		t.Fatalf("no handshake in %.200q", stream)
	}
	var all []frame.Frame
	for len(b) > 0 {
		h, n, err := frame.ParseHeader(b)
		if err != nil || h.Length > int64(len(b)-n) {
			t.Fatalf("after %d frames the stream is broken: %v", len(all), err)
		}
		payload := b[n : n+int(h.Length)]
		if h.Masked {
			h.Key.XOR(payload)
		}
		all = append(all, frame.Frame{Header: h, Payload: payload})
		b = b[n+int(h.Length):]
	}
	return all
}

// judge holds both directions of a connection that has ended to what any two
// endpoints owe each other, and gives their frames.
func (w *wiretap) judge(t *testing.T) (up, down []frame.Frame) {
	t.Helper()
	w.done.Wait()
	up, down = frames(t, w.up), frames(t, w.down)
	for _, dir := range []struct {
		name   string
		frames []frame.Frame
		masked bool
	}{{"client's", up, true}, {"server's", down, false}} {
		for _, f := range dir.frames {
			if f.Masked != dir.masked {
				t.Errorf("a %s frame has the mask bit %v (§5.1)", dir.name, f.Masked)
			}
		}
		last := slices.IndexFunc(dir.frames, func(f frame.Frame) bool { return f.Opcode == frame.Close })
		if last != len(dir.frames)-1 || last < 0 {
			t.Errorf("the %s Close is frame %d of %d, want the last (§5.5.1)", dir.name, last+1, len(dir.frames))
		}
	}
	return up, down
}

// compressed says whether any of the frames is.
func compressed(all []frame.Frame) bool {
	return slices.ContainsFunc(all, func(f frame.Frame) bool { return f.RSV1 })
}
