package listen

import (
	"crypto/tls"
	"math/big"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"rfc6455/cmd/chat/internal/selfsigned"
)

func write(t *testing.T, dir string) selfsigned.Pair {
	t.Helper()
	p, err := selfsigned.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// handshake does a TLS handshake over a pipe and gives its result.
func handshake(t *testing.T, c *Certificate, client *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	go tls.Server(theirs, c.Config()).Handshake()
	client.ServerName = "localhost"
	conn := tls.Client(ours, client)
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	err := conn.Handshake()
	return conn.ConnectionState(), err
}

func TestCertificate(t *testing.T) {
	dir := t.TempDir()
	first := write(t, dir)
	c, err := LoadCertificate(first.Cert, first.Key)
	if err != nil {
		t.Fatal(err)
	}
	shows := func(p selfsigned.Pair, want *big.Int) {
		t.Helper()
		state, err := handshake(t, c, &tls.Config{RootCAs: p.Roots, NextProtos: []string{"h2", "http/1.1"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := state.PeerCertificates[0].SerialNumber; got.Cmp(want) != 0 || state.NegotiatedProtocol != "http/1.1" {
			t.Errorf("certificate %d by %q, want %d by http/1.1", got, state.NegotiatedProtocol, want)
		}
	}
	shows(first, first.Serial)
	if about := c.About(); !slices.Equal(about[1].([]string), []string{"localhost", "127.0.0.1"}) || about[3].(time.Time).Before(time.Now()) {
		t.Errorf("it says %v", about)
	}

	if err := os.WriteFile(first.Key, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.Reload(); err == nil {
		t.Error("a pair without a key was read")
	}
	shows(first, first.Serial)

	second := write(t, dir)
	if err := c.Reload(); err != nil {
		t.Fatal(err)
	}
	shows(second, second.Serial)
}

func TestCertificateRefuses(t *testing.T) {
	p, other := write(t, t.TempDir()), write(t, t.TempDir())
	for _, pair := range [][2]string{{p.Cert, other.Key}, {p.Cert, p.Cert}, {p.Cert, p.Key + ".no"}, {"", ""}} {
		if _, err := LoadCertificate(pair[0], pair[1]); err == nil {
			t.Errorf("%q is a pair", pair)
		}
	}
	c, err := LoadCertificate(p.Cert, p.Key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := handshake(t, c, &tls.Config{RootCAs: p.Roots, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 was taken")
	}
}
