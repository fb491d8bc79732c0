package conn_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/handshake"
	"rfc6455/server/conn"
	"rfc6455/testdata"
)

// TestScripts lives through the scripts of testdata that say all with plain
// frames: the server's behind Accept, the client's behind Dial, over TCP.
func TestScripts(t *testing.T) {
	all, err := testdata.Sessions()
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, s := range all {
		if !overTheWire(s) {
			continue
		}
		ran++
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			c, p := scripted(t, s)
			t.Cleanup(func() { p.nc.Close() })
			live(t, s, c, p)
		})
	}
	if ran < 150 {
		t.Errorf("only %d scripts of %d ran", ran, len(all))
	}
}

// overTheWire picks the scripts that need no compressor of the peer's and not
// too many bytes.
func overTheWire(s testdata.Session) bool {
	n := 0
	for _, step := range s.Steps {
		n += step.Times * (len(step.Raw) + len(step.Frame.Payload))
		if step.Kind == testdata.Packed || step.Kind == testdata.Unpacked {
			return false
		}
	}
	return n < 1<<20 && s.Deflate == nil
}

// scripted gives the connection of a script and its peer, the handshake done.
func scripted(t *testing.T, s testdata.Session) (*conn.Conn, *peer) {
	cfg := &conn.Config{LingerTimeout: time.Minute} // however late the peer is with the rest
	cfg.Limits.Message, cfg.Limits.Fragments = s.Limits.Message, s.Limits.Fragments
	cfg.Limits.ControlBurst = s.Limits.Burst
	if s.Role == frame.Server {
		return accepted(t, cfg, "")
	}
	l := listen(t)
	peers := make(chan *peer, 1)
	go func() { peers <- answered(t, l, "") }()
	c, err := conn.Dial(t.Context(), "ws://"+l.Addr().String(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c, <-peers
}

// accepted gives a connection made by Accept, and its peer, which sent early
// together with its request.
func accepted(t *testing.T, cfg *conn.Config, early string) (*conn.Conn, *peer) {
	t.Helper()
	conns := make(chan *conn.Conn, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := conn.Accept(w, r, cfg)
		if err != nil {
			t.Error(err)
		}
		conns <- c
	}))
	t.Cleanup(s.Close)
	nc, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	p := newPeer(t, nc, frame.Client)
	p.write([]byte(request(s.Listener.Addr().String()) + early))
	answer, err := http.ReadResponse(p.r, nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v, %v", answer, err)
	}
	return <-conns, p
}

const sampleKey = "dGhlIHNhbXBsZSBub25jZQ=="

func request(host string, more ...string) string {
	return "GET /chat HTTP/1.1\r\nHost: " + host + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: " + sampleKey + "\r\nSec-WebSocket-Version: 13\r\n" + strings.Join(append(more, ""), "\r\n") + "\r\n"
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// answered takes a connection, answers its handshake, and sends early with it.
func answered(t testing.TB, l net.Listener, early string) *peer {
	nc, err := l.Accept()
	if err != nil {
		t.Error(err)
		return nil
	}
	p := newPeer(t, nc, frame.Server)
	r, err := http.ReadRequest(p.r)
	if err != nil {
		t.Error(err)
		return nil
	}
	io.WriteString(nc, switching(r)+"\r\n"+early)
	return p
}

func switching(r *http.Request) string {
	return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + handshake.AcceptKey(r.Header.Get("Sec-WebSocket-Key")) + "\r\n"
}

// live does a script's steps, and compares events and frames.
func live(t *testing.T, s testdata.Session, c *conn.Conn, p *peer) {
	events := make(chan string, 10_000)
	go func() {
		defer close(events)
		for ev := range c.Messages() {
			events <- ev.String()
		}
	}()
	var sending frame.Opcode
	closing, said := false, false // our Close was asked for, was seen
	for _, step := range s.Steps {
		switch step.Kind {
		case testdata.In, testdata.Raw:
			p.nc.Write(input(step))
		case testdata.Do, testdata.Refused:
			closing = closing || step.Frame.Opcode == frame.Close && step.Kind == testdata.Do
			for range step.Times {
				for f := range step.Frames() {
					if !f.Fin && f.Opcode != frame.Continuation {
						sending = f.Opcode
					}
					again := f.Opcode == frame.Close && (said || closing) // to close twice is no error
					wantErr := step.Kind == testdata.Refused && !again
					if err := act(c, f, sending); (err != nil) != wantErr {
						t.Errorf("%s: %v: %v", step.At, f, err)
					}
				}
			}
		case testdata.Out:
			said = said || step.Frame.Opcode == frame.Close
			for range step.Times {
				for want := range step.Frames() {
					p.wantFrame(step.At, want)
				}
			}
		case testdata.Event:
			f := step.Frame
			for range step.Times {
				if f.Opcode.IsControl() || closing {
					continue // not told, and no data after our Close
				}
				if got, want := <-events, f.String(); got != want {
					t.Fatalf("%s: got %.100s, want %.100s", step.At, got, want)
				}
			}
		}
	}
	liveEnd(t, s, c, p)
	for ev := range events {
		t.Errorf("one more message: %.100s", ev)
	}
}

// liveEnd waits for a script's end, or brings the connection to one.
func liveEnd(t *testing.T, s testdata.Session, c *conn.Conn, p *peer) {
	var closed *conn.ClosedError
	switch s.End.State {
	case "failed":
		p.nc.(*net.TCPConn).CloseWrite()
		p.wantEnd()
		wantCause(t, c, s.End.Violation)
	case "closed":
		p.nc.(*net.TCPConn).CloseWrite()
		p.wantEnd()
		<-c.Done()
		if !errors.As(c.Err(), &closed) {
			t.Errorf("ended by %v", c.Err())
		}
	default: // open or closing
		p.nc.(*net.TCPConn).CloseWrite()
		wantCause(t, c, io.EOF)
	}
}

func input(step testdata.Step) (b []byte) {
	for range step.Times {
		b = append(b, step.Raw...)
		if step.Kind == testdata.In {
			for f := range step.Frames() {
				b = f.AppendWire(b)
			}
		}
	}
	return b
}

// act does what the endpoint itself wants. Close would wait for its answer.
func act(c *conn.Conn, f frame.Frame, sending frame.Opcode) error {
	switch {
	case f.Opcode == frame.Close && len(f.Payload) == 0:
		return c.StartClose(frame.NoStatus, "")
	case f.Opcode == frame.Close:
		return c.StartClose(frame.CloseCode(binary.BigEndian.Uint16(f.Payload)), string(f.Payload[2:]))
	case f.Opcode == frame.Continuation, !f.Fin:
		return c.Fragment(sending, f.Payload, f.Fin)
	}
	return c.Send(f.Opcode, f.Payload)
}

// wantFrame compares the next frame with one of a script.
func (p *peer) wantFrame(at string, want frame.Frame) {
	p.t.Helper()
	want.Masked, want.Key = false, frame.MaskKey{}
	p.nc.SetReadDeadline(time.Now().Add(patience))
	got, err := p.frame()
	if err != nil || got.Header != want.Header || !bytes.Equal(got.Payload, want.Payload) {
		p.t.Fatalf("%s: got %.200s, %v, want %.200s", at, got.String(), err, want.String())
	}
}
