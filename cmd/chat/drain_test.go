package main

import (
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"rfc6455/frame"
	"rfc6455/server/conn"
)

// wantGoodbye demands that the server closed a connection with 1001.
func wantGoodbye(t *testing.T, m *member) {
	t.Helper()
	closed, ok := errors.AsType[*conn.ClosedError](m.end())
	if !ok || !closed.ByPeer || closed.Code != frame.GoingAway || closed.Reason == "" {
		t.Errorf("the connection ended with %v, want the server's 1001", m.Err())
	}
}

// TestDrain ends a server with members in it, spread over a second: all are told,
// nobody new is taken, the status is 0.
func TestDrain(t *testing.T) {
	c := startChat(t, "-drain-spread", "1s", "-drain", "1h", "-close-timeout", "1h")
	last := stubborn(t, c.host) // so that there is time to look
	var members []*member
	for range 50 {
		members = append(members, c.join())
	}
	if status, _ := get(t, fresh(), "http://"+c.host+"/readyz"); status != 200 {
		t.Errorf("/readyz is %d before", status)
	}
	c.told.Do(func() {
		if err := c.process.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	})
	c.waitLog(has("going down"))
	eventually(t, "/readyz says 503", func() bool {
		status, _ := get(t, fresh(), "http://"+c.host+"/readyz")
		return status == 503
	})
	if _, err := conn.Dial(t.Context(), "ws://"+c.host+"/chat", nil); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("a new connection: %v, want 503", err)
	}
	for _, m := range members {
		wantGoodbye(t, m)
	}
	last.Close()
	c.waitLog(has("gone: all have left"))
	c.stop()
}

// stubborn is a client that takes part in the handshake and in nothing after it.
func stubborn(t *testing.T, host string) net.Conn {
	t.Helper()
	nc, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	fmt.Fprintf(nc, "GET /chat HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", host)
	answer := make([]byte, len("HTTP/1.1 101"))
	if _, err := nc.Read(answer); err != nil || string(answer) != "HTTP/1.1 101" {
		t.Fatalf("%q, %v", answer, err)
	}
	return nc
}

// TestDrainDeadline has somebody who does not answer the goodbye: he is cut off, and
// the status is 0 all the same.
func TestDrainDeadline(t *testing.T) {
	c := startChat(t, "-drain", "200ms", "-close-timeout", "1m")
	stubborn(t, c.host)
	c.interrupt()
	c.waitLog(has("level=WARN", "gone: some did not leave in time"))
	c.stop()
}

// TestSecondSignal does not wait for the goodbye.
func TestSecondSignal(t *testing.T) {
	c := startChat(t, "-drain", "1h", "-close-timeout", "1h")
	stubborn(t, c.host)
	c.interrupt()
	c.waitLog(has("going down"))
	for range 100 { // the first may still be being looked at
		c.signal()
		select {
		case <-c.ended:
			exit, ok := errors.AsType[*exec.ExitError](c.err)
			if c.err = nil; !ok || exit.Success() {
				t.Error("it ended as if it had said goodbye")
			}
			return
		case <-time.After(patience / 100):
		}
	}
	t.Error("it does not end")
}
