package main

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"rfc6455/frame"
)

// A foe is a client that keeps to no rule: TCP, and what an attack writes to it. Its
// methods give errors, since many of them attack at once.
type foe struct {
	*net.TCPConn
	host string
	r    *bufio.Reader
}

// deflated offers permessage-deflate (RFC 7692 §7).
const deflated = "Sec-WebSocket-Extensions: permessage-deflate"

// smallBuffer is what the system keeps for a foe who reads little, so that it shows
// early.
const smallBuffer = 64 << 10

// foe connects to c, and says nothing.
func (c *chat) foe() (*foe, error) {
	nc, err := (&net.Dialer{Timeout: patience}).Dial("tcp", c.host)
	if err != nil {
		return nil, err
	}
	nc.SetDeadline(time.Now().Add(patience))
	return &foe{nc.(*net.TCPConn), c.host, bufio.NewReader(nc)}, nil
}

// request is an opening handshake of fields that stand as they are, one a line. Those
// that are there already it replaces.
func (f *foe) request(target string, fields ...string) string {
	all := []string{
		"Host: " + f.host, "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
	}
	for _, field := range fields {
		all = replaceField(all, field)
	}
	return "GET " + target + " HTTP/1.1\r\n" + strings.Join(all, "\r\n") + "\r\n\r\n"
}

func replaceField(all []string, field string) []string {
	name, _, _ := strings.Cut(field, ":")
	for i, old := range all {
		if strings.HasPrefix(old, name+":") {
			all[i] = field
			return all
		}
	}
	return append(all, field)
}

// intrude makes a foe whose opening handshake was good, and who does not care what
// comes then.
func (c *chat) intrude(target string, fields ...string) (*foe, error) {
	f, err := c.foe()
	if err != nil {
		return nil, err
	}
	err = f.write(f.request(target, fields...))
	var head string
	if err == nil {
		head, err = f.head()
	}
	if err == nil && !strings.HasPrefix(head, "HTTP/1.1 101 ") {
		err = fmt.Errorf("the upgrade is answered by %.100q", head)
	}
	if err != nil {
		f.Close()
	}
	return f, err
}

func (f *foe) write(s string) error {
	_, err := io.WriteString(f.TCPConn, s)
	return err
}

// head reads to the empty line.
func (f *foe) head() (string, error) {
	var b strings.Builder
	for !strings.HasSuffix(b.String(), "\r\n\r\n") {
		line, err := f.r.ReadString('\n')
		b.WriteString(line)
		if err != nil {
			return "", fmt.Errorf("no whole head, but %.100q: %w", b.String(), err)
		}
	}
	return b.String(), nil
}

// rest reads until the server ends the connection, in order or by a reset.
func (f *foe) rest() (string, error) {
	b, err := io.ReadAll(f.r)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return string(b), fmt.Errorf("the server does not end the connection, after %.100q", b)
	}
	return string(b), f.Close()
}

// wire is frames in the notation, or 0x and bytes, as a client sends them.
func wire(lines ...string) string {
	var b []byte
	for _, line := range lines {
		if digits, ok := strings.CutPrefix(line, "0x"); ok {
			p, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
			if err != nil {
				panic(err) // it stands in a test
			}
			b = append(b, p...)
			continue
		}
		f, err := frame.ParseFrame(line, frame.Client)
		if err != nil {
			panic(err) // it stands in a test
		}
		b = f.AppendWire(b)
	}
	return string(b)
}

// next reads a frame.
func (f *foe) next() (frame.Frame, error) {
	for n := 2; ; n++ {
		b, err := f.r.Peek(n)
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
		f.r.Discard(size)
		payload := make([]byte, h.Length)
		_, err = io.ReadFull(f.r, payload)
		return frame.Frame{Header: h, Payload: payload}, err
	}
}

// hears demands frames as the notation has them.
func (f *foe) hears(lines ...string) error {
	for _, want := range lines {
		if got, err := f.next(); err != nil || got.String() != want {
			return fmt.Errorf("got %.100s, %v, want %.100s", got, err, want)
		}
	}
	return nil
}

// closed reads on to a Close with the code.
func (f *foe) closed(code frame.CloseCode) error {
	for {
		got, err := f.next()
		if err != nil {
			return fmt.Errorf("want a Close with %v, but: %w", code, err)
		}
		if got.Opcode != frame.Close {
			continue
		}
		if c, _, err := frame.ParseClose(got.Payload); err != nil || c != code {
			return fmt.Errorf("got %v, want a Close with %v", got, code)
		}
		return nil
	}
}

// pour writes block again and again, up to limit bytes, and gives how many the server
// took: an error is its right.
func (f *foe) pour(block string, limit int) (taken int) {
	for taken < limit {
		n, err := io.WriteString(f.TCPConn, block[:min(len(block), limit-taken)])
		if taken += n; err != nil {
			break
		}
	}
	return taken
}

// all does something for each of n, so many at a time, and gives the first error.
func all(n, atOnce int, do func(i int) error) error {
	var wg sync.WaitGroup
	places, errs := make(chan struct{}, atOnce), make(chan error, n)
	for i := range n {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			errs <- do(i)
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
