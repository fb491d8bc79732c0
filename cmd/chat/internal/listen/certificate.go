package listen

import (
	"crypto/tls"
	"fmt"
	"slices"
	"sync/atomic"
)

// A Certificate is a pair of files in PEM, and what they held when they were read
// last. It must be made by [LoadCertificate]; anybody may call its methods.
type Certificate struct {
	cert, key string
	current   atomic.Pointer[tls.Certificate]
}

// LoadCertificate reads a pair of files: the server's certificate with those that
// lead to its root, and its key.
func LoadCertificate(cert, key string) (*Certificate, error) {
	c := &Certificate{cert: cert, key: key}
	return c, c.Reload()
}

// Reload reads the files again. If they are no pair, what was read before stays.
func (c *Certificate) Reload() error {
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return fmt.Errorf("certificate %s, key %s: %w", c.cert, c.key, err)
	}
	c.current.Store(&pair)
	return nil
}

// About says for the log whom the certificate is for, and until when.
func (c *Certificate) About() []any {
	leaf := c.current.Load().Leaf
	names := slices.Clone(leaf.DNSNames)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return []any{"names", names, "until", leaf.NotAfter}
}

// Config is TLS with the certificate that is current when a handshake begins.
// HTTP/2 is not offered: an upgrade is HTTP/1.1's.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
}
