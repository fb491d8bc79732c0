package main

import (
	"crypto/tls"
	"math/big"
	"os"
	"strings"
	"syscall"
	"testing"

	"rfc6455/cmd/chat/internal/selfsigned"
	"rfc6455/server/conn"
)

// hangUp is how a server is told that there is a new certificate.
func (c *chat) hangUp() {
	c.t.Helper()
	if err := c.process.Process.Signal(syscall.SIGHUP); err != nil {
		c.t.Fatal(err)
	}
}

// TestTLS talks by wss, changes the certificate under a connection, and finds that a
// pair that is none changes nothing.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	write := func() selfsigned.Pair {
		t.Helper()
		p, err := selfsigned.Write(dir)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := write()
	c := startChat(t, "-tls-cert", first.Cert, "-tls-key", first.Key)
	c.waitLog(has("listening: open https://localhost:"))
	c.waitLog(has("certificate read", `names="[localhost 127.0.0.1]"`, "until="))
	join := func(p selfsigned.Pair, serial *big.Int) *member {
		t.Helper()
		var shown *big.Int
		cfg := &tls.Config{RootCAs: p.Roots, VerifyConnection: func(state tls.ConnectionState) error {
			shown = state.PeerCertificates[0].SerialNumber
			return nil
		}}
		m := dial(t, "wss://"+c.host+"/chat", conn.Config{TLS: cfg, Proxy: direct})
		if shown.Cmp(serial) != 0 {
			t.Errorf("certificate %d is shown, want %d", shown, serial)
		}
		m.hears(greeting)
		return m
	}
	before := join(first, first.Serial)

	second := write()
	c.hangUp()
	c.waitLog(logs(2, "certificate read"))
	after := join(second, second.Serial)
	after.say("새 인증서")
	before.hears(prefix + "새 인증서")

	if err := os.WriteFile(second.Key, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.hangUp()
	c.waitLog(has("level=ERROR", "certificate not read, the old one stays", "error="))
	join(second, second.Serial)

	if status, body := get(t, fresh(), "http://"+c.host+"/"); status != 400 || !strings.Contains(body, "HTTPS") {
		t.Errorf("plain HTTP: %d %q", status, body)
	}
}

// logs is for the nth line with a text.
func logs(n int, text string) func(string) bool {
	return func(line string) bool {
		if strings.Contains(line, text) {
			n--
		}
		return n == 0
	}
}

// TestHangUp without a certificate ends a trial, as its terminal's end does, and
// nothing else.
func TestHangUp(t *testing.T) {
	c := startChat(t, "-trusted-proxies", "10.0.0.1")
	c.hangUp()
	c.waitLog(has("hangup: there is no certificate"))
	m := c.join()
	m.say("still there")
	m.hears(prefix + "still there")

	c = startChat(t)
	m = c.join()
	c.told.Do(c.hangUp)
	wantGoodbye(t, m)
	<-c.ended
	if c.err != nil {
		t.Errorf("it ended with %v", c.err)
	}
}
