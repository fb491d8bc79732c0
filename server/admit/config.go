package admit

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"rfc6455/handshake"
)

// Defaults of [Config].
const (
	DefaultConnections    = 16_384
	DefaultPerAddress     = 256
	DefaultHandshakeBurst = 20
	DefaultAddresses      = 65_536
	DefaultRetryAfter     = 10 * time.Second
)

// Off switches a limit of [Config] off.
const Off = -1

// maxBurst keeps the time in which a bucket fills within a time.Duration.
const maxBurst = 100_000

// A Config bounds who is let in. A zero field means its default.
type Config struct {
	Connections int           // at the same time, in all; 16,384, or Off
	PerAddress  int           // of them, from one address; 256, or Off
	RetryAfter  time.Duration // what a refusal for these two says, rounded up to seconds; 10 s

	HandshakesPerMinute int // of one address; 0 or Off: no limit
	HandshakeBurst      int // of them at once, after a pause; 20, at most 100,000
	Addresses           int // whose pace is remembered, about 150 bytes each; 65,536
}

// check says which field is out of its range.
func (c *Config) check() error {
	for _, field := range []struct {
		name     string
		n, least int64
	}{
		{"Connections", int64(c.Connections), Off},
		{"PerAddress", int64(c.PerAddress), Off},
		{"RetryAfter", int64(c.RetryAfter), 0},
		{"HandshakesPerMinute", int64(c.HandshakesPerMinute), Off},
		{"HandshakeBurst", int64(c.HandshakeBurst), 0},
		{"Addresses", int64(c.Addresses), 0},
	} {
		if field.n < field.least {
			return fmt.Errorf("admit: %s is %d, less than %d", field.name, field.n, field.least)
		}
	}
	if c.HandshakeBurst > maxBurst {
		return fmt.Errorf("admit: HandshakeBurst is %d, more than %d", int64(c.HandshakeBurst), maxBurst)
	}
	return nil
}

// limit gives n, its default for 0, or 0 for none.
func limit(n, def int) int { return max(cmp.Or(n, def), 0) }

// refusal gives e with the header field that says when to come again.
func refusal(e *handshake.Error, after time.Duration) (*handshake.Error, error) {
	seconds := max(1, (after+time.Second-1)/time.Second)
	fields, err := handshake.NewFields(http.Header{"Retry-After": {strconv.FormatInt(int64(seconds), 10)}})
	if err != nil {
		return nil, err
	}
	r := *e
	r.Fields = fields
	return &r, nil
}
